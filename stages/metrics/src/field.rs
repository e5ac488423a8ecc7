//! The squared distance of every voxel of a box to a surface, all at once.
//!
//! For masks with very many voxels far from the other surface, such as the speckle of a network
//! that has learned nothing: each search in the tree is slow, but a whole field takes the time of
//! a few hundred voxels per search.

use crate::bits::set_bits;
use crate::surface::Surface;

/// More voxels than this, 256 MiB of distances, are not worth the memory; a CT of 128 slices has as
/// many.
const MOST_VOXELS: usize = 1 << 25;
/// Voxels of a field that take as long as one search in the tree.
const VOXELS_PER_SEARCH: usize = 400;
/// Columns taken together, so that whole cache lines are read.
const LANES: usize = 8;
/// Parabolas whose turn comes or ends within this part of a voxel are compared as numbers: far more
/// than rounding moves a turn by, far less than a voxel.
const SLACK: f64 = 1e-3;

/// After how many searches in the tree a field is faster; none if it would be too large.
pub(crate) fn worthwhile_after(surface: &Surface) -> Option<usize> {
    let bits = &surface.bits;
    let voxels = 64 * bits.words_per_row() * bits.rows() * bits.planes();
    (voxels <= MOST_VOXELS).then_some(voxels / VOXELS_PER_SEARCH)
}

/// Squared distances, to the last bit the smallest that the voxels of a surface give by themselves.
pub(crate) struct Field {
    shape: [usize; 3],
    squares: Vec<f64>,
}

impl Field {
    /// The field of a surface that is not empty.
    pub(crate) fn of(surface: &Surface, spacing: [f64; 3]) -> Self {
        let bits = &surface.bits;
        let shape = [64 * bits.words_per_row(), bits.rows(), bits.planes()];
        let mut squares = vec![f64::INFINITY; shape.iter().product()];
        for (at, row) in squares.chunks_exact_mut(shape[0].max(1)).enumerate() {
            let (row_at, plane) = (at % shape[1], at / shape[1]);
            fill_row(row, set_bits(bits.row(row_at, plane)), spacing[0]);
        }
        // The sum of squares is taken x, then y, then z, and a sum rounds monotonely in each of
        // its terms: the smallest sum is that of the smallest first terms.
        let mut envelope = Envelope::new(spacing[1]);
        for plane in squares.chunks_exact_mut((shape[0] * shape[1]).max(1)) {
            envelope.along(plane, shape[0], shape[1]);
        }
        Envelope::new(spacing[2]).along(&mut squares, shape[0] * shape[1], shape[2]);
        Self { shape, squares }
    }

    /// The squared distance of a voxel.
    pub(crate) fn square(&self, [x, y, z]: [u32; 3]) -> f64 {
        let [x, y, z] = [x, y, z].map(|place| place as usize);
        self.squares[(z * self.shape[1] + y) * self.shape[0] + x]
    }
}

/// Writes the squared distance of every place of a row to the nearest set one.
fn fill_row(row: &mut [f64], set: impl Iterator<Item = usize>, spacing: f64) {
    let count = row.len();
    let mut before: Option<usize> = None;
    let mut fill = |from: usize, to: usize, before: Option<usize>, after: Option<usize>| {
        for (at, square) in row[from..to].iter_mut().enumerate() {
            let place = from + at;
            let left = before.map_or(usize::MAX, |before| place - before);
            let right = after.map_or(usize::MAX, |after| after - place);
            let length = left.min(right) as f64 * spacing;
            *square = length * length;
        }
    };
    for at in set {
        fill(before.map_or(0, |before| before + 1), at + 1, before, Some(at));
        before = Some(at);
    }
    if let Some(last) = before {
        fill(last + 1, count, Some(last), None);
    }
}

/// The lower envelope of parabolas over one axis.
struct Envelope {
    spacing: f64,
    /// Places of the parabolas' feet that take their turn, and where each turn begins.
    feet: Vec<(usize, f64)>,
    column: Vec<f64>,
}

impl Envelope {
    fn new(spacing: f64) -> Self {
        Self { spacing, feet: Vec::new(), column: Vec::new() }
    }

    /// Replaces every value by the smallest sum of a value of its column and the squared distance
    /// to it. Columns are `stride` long apart and have `count` values.
    fn along(&mut self, values: &mut [f64], stride: usize, count: usize) {
        for first in (0..stride).step_by(LANES) {
            let lanes = LANES.min(stride - first);
            self.column.resize(lanes * count, 0.0);
            for at in 0..count {
                for lane in 0..lanes {
                    self.column[lane * count + at] = values[at * stride + first + lane];
                }
            }
            for lane in 0..lanes {
                let column = lane * count..(lane + 1) * count;
                self.turns(column.clone());
                if self.feet.is_empty() {
                    continue;
                }
                let column = &self.column[column];
                let mut from = 0;
                for at in 0..count {
                    let place = at as f64;
                    while self.feet.get(from + 1).is_some_and(|next| next.1 < place - 2.0 * SLACK) {
                        from += 1;
                    }
                    let near = self.feet[from..].iter();
                    let near = near.take_while(|(_, turn)| *turn <= place + 2.0 * SLACK);
                    let sums = near.map(|(foot, _)| {
                        let length = at.abs_diff(*foot) as f64 * self.spacing;
                        column[*foot] + length * length
                    });
                    values[at * stride + first + lane] = sums.fold(f64::INFINITY, f64::min);
                }
            }
        }
    }

    /// Finds the parabolas that are lowest somewhere, or as good as lowest.
    fn turns(&mut self, range: std::ops::Range<usize>) {
        let column = &self.column[range];
        let square = self.spacing * self.spacing;
        let height = |foot: usize| column[foot] / square + (foot * foot) as f64;
        self.feet.clear();
        for foot in (0..column.len()).filter(|foot| column[*foot].is_finite()) {
            let mut turn = f64::NEG_INFINITY;
            while let Some((last, begin)) = self.feet.last() {
                turn = (height(foot) - height(*last)) / (2 * (foot - last)) as f64;
                if turn >= begin - SLACK {
                    break;
                }
                self.feet.pop();
                turn = f64::NEG_INFINITY;
            }
            self.feet.push((foot, turn));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bits::{BitBox, set_row};
    use crate::nearest::square;

    fn surface(labels: &[u8], [columns, rows, planes]: [usize; 3]) -> Surface {
        let mut mask = BitBox::new([columns, rows, planes]);
        for (at, labels) in labels.chunks_exact(columns).enumerate() {
            set_row(labels, 1, mask.row_mut(at % rows, at / rows));
        }
        Surface::of(&mask, false)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn every_voxel_has_the_smallest_square_to_the_last_bit(
            (shape, labels) in (1_usize..80, 1_usize..14, 1_usize..9).prop_flat_map(|(x, y, z)| {
                let voxel = prop_oneof![30 => Just(0_u8), 1 => Just(1_u8)];
                (Just([x, y, z]), prop::collection::vec(voxel, x * y * z))
            }),
            spacing in prop::array::uniform3(prop_oneof![
                Just(1.0), Just(0.5), 0.3..12.0_f64, 0.01..0.02_f64
            ]),
        ) {
            let surface = surface(&labels, shape);
            let voxels: Vec<_> = surface.voxels().collect();
            prop_assume!(!voxels.is_empty());
            let field = Field::of(&surface, spacing);
            for at in 0..labels.len() {
                let place = [at % shape[0], at / shape[0] % shape[1], at / shape[0] / shape[1]];
                let place = place.map(|place| place as u32);
                let step = |to: &[u32; 3]| [0, 1, 2].map(|axis| place[axis].abs_diff(to[axis]));
                let squares = voxels.iter().map(|to| square(step(to), spacing));
                let expected = squares.fold(f64::INFINITY, f64::min);
                prop_assert_eq!(field.square(place), expected, "at {:?}", place);
            }
        }
    }
}
