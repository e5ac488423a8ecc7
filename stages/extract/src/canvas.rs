//! Padding and cropping.

use std::ops::Range;

use stages_tables::PlaneGeometry;

/// Which part of a resampled plane lies on the canvas, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Columns of the plane that the canvas shows.
    pub columns: Range<usize>,
    /// Rows of the plane that the canvas shows.
    pub rows: Range<usize>,
    /// Pixels of the plane along x.
    plane_width: usize,
    /// Canvas pixel of the first shown one.
    first: usize,
    /// Pixels of the canvas along x.
    canvas_width: usize,
}

impl Placement {
    /// Where a geometry puts a plane on a canvas of `[width, height]`.
    pub fn of(geometry: &PlaneGeometry, canvas: [u32; 2]) -> Self {
        let shown = |axis: usize| {
            visible(geometry.resampled[axis] as usize, geometry.offset[axis], canvas[axis] as usize)
        };
        let (columns, rows) = (shown(0), shown(1));
        let on_canvas = |i: usize, axis: usize| {
            // The first shown pixel lies on the canvas; of a plane beside it there is none.
            (i as i64 + i64::from(geometry.offset[axis])).max(0) as usize
        };
        let canvas_width = canvas[0] as usize;
        Self {
            first: on_canvas(rows.start, 1) * canvas_width + on_canvas(columns.start, 0),
            plane_width: geometry.resampled[0] as usize,
            canvas_width,
            columns,
            rows,
        }
    }

    /// Where row `y` of the plane begins and ends on the canvas.
    ///
    /// `y` must be one of the shown rows.
    pub fn row(&self, y: usize) -> Range<usize> {
        let start = self.first + (y - self.rows.start) * self.canvas_width;
        start..start + self.columns.len()
    }

    /// Copies a plane onto a canvas, cutting off what does not fit; the rest of the canvas stays as
    /// it is.
    ///
    /// # Shapes
    /// `plane`: rows of the resampled width; `canvas`: rows of the canvas.
    pub fn place(&self, plane: &[u8], canvas: &mut [u8]) {
        if self.columns.is_empty() {
            return;
        }
        for y in self.rows.clone() {
            let from = &plane[y * self.plane_width..][self.columns.clone()];
            canvas[self.row(y)].copy_from_slice(from);
        }
    }
}

/// The part of `0..size` that lies on the canvas when shifted by `offset`.
fn visible(size: usize, offset: i32, side: usize) -> Range<usize> {
    let start = i64::from(-offset.min(0)).min(size as i64);
    let end = (side as i64 - i64::from(offset)).clamp(start, (size as i64).max(start));
    start as usize..end as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pads_one_axis_and_crops_the_other() {
        // 2 columns, 5 rows on 4 x 4: one column of zeros on each side, the first row cut off.
        let geometry =
            PlaneGeometry { native: [2, 5], resampled: [2, 5], step: [1.0; 2], offset: [1, -1] };
        let plane: Vec<u8> = (1..=10).collect();
        let mut canvas = [0; 16];
        let placement = Placement::of(&geometry, [4, 4]);
        placement.place(&plane, &mut canvas);
        assert_eq!(canvas, [0, 3, 4, 0, 0, 5, 6, 0, 0, 7, 8, 0, 0, 9, 10, 0]);
        assert_eq!(
            (placement.rows.clone(), placement.row(1), placement.row(4)),
            (1..5, 1..3, 13..15)
        );
        // On three rows of five pixels the last row is cut off too.
        let mut wide = [0; 15];
        Placement::of(&geometry, [5, 3]).place(&plane, &mut wide);
        assert_eq!(wide, [0, 3, 4, 0, 0, 0, 5, 6, 0, 0, 0, 7, 8, 0, 0]);
    }

    #[test]
    fn visible_parts() {
        assert_eq!(visible(3, 2, 8), 0..3);
        assert_eq!(visible(9, -1, 8), 1..9);
        assert_eq!(visible(11, -2, 8), 2..10);
        assert_eq!(visible(8, 0, 8), 0..8);
        assert!(visible(3, 9, 8).is_empty());
        assert!(visible(3, -5, 8).is_empty());
    }

    #[test]
    fn a_plane_beside_the_canvas_leaves_it_alone() {
        for offset in [[-5, 0], [9, 0], [0, 9], [0, -5]] {
            let geometry =
                PlaneGeometry { native: [3, 3], resampled: [3, 3], step: [1.0; 2], offset };
            let mut canvas = [0; 64];
            Placement::of(&geometry, [8, 8]).place(&[1; 9], &mut canvas);
            assert_eq!(canvas, [0; 64], "{offset:?}");
        }
    }
}
