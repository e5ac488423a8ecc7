//! How the samples of two grids over the same image correspond.

use serde::{Deserialize, Serialize};

/// How the coordinates of two grids over the same image correspond, per axis, for `n` native and
/// `m` resampled samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GridConvention {
    /// Pixel edges coincide: resampled `j` lies at native `(j + 0.5) n / m - 0.5`.
    Edges,
    /// First and last pixel centres coincide: resampled `j` lies at native `j ((n-1) / (m-1))`,
    /// rounded in this order, as SciPy does: it decides which way halves go.
    Corners,
    /// The first pixel centres coincide and the step is the ratio of the spacings: resampled `j`
    /// lies at native `j * step`.
    FirstCentre,
}

/// One axis of a pair of grids: the scan's own samples and the resampled ones.
///
/// Coordinates count samples from the first centre, so sample `i` lies at `i as f64`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AxisMap {
    /// Samples of the scan along this axis; at least 1.
    pub native: usize,
    /// Samples after resampling; at least 1.
    pub resampled: usize,
    /// Native samples per resampled sample; read by [`GridConvention::FirstCentre`] only, where it
    /// must be positive.
    pub step: f64,
    /// Which points of the two grids coincide.
    pub convention: GridConvention,
}

impl AxisMap {
    /// The native coordinate of resampled coordinate `j`. May lie outside `0..=native-1`.
    pub fn to_native(self, j: f64) -> f64 {
        let (n, m) = (self.native as f64, self.resampled as f64);
        match self.convention {
            GridConvention::Edges => (j + 0.5) * n / m - 0.5,
            // A single resampled sample sits on the first native one.
            GridConvention::Corners if self.resampled == 1 => j,
            GridConvention::Corners => j * ((n - 1.0) / (m - 1.0)),
            GridConvention::FirstCentre => j * self.step,
        }
    }

    /// The resampled coordinate of native coordinate `i`, the inverse of [`Self::to_native`]. May
    /// lie outside `0..=resampled-1`.
    pub fn to_resampled(self, i: f64) -> f64 {
        let (n, m) = (self.native as f64, self.resampled as f64);
        match self.convention {
            GridConvention::Edges => (i + 0.5) * m / n - 0.5,
            // All resampled samples lie on the single native one; the first stands for them.
            GridConvention::Corners if self.native == 1 => 0.0,
            GridConvention::Corners if self.resampled == 1 => i,
            GridConvention::Corners => i * ((m - 1.0) / (n - 1.0)),
            GridConvention::FirstCentre => i / self.step,
        }
    }

    /// Whether every resampled sample lies exactly on the native one of the same number.
    pub fn is_identity(self) -> bool {
        self.native == self.resampled
            && (self.convention != GridConvention::FirstCentre || self.step == 1.0)
    }
}

/// The sample nearest to a coordinate among `count`, halves upwards, outside clamped to the border.
pub(crate) fn nearest(coordinate: f64, count: usize) -> usize {
    // Casting saturates: negative coordinates become 0.
    ((coordinate + 0.5).floor() as usize).min(count - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn axis(native: usize, resampled: usize, step: f64, convention: GridConvention) -> AxisMap {
        AxisMap { native, resampled, step, convention }
    }

    #[test]
    fn edges_map_halves() {
        // Four samples halved to two: resampled 0 covers native 0 and 1, so it lies at 0.5.
        let map = axis(4, 2, 2.0, GridConvention::Edges);
        assert_eq!(map.to_native(0.0), 0.5);
        assert_eq!(map.to_native(1.0), 2.5);
        assert_eq!(map.to_resampled(0.5), 0.0);
    }

    #[test]
    fn corners_map_ends_to_ends() {
        let map = axis(5, 3, 0.0, GridConvention::Corners);
        assert_eq!([0.0, 1.0, 2.0].map(|j| map.to_native(j)), [0.0, 2.0, 4.0]);
        assert_eq!(map.to_resampled(4.0), 2.0);
        let single = axis(5, 1, 0.0, GridConvention::Corners);
        assert_eq!(single.to_native(0.0), 0.0);
    }

    #[test]
    fn first_centre_uses_the_step() {
        // 1.5 mm resampled to 1 mm: a resampled step is two thirds of a native one.
        let map = axis(10, 15, 2.0 / 3.0, GridConvention::FirstCentre);
        assert_eq!(map.to_native(0.0), 0.0);
        assert!((map.to_native(3.0) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn equal_counts_are_the_identity_unless_the_step_says_otherwise() {
        for convention in [GridConvention::Edges, GridConvention::Corners] {
            assert!(axis(7, 7, 0.0, convention).is_identity());
            assert!(!axis(7, 8, 1.0, convention).is_identity());
        }
        assert!(axis(7, 7, 1.0, GridConvention::FirstCentre).is_identity());
        assert!(!axis(7, 7, 1.01, GridConvention::FirstCentre).is_identity());
    }

    #[test]
    fn nearest_rounds_halves_up_and_clamps() {
        assert_eq!(nearest(0.5, 4), 1);
        assert_eq!(nearest(0.49, 4), 0);
        assert_eq!(nearest(-7.0, 4), 0);
        assert_eq!(nearest(9.0, 4), 3);
    }

    proptest! {
        #[test]
        fn the_two_maps_are_inverse(
            native in 2usize..400, resampled in 2usize..400, step in 0.05f64..20.0,
            at in 0.0f64..300.0, which in 0usize..3,
        ) {
            let convention =
                [GridConvention::Edges, GridConvention::Corners, GridConvention::FirstCentre][which];
            let map = axis(native, resampled, step, convention);
            prop_assert!((map.to_native(map.to_resampled(at)) - at).abs() < 1e-8);
            prop_assert!((map.to_resampled(map.to_native(at)) - at).abs() < 1e-8);
        }
    }
}
