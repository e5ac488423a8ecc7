//! The surface of a mask: its voxels with a face neighbour outside.

use crate::bits::{BitBox, set_bits};

/// First and last set column of a row, or of all rows of a plane; `first > last` if there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) first: u32,
    pub(crate) last: u32,
}

impl Span {
    pub(crate) const EMPTY: Self = Self { first: u32::MAX, last: 0 };

    pub(crate) fn is_empty(self) -> bool {
        self.first > self.last
    }

    /// How far a place lies outside; 0 inside. The span is not empty.
    pub(crate) fn gap(self, at: u32) -> u32 {
        self.first.saturating_sub(at).max(at.saturating_sub(self.last))
    }

    fn join(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}

/// The surface voxels of a mask, with the extent of every row and plane.
pub(crate) struct Surface {
    pub(crate) bits: BitBox,
    /// Columns of every row, plane after plane.
    pub(crate) row_spans: Vec<Span>,
    /// Columns and rows of every plane.
    pub(crate) plane_spans: Vec<[Span; 2]>,
}

impl Surface {
    /// The voxels of the mask with at least one face neighbour that is not in it: of six, or in
    /// the plane of four. What lies outside of the label map is not in the mask; the box around
    /// the mask may be taken for the label map, because outside of it there is nothing either.
    pub(crate) fn of(mask: &BitBox, planar: bool) -> Self {
        let (rows, planes) = (mask.rows(), mask.planes());
        let mut bits = BitBox::empty_like(mask);
        let mut row_spans = vec![Span::EMPTY; rows * planes];
        let mut plane_spans = vec![[Span::EMPTY; 2]; planes];
        for plane in 0..planes {
            for row in 0..rows {
                let span = surface_row(mask, row, plane, planar, bits.row_mut(row, plane));
                if !span.is_empty() {
                    row_spans[plane * rows + row] = span;
                    let [columns, all_rows] = plane_spans[plane];
                    let at = Span { first: row as u32, last: row as u32 };
                    plane_spans[plane] = [columns.join(span), all_rows.join(at)];
                }
            }
        }
        Self { bits, row_spans, plane_spans }
    }

    /// Every surface voxel as column, row, plane.
    pub(crate) fn voxels(&self) -> impl Iterator<Item = [u32; 3]> {
        let rows = self.bits.rows();
        (0..self.row_spans.len()).filter(|at| !self.row_spans[*at].is_empty()).flat_map(move |at| {
            let (row, plane) = (at % rows, at / rows);
            set_bits(self.bits.row(row, plane))
                .map(move |column| [column as u32, row as u32, plane as u32])
        })
    }
}

/// The surface voxels of one row, and their span.
fn surface_row(mask: &BitBox, row: usize, plane: usize, planar: bool, out: &mut [u64]) -> Span {
    let width = mask.words_per_row();
    let at = mask.start(row, plane);
    let line = |start: usize| &mask.words()[start..start + width];
    let here = line(at);
    if here.iter().all(|word| *word == 0) {
        return Span::EMPTY;
    }
    let (above, below) = (line(at - width), line(at + width));
    // A plane of its own has itself before and behind, which never makes a surface.
    let stride = if planar { 0 } else { mask.plane_stride() };
    let (front, back) = (line(at - stride), line(at + stride));
    let mut span = Span::EMPTY;
    for word in 0..width {
        let this = here[word];
        if this == 0 {
            continue;
        }
        let before = if word > 0 { here[word - 1] >> 63 } else { 0 };
        let after = if word + 1 < width { here[word + 1] << 63 } else { 0 };
        let left_and_right = ((this << 1) | before) & ((this >> 1) | after);
        let inner = left_and_right & above[word] & below[word] & front[word] & back[word];
        let surface = this & !inner;
        out[word] = surface;
        if surface != 0 {
            let first = 64 * word as u32 + surface.trailing_zeros();
            let last = 64 * word as u32 + 63 - surface.leading_zeros();
            span = span.join(Span { first, last });
        }
    }
    span
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::set_row;

    fn mask(labels: &[u8], [columns, rows, planes]: [usize; 3]) -> BitBox {
        let mut mask = BitBox::new([columns, rows, planes]);
        for plane in 0..planes {
            for row in 0..rows {
                let labels = &labels[(plane * rows + row) * columns..][..columns];
                set_row(labels, 1, mask.row_mut(row, plane));
            }
        }
        mask
    }

    #[test]
    fn a_full_cube_has_one_inner_voxel() {
        let surface = Surface::of(&mask(&[1; 27], [3, 3, 3]), false);
        let voxels: Vec<_> = surface.voxels().collect();
        assert_eq!(voxels.len(), 26);
        assert!(!voxels.contains(&[1, 1, 1]));
        let all = Span { first: 0, last: 2 };
        assert_eq!(surface.plane_spans, [[all, all]; 3]);
    }

    #[test]
    fn in_a_plane_only_the_outline_is_surface() {
        let square = mask(&[1; 16], [4, 4, 1]);
        assert_eq!(Surface::of(&square, false).voxels().count(), 16);
        assert_eq!(Surface::of(&square, true).voxels().count(), 12);
    }

    #[test]
    fn a_row_across_words_has_no_surface_where_the_words_meet() {
        // Three planes of three rows of 130 voxels: only the middle row of the middle plane has
        // inner voxels, all but its ends.
        let surface = Surface::of(&mask(&[1; 130 * 9], [130, 3, 3]), false);
        let middle: Vec<_> =
            surface.voxels().filter(|[_, row, plane]| (*row, *plane) == (1, 1)).collect();
        assert_eq!(middle, [[0, 1, 1], [129, 1, 1]]);
        assert_eq!(surface.row_spans[4], Span { first: 0, last: 129 });
    }

    #[test]
    fn the_gap_of_a_span() {
        let span = Span { first: 3, last: 5 };
        assert_eq!([0, 3, 4, 5, 9].map(|at| span.gap(at)), [3, 0, 0, 0, 4]);
        assert!(Span::EMPTY.is_empty());
        assert!(Surface::of(&BitBox::new([3, 0, 2]), false).voxels().next().is_none());
    }
}
