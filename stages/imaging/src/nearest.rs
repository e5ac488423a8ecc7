//! Labels on another grid and back: by the nearest sample, or by a vote of the four around.

use crate::AxisMap;
use crate::grid::nearest;
use crate::taps::{Lerp, linear};

/// Which sample of one grid stands for each sample of another.
///
/// A coordinate halfway between two samples takes the upper one; coordinates outside take the
/// border value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearestMap {
    /// Size of the planes it is applied to.
    from: [usize; 2],
    columns: Vec<usize>,
    rows: Vec<usize>,
}

impl NearestMap {
    /// From the native grid to the resampled one: each resampled pixel takes the nearest native
    /// one.
    pub fn forth(x: AxisMap, y: AxisMap) -> Self {
        let pick = |map: AxisMap| {
            (0..map.resampled).map(|j| nearest(map.to_native(j as f64), map.native)).collect()
        };
        Self { from: [x.native, y.native], columns: pick(x), rows: pick(y) }
    }

    /// From the resampled grid back to the native one: each native pixel takes the nearest
    /// resampled one.
    pub fn back(x: AxisMap, y: AxisMap) -> Self {
        let pick = |map: AxisMap| {
            (0..map.native).map(|i| nearest(map.to_resampled(i as f64), map.resampled)).collect()
        };
        Self { from: [x.resampled, y.resampled], columns: pick(x), rows: pick(y) }
    }

    /// One row of the other grid.
    pub(crate) fn row<T: Copy>(&self, plane: &[T], y: usize, out: &mut [T]) {
        let row = &plane[self.rows[y] * self.from[0]..][..self.from[0]];
        for (value, column) in out.iter_mut().zip(&self.columns) {
            *value = row[*column];
        }
    }

    /// Brings a whole plane to the other grid.
    ///
    /// # Shapes
    /// `plane`: rows of the grid it comes from; `out`: rows of the one it goes to.
    ///
    /// # Panics
    /// If a slice has another length.
    pub fn apply<T: Copy>(&self, plane: &[T], out: &mut [T]) {
        check(plane.len(), self.from, out.len(), [self.columns.len(), self.rows.len()]);
        let width = self.columns.len();
        for y in 0..self.rows.len() {
            let (done, rest) = out.split_at_mut(y * width);
            // Rows that come from the same one are copied, not gathered again.
            if y > 0 && self.rows[y] == self.rows[y - 1] {
                rest[..width].copy_from_slice(&done[(y - 1) * width..]);
            } else {
                self.row(plane, y, &mut rest[..width]);
            }
        }
    }
}

/// Resamples one plane by nearest neighbour: labels, masks.
///
/// # Shapes
/// `plane`: `y.native` rows of `x.native`; `out`: `y.resampled` rows of `x.resampled`.
///
/// # Panics
/// If a slice has another length, or an axis has no samples.
pub fn resample_nearest<T: Copy>(plane: &[T], x: AxisMap, y: AxisMap, out: &mut [T]) {
    check(plane.len(), [x.native, y.native], out.len(), [x.resampled, y.resampled]);
    NearestMap::forth(x, y).apply(plane, out);
}

/// Brings a plane on the resampled grid back to the native grid.
///
/// Native pixels beyond the outermost resampled centres take the border value.
///
/// # Shapes
/// `plane`: `y.resampled` rows of `x.resampled`; `out`: `y.native` rows of `x.native`.
///
/// # Panics
/// If a slice has another length, or an axis has no samples.
pub fn restore_nearest<T: Copy>(plane: &[T], x: AxisMap, y: AxisMap, out: &mut [T]) {
    check(plane.len(), [x.resampled, y.resampled], out.len(), [x.native, y.native]);
    NearestMap::back(x, y).apply(plane, out);
}

/// Two sums of weights this close count as equal: what rounding makes of equal ones.
const TIE: f64 = 1e-9;

/// Brings label planes of one size onto another grid by interpolating the mask of every class
/// linearly and taking the class with the largest share, the smallest id among equals.
///
/// Boundaries come out smoother than by nearest neighbour; what is thinner than half a pixel of the
/// new grid may vanish.
#[derive(Debug, Clone, PartialEq)]
pub struct OneHotMap {
    from: [usize; 2],
    columns: Vec<Lerp>,
    rows: Vec<Lerp>,
}

impl OneHotMap {
    /// From the native grid to the resampled one.
    pub fn forth(x: AxisMap, y: AxisMap) -> Self {
        Self { from: [x.native, y.native], columns: linear(x), rows: linear(y) }
    }

    /// Brings a whole plane to the resampled grid.
    ///
    /// # Shapes
    /// `plane`: `y.native` rows of `x.native`; `out`: `y.resampled` rows of `x.resampled`.
    ///
    /// # Panics
    /// If a slice has another length.
    pub fn apply(&self, plane: &[u8], out: &mut [u8]) {
        check(plane.len(), self.from, out.len(), [self.columns.len(), self.rows.len()]);
        let row_at = |y: usize| &plane[y * self.from[0]..][..self.from[0]];
        for (tap, out) in self.rows.iter().zip(out.chunks_exact_mut(self.columns.len())) {
            let (upper, lower) = (row_at(tap.first), row_at(tap.second));
            for (label, column) in out.iter_mut().zip(&self.columns) {
                let four = [
                    upper[column.first],
                    upper[column.second],
                    lower[column.first],
                    lower[column.second],
                ];
                *label = if four == [four[0]; 4] {
                    four[0]
                } else {
                    largest_share(four, column.weight, tap.weight)
                };
            }
        }
    }
}

/// The label with the largest sum of weights among the four around a point.
fn largest_share(four: [u8; 4], x: f64, y: f64) -> u8 {
    let weights = [(1.0 - x) * (1.0 - y), x * (1.0 - y), (1.0 - x) * y, x * y];
    let share =
        |label: u8| four.iter().zip(weights).filter(|(l, _)| **l == label).map(|(_, w)| w).sum();
    let mut best = (four[0], share(four[0]));
    for label in four {
        let sum: f64 = share(label);
        if sum > best.1 + TIE || (sum >= best.1 - TIE && label < best.0) {
            best = (label, sum);
        }
    }
    best.0
}

fn check(plane: usize, from: [usize; 2], out: usize, to: [usize; 2]) {
    assert!(from.iter().chain(&to).all(|n| *n > 0), "an axis without samples: {from:?} to {to:?}");
    assert_eq!(plane, from[0] * from[1], "input plane is not {} x {}", from[0], from[1]);
    assert_eq!(out, to[0] * to[1], "output plane is not {} x {}", to[0], to[1]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GridConvention::{self, Corners, Edges, FirstCentre};
    use crate::{Interpolation, Resampler};
    use proptest::prelude::*;

    fn axis(native: usize, resampled: usize, convention: GridConvention) -> AxisMap {
        AxisMap { native, resampled, step: native as f64 / resampled as f64, convention }
    }

    #[test]
    fn nearest_labels_and_their_way_back() {
        // Edges, 4 to 2: coordinates 0.5 and 2.5 round up to samples 1 and 3.
        let (x, y) = (axis(4, 2, Edges), axis(1, 1, Edges));
        let mut small = [0u8; 2];
        resample_nearest(&[10, 11, 12, 13], x, y, &mut small);
        assert_eq!(small, [11, 13]);
        // Native 0..3 lie at resampled -0.25, 0.25, 0.75, 1.25.
        let mut back = [0u8; 4];
        restore_nearest(&small, x, y, &mut back);
        assert_eq!(back, [11, 11, 13, 13]);
    }

    #[test]
    fn shares_of_four_labels_by_hand() {
        // At the middle of the four every label has 1/4: the smallest id.
        assert_eq!(largest_share([3, 2, 1, 4], 0.5, 0.5), 1);
        // 1 has the two on the left: (1 - x) = 0.4 against 0.6 for 2.
        assert_eq!(largest_share([1, 2, 1, 2], 0.6, 0.3), 2);
        // 5 has two small corners, 0.3 * 0.3 + 0.7 * 0.7 = 0.58 against 0.21 twice.
        assert_eq!(largest_share([5, 1, 2, 5], 0.3, 0.3), 5);
        // Equal but for rounding: (1 - 1/3) * 1/3 on both diagonals' ends.
        assert_eq!(largest_share([9, 7, 6, 9], 1.0 / 3.0, 2.0 / 3.0), 6);
    }

    #[test]
    fn a_thin_line_survives_nearest_and_not_the_vote() {
        // Edges, 4 to 2: coordinates 0.5 and 2.5. Nearest takes samples 1 and 3, the vote ties between
        // samples 0 and 1.
        let (x, y) = (axis(4, 2, Edges), axis(1, 1, Edges));
        let (mut near, mut vote) = ([9; 2], [9; 2]);
        resample_nearest(&[0, 1, 0, 0], x, y, &mut near);
        OneHotMap::forth(x, y).apply(&[0, 1, 0, 0], &mut vote);
        assert_eq!((near, vote), ([1, 0], [0, 0]));
    }

    fn convention() -> impl Strategy<Value = GridConvention> {
        prop_oneof![Just(Edges), Just(Corners), Just(FirstCentre)]
    }

    proptest! {
        #[test]
        fn equal_grids_change_nothing(
            nx in 1usize..12, ny in 1usize..12, convention in convention(), seed in 0usize..100,
        ) {
            let plane: Vec<u8> = (0..nx * ny).map(|i| ((i * 37 + seed) % 11) as u8).collect();
            let (x, y) = (axis(nx, nx, convention), axis(ny, ny, convention));
            let mut out = vec![0; nx * ny];
            resample_nearest(&plane, x, y, &mut out);
            prop_assert_eq!(&out, &plane);
            restore_nearest(&plane, x, y, &mut out);
            prop_assert_eq!(&out, &plane);
            OneHotMap::forth(x, y).apply(&plane, &mut out);
            prop_assert_eq!(&out, &plane);
        }

        #[test]
        fn enlarging_labels_and_restoring_them_is_lossless(
            nx in 1usize..20, ny in 1usize..20, factor in 2usize..5, seed in 0usize..100,
        ) {
            // Every native pixel centre is the nearest native one of some resampled pixel.
            let plane: Vec<u8> = (0..nx * ny).map(|i| ((i * 7 + seed) % 5) as u8).collect();
            let (x, y) = (axis(nx, nx * factor, Edges), axis(ny, ny * factor, Edges));
            let mut large = vec![0; nx * ny * factor * factor];
            resample_nearest(&plane, x, y, &mut large);
            let mut back = vec![0; nx * ny];
            restore_nearest(&large, x, y, &mut back);
            prop_assert_eq!(back, plane);
        }

        #[test]
        fn the_vote_is_the_argmax_of_interpolated_masks(
            nx in 1usize..12, ny in 1usize..12, mx in 1usize..25, my in 1usize..25,
            convention in convention(), seed in 0usize..100,
        ) {
            let plane: Vec<u8> = (0..nx * ny).map(|i| ((i * i * 7 + i * seed) % 4) as u8).collect();
            let (x, y) = (axis(nx, mx, convention), axis(ny, my, convention));
            let mut found = vec![9; mx * my];
            OneHotMap::forth(x, y).apply(&plane, &mut found);
            let mut linear = Resampler::new(Interpolation::Linear, x, y);
            let shares: Vec<Vec<f32>> = (0..4u8)
                .map(|class| {
                    let mask: Vec<f32> = plane.iter().map(|l| f32::from(u8::from(*l == class))).collect();
                    let mut out = vec![0.0; mx * my];
                    linear.resample(&mask, &mut out);
                    out
                })
                .collect();
            for (i, label) in found.iter().enumerate() {
                for (class, share) in shares.iter().enumerate() {
                    let mine = shares[usize::from(*label)][i];
                    // Single precision tells the shares apart to about 1e-6.
                    let beaten = share[i] > mine + 2e-6;
                    let tied = (share[i] - mine).abs() < 1e-9 && class < usize::from(*label);
                    prop_assert!(!beaten, "{i}: {label} has less than {class}");
                    prop_assert!(!(tied && mine == 0.5), "{i}: {label} ties with {class}");
                }
            }
        }
    }
}
