//! In-plane resampling between a scan's own grid and the grid of the network.

use crate::AxisMap;
use crate::grid::nearest;

/// One output sample as a mixture of two neighbouring input samples.
struct Tap {
    first: usize,
    second: usize,
    /// Weight of `second`; `first` has the rest.
    weight: f32,
}

/// The mixtures along one axis; coordinates outside are clamped to the border.
fn linear_taps(map: AxisMap) -> Vec<Tap> {
    let last = map.native - 1;
    (0..map.resampled)
        .map(|j| {
            let at = map.to_native(j as f64).clamp(0.0, last as f64);
            let first = (at as usize).min(last);
            Tap { first, second: (first + 1).min(last), weight: (at - first as f64) as f32 }
        })
        .collect()
}

/// Resamples one image plane by bilinear interpolation, without antialiasing.
///
/// Coordinates beyond the outermost native centres take the border value.
///
/// # Shapes
/// `plane`: `y.native` rows of `x.native`; `out`: `y.resampled` rows of `x.resampled`.
///
/// # Panics
/// If a slice has another length, or an axis has no samples.
pub fn resample_linear(plane: &[f32], x: AxisMap, y: AxisMap, out: &mut [f32]) {
    check(plane.len(), [x.native, y.native], out.len(), [x.resampled, y.resampled]);
    let (columns, rows) = (linear_taps(x), linear_taps(y));
    let mut row = vec![0.0f32; x.native];
    for (tap, out) in rows.iter().zip(out.chunks_exact_mut(x.resampled)) {
        let first = &plane[tap.first * x.native..][..x.native];
        if tap.weight == 0.0 {
            row.copy_from_slice(first);
        } else {
            let second = &plane[tap.second * x.native..][..x.native];
            for ((mixed, a), b) in row.iter_mut().zip(first).zip(second) {
                *mixed = a + tap.weight * (b - a);
            }
        }
        for (value, tap) in out.iter_mut().zip(&columns) {
            let a = row[tap.first];
            *value = a + tap.weight * (row[tap.second] - a);
        }
    }
}

/// Resamples one plane by nearest neighbour: labels, masks.
///
/// A coordinate halfway between two samples takes the upper one; coordinates outside take the
/// border value.
///
/// # Shapes
/// `plane`: `y.native` rows of `x.native`; `out`: `y.resampled` rows of `x.resampled`.
///
/// # Panics
/// If a slice has another length, or an axis has no samples.
pub fn resample_nearest<T: Copy>(plane: &[T], x: AxisMap, y: AxisMap, out: &mut [T]) {
    check(plane.len(), [x.native, y.native], out.len(), [x.resampled, y.resampled]);
    let pick = |map: AxisMap| {
        (0..map.resampled).map(|j| nearest(map.to_native(j as f64), map.native)).collect::<Vec<_>>()
    };
    gather(plane, x.native, &pick(x), &pick(y), out);
}

/// Brings a plane on the resampled grid back to the native grid: each native pixel takes the
/// nearest resampled one.
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
    let pick = |map: AxisMap| {
        (0..map.native)
            .map(|i| nearest(map.to_resampled(i as f64), map.resampled))
            .collect::<Vec<_>>()
    };
    gather(plane, x.resampled, &pick(x), &pick(y), out);
}

/// Fills `out` with `plane[rows[r]][columns[c]]`.
fn gather<T: Copy>(plane: &[T], width: usize, columns: &[usize], rows: &[usize], out: &mut [T]) {
    for (row, out) in rows.iter().zip(out.chunks_exact_mut(columns.len())) {
        let row = &plane[row * width..][..width];
        for (value, column) in out.iter_mut().zip(columns) {
            *value = row[*column];
        }
    }
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
    use proptest::prelude::*;

    fn axis(native: usize, resampled: usize, convention: GridConvention) -> AxisMap {
        AxisMap { native, resampled, step: native as f64 / resampled as f64, convention }
    }

    #[test]
    fn halving_averages_pairs() {
        // Edges, 4 to 2: coordinates 0.5 and 2.5, the means of neighbours. One row each.
        let mut out = [0.0; 2];
        resample_linear(&[0.0, 2.0, 4.0, 10.0], axis(4, 2, Edges), axis(1, 1, Edges), &mut out);
        assert_eq!(out, [1.0, 7.0]);
    }

    #[test]
    fn doubling_clamps_at_the_border() {
        // Edges, 2 to 4: coordinates -0.25 (clamped), 0.25, 0.75, 1.25 (clamped).
        let mut out = [0.0; 4];
        resample_linear(&[0.0, 8.0], axis(2, 4, Edges), axis(1, 1, Edges), &mut out);
        assert_eq!(out, [0.0, 2.0, 6.0, 8.0]);
    }

    #[test]
    fn rows_are_y_and_columns_x() {
        // 2 columns, 3 rows; y halved by corners to 2 rows, x kept.
        let plane = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let mut out = [0.0; 4];
        resample_linear(&plane, axis(2, 2, Corners), axis(3, 2, Corners), &mut out);
        assert_eq!(out, [1.0, 2.0, 5.0, 6.0]);
    }

    #[test]
    fn first_centre_interpolates_at_multiples_of_the_step() {
        // 1.5 mm to 1 mm: native coordinates 0, 2/3, 4/3 of a ramp of slope 3.
        let x = AxisMap { native: 3, resampled: 3, step: 2.0 / 3.0, convention: FirstCentre };
        let mut out = [0.0; 3];
        resample_linear(&[0.0, 3.0, 6.0], x, axis(1, 1, Edges), &mut out);
        for (found, expected) in out.iter().zip([0.0, 2.0, 4.0]) {
            assert!((found - expected).abs() < 1e-6, "{out:?}");
        }
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

    fn convention() -> impl Strategy<Value = GridConvention> {
        prop_oneof![Just(Edges), Just(Corners), Just(FirstCentre)]
    }

    proptest! {
        #[test]
        fn equal_grids_change_nothing(
            nx in 1usize..12, ny in 1usize..12, convention in convention(), seed in 0u32..1000,
        ) {
            let plane: Vec<f32> = (0..nx * ny).map(|i| ((i as u32 * 37 + seed) % 101) as f32).collect();
            let (x, y) = (axis(nx, nx, convention), axis(ny, ny, convention));
            let mut out = vec![0.0; nx * ny];
            resample_linear(&plane, x, y, &mut out);
            prop_assert_eq!(&out, &plane);
            resample_nearest(&plane, x, y, &mut out);
            prop_assert_eq!(&out, &plane);
            restore_nearest(&plane, x, y, &mut out);
            prop_assert_eq!(&out, &plane);
        }

        #[test]
        fn enlarging_labels_and_restoring_them_is_lossless(
            nx in 2usize..20, ny in 2usize..20, factor in 2usize..5, seed in 0usize..100,
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
        fn linear_stays_within_the_range_of_the_plane(
            nx in 1usize..12, ny in 1usize..12, mx in 1usize..30, my in 1usize..30,
            convention in convention(),
        ) {
            let plane: Vec<f32> = (0..nx * ny).map(|i| ((i * 29) % 17) as f32).collect();
            let mut out = vec![f32::NAN; mx * my];
            resample_linear(&plane, axis(nx, mx, convention), axis(ny, my, convention), &mut out);
            prop_assert!(out.iter().all(|value| (0.0..=16.0).contains(value)), "{out:?}");
        }
    }
}
