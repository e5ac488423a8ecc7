//! Image planes on another grid.

use std::ops::Range;

use crate::nearest::NearestMap;
use crate::spline::SplineFilter;
use crate::taps::{Lerp, Taps, linear};
use crate::{AxisMap, Interpolation};

/// Brings image planes of one size onto another grid.
///
/// Everything that depends on the grids alone is computed once, for all planes of a scan. Rows come
/// out one after the other, so that what follows finds them in the cache.
pub struct Resampler {
    native: [usize; 2],
    resampled: [usize; 2],
    method: Method,
    /// One mixed row of the native width.
    mixed: Vec<f32>,
    /// One row of the resampled width.
    row: Vec<f32>,
}

enum Method {
    Identity,
    Nearest(NearestMap),
    Linear { columns: Vec<Lerp>, rows: Vec<Lerp> },
    Weighted { columns: Taps, rows: Taps },
    Spline { columns: Taps, rows: Taps, filter: SplineFilter, coefficients: Vec<f32> },
}

impl Resampler {
    /// Prepares resampling along `x` (columns) and `y` (rows).
    ///
    /// # Panics
    /// If an axis has no samples.
    pub fn new(interpolation: Interpolation, x: AxisMap, y: AxisMap) -> Self {
        let counts = [x.native, y.native, x.resampled, y.resampled];
        assert!(counts.iter().all(|n| *n > 0), "an axis without samples: {x:?}, {y:?}");
        let taps = || (Taps::new(x, interpolation), Taps::new(y, interpolation));
        let method = match interpolation {
            _ if x.is_identity() && y.is_identity() => Method::Identity,
            Interpolation::Nearest => Method::Nearest(NearestMap::forth(x, y)),
            Interpolation::Linear => Method::Linear { columns: linear(x), rows: linear(y) },
            Interpolation::LinearAntialiased | Interpolation::CubicConvolution => {
                let (columns, rows) = taps();
                Method::Weighted { columns, rows }
            }
            Interpolation::Cubic => {
                let (columns, rows) = taps();
                let coefficients = vec![0.0; x.native * y.native];
                Method::Spline { columns, rows, filter: SplineFilter::default(), coefficients }
            }
        };
        Self {
            native: [x.native, y.native],
            resampled: [x.resampled, y.resampled],
            method,
            mixed: vec![0.0; x.native],
            row: vec![0.0; x.resampled],
        }
    }

    /// Resamples a plane and gives the rows asked for to `each`, with their numbers.
    ///
    /// # Shapes
    /// `plane`: `y.native` rows of `x.native`; `rows` within `0..y.resampled`; every row given to
    /// `each` has `x.resampled` values.
    ///
    /// # Panics
    /// If `plane` has another length or `rows` reaches beyond the grid.
    pub fn rows(&mut self, plane: &[f32], rows: Range<usize>, mut each: impl FnMut(usize, &[f32])) {
        let [width, height] = self.native;
        assert_eq!(plane.len(), width * height, "input plane is not {width} x {height}");
        assert!(rows.end <= self.resampled[1], "rows {rows:?} of {}", self.resampled[1]);
        let (mixed, row) = (&mut self.mixed, &mut self.row);
        match &mut self.method {
            Method::Identity => {
                for y in rows {
                    each(y, &plane[y * width..][..width]);
                }
            }
            Method::Nearest(map) => {
                for y in rows {
                    map.row(plane, y, row);
                    each(y, row);
                }
            }
            Method::Linear { columns, rows: lines } => {
                for y in rows {
                    let source = mix_two(plane, width, lines[y], mixed);
                    lerp_columns(source, columns, row);
                    each(y, row);
                }
            }
            Method::Weighted { columns, rows: lines } => {
                for y in rows {
                    mix_rows(plane, width, lines, y, mixed);
                    mix_columns(mixed, columns, row);
                    each(y, row);
                }
            }
            Method::Spline { columns, rows: lines, filter, coefficients } => {
                filter.coefficients(plane, width, coefficients);
                for y in rows {
                    mix_rows(coefficients, width, lines, y, mixed);
                    mix_columns(mixed, columns, row);
                    each(y, row);
                }
            }
        }
    }

    /// Resamples a whole plane.
    ///
    /// # Shapes
    /// `plane`: `y.native` rows of `x.native`; `out`: `y.resampled` rows of `x.resampled`.
    ///
    /// # Panics
    /// If a slice has another length.
    pub fn resample(&mut self, plane: &[f32], out: &mut [f32]) {
        let [width, height] = self.resampled;
        assert_eq!(out.len(), width * height, "output plane is not {width} x {height}");
        self.rows(plane, 0..height, |y, row| out[y * width..][..width].copy_from_slice(row));
    }
}

/// A row between two rows; the row itself where it lies exactly on one.
fn mix_two<'a>(plane: &'a [f32], width: usize, tap: Lerp, mixed: &'a mut [f32]) -> &'a [f32] {
    let first = &plane[tap.first * width..][..width];
    let weight = tap.weight as f32;
    if weight == 0.0 {
        return first;
    }
    let second = &plane[tap.second * width..][..width];
    for ((mixed, a), b) in mixed.iter_mut().zip(first).zip(second) {
        *mixed = a + weight * (b - a);
    }
    mixed
}

fn lerp_columns(row: &[f32], columns: &[Lerp], out: &mut [f32]) {
    for (value, tap) in out.iter_mut().zip(columns) {
        let a = row[tap.first];
        *value = a + tap.weight as f32 * (row[tap.second] - a);
    }
}

/// A row as a mixture of several.
fn mix_rows(plane: &[f32], width: usize, taps: &Taps, y: usize, mixed: &mut [f32]) {
    let rows = plane[taps.first[y] * width..].chunks_exact(width);
    mixed.fill(0.0);
    for (row, weight) in rows.zip(&taps.weights[y * taps.width..][..taps.width]) {
        for (mixed, value) in mixed.iter_mut().zip(row) {
            *mixed += weight * value;
        }
    }
}

fn mix_columns(row: &[f32], taps: &Taps, out: &mut [f32]) {
    if taps.width == 4 {
        // The common width of the cubic kernels, as a loop the compiler can unroll.
        let (weights, _) = taps.weights.as_chunks::<4>();
        for ((value, first), w) in out.iter_mut().zip(&taps.first).zip(weights) {
            let [a, b, c, d] = row[*first..*first + 4] else { unreachable!("four were taken") };
            *value = w[0] * a + w[1] * b + w[2] * c + w[3] * d;
        }
        return;
    }
    let weights = taps.weights.chunks_exact(taps.width);
    for ((value, first), weights) in out.iter_mut().zip(&taps.first).zip(weights) {
        let sources = &row[*first..*first + taps.width];
        *value = sources.iter().zip(weights).map(|(source, weight)| source * weight).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GridConvention::{self, Corners, Edges, FirstCentre};
    use crate::Interpolation::{Cubic, CubicConvolution, Linear, LinearAntialiased, Nearest};
    use proptest::prelude::*;

    fn axis(native: usize, resampled: usize, convention: GridConvention) -> AxisMap {
        AxisMap { native, resampled, step: native as f64 / resampled as f64, convention }
    }

    fn resampled(how: Interpolation, plane: &[f32], x: AxisMap, y: AxisMap) -> Vec<f32> {
        let mut out = vec![f32::NAN; x.resampled * y.resampled];
        Resampler::new(how, x, y).resample(plane, &mut out);
        out
    }

    fn close(found: &[f32], expected: &[f32]) -> bool {
        found.len() == expected.len()
            && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5)
    }

    #[test]
    fn halving_averages_pairs() {
        // Edges, 4 to 2: coordinates 0.5 and 2.5, the means of neighbours. One row each.
        let (x, y) = (axis(4, 2, Edges), axis(1, 1, Edges));
        assert_eq!(resampled(Linear, &[0.0, 2.0, 4.0, 10.0], x, y), [1.0, 7.0]);
        // With a triangle of radius 2 the weights are 1/4, 3/4, 3/4, 1/4 of a sum that is cut at
        // the border to 7/4: (3 * 0 + 3 * 2 + 1 * 4) / 7.
        let smooth = resampled(LinearAntialiased, &[0.0, 2.0, 4.0, 10.0], x, y);
        assert!(close(&smooth, &[10.0 / 7.0, (2.0 + 12.0 + 30.0) / 7.0]), "{smooth:?}");
    }

    #[test]
    fn doubling_clamps_at_the_border() {
        // Edges, 2 to 4: coordinates -0.25 (clamped), 0.25, 0.75, 1.25 (clamped).
        let (x, y) = (axis(2, 4, Edges), axis(1, 1, Edges));
        assert_eq!(resampled(Linear, &[0.0, 8.0], x, y), [0.0, 2.0, 6.0, 8.0]);
        assert_eq!(resampled(LinearAntialiased, &[0.0, 8.0], x, y), [0.0, 2.0, 6.0, 8.0]);
        assert_eq!(resampled(Nearest, &[0.0, 8.0], x, y), [0.0, 0.0, 8.0, 8.0]);
    }

    #[test]
    fn cubic_kernels_halfway_between_samples() {
        // Corners, 4 to 7: every other sample is halfway. A step from 0 to 48: Keys with -0.75 has
        // 19/32 and -3/32, so (3 + 19 - 19) ... by hand for [0, 0, 48, 48]: at 0.5 the taps are
        // 0, 0, 0, 48 (border repeated): 48 * -3/32 = -4.5; at 1.5: (48 + 0) / 2 = 24; at 2.5: the
        // mirror image, 52.5.
        let (x, y) = (axis(4, 7, Corners), axis(1, 1, Edges));
        let step = [0.0, 0.0, 48.0, 48.0];
        let keys = resampled(CubicConvolution, &step, x, y);
        assert!(close(&keys, &[0.0, -4.5, 0.0, 24.0, 48.0, 52.5, 48.0]), "{keys:?}");
        // The spline: passes through the samples, is odd about the middle, and overshoots too.
        let spline = resampled(Cubic, &step, x, y);
        for (i, expected) in [(0, 0.0), (2, 0.0), (3, 24.0), (4, 48.0), (6, 48.0)] {
            assert!((spline[i] - expected).abs() < 1e-4, "{spline:?}");
        }
        assert!(spline[1] < -2.0 && (spline[1] + spline[5] - 48.0).abs() < 1e-4, "{spline:?}");
    }

    #[test]
    fn rows_are_y_and_columns_x() {
        // 2 columns, 3 rows; y halved by corners to 2 rows, x kept.
        let plane = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let (x, y) = (axis(2, 2, Corners), axis(3, 2, Corners));
        for how in [Nearest, Linear, CubicConvolution] {
            assert_eq!(resampled(how, &plane, x, y), [1.0, 2.0, 5.0, 6.0], "{how:?}");
        }
        assert!(close(&resampled(Cubic, &plane, x, y), &[1.0, 2.0, 5.0, 6.0]));
    }

    #[test]
    fn first_centre_interpolates_at_multiples_of_the_step() {
        // 1.5 mm to 1 mm: native coordinates 0, 2/3, 4/3 of a ramp of slope 3.
        let x = AxisMap { native: 3, resampled: 3, step: 2.0 / 3.0, convention: FirstCentre };
        let found = resampled(Linear, &[0.0, 3.0, 6.0], x, axis(1, 1, Edges));
        assert!(close(&found, &[0.0, 2.0, 4.0]), "{found:?}");
    }

    #[test]
    fn some_rows_are_the_rows_of_the_whole() {
        let plane: Vec<f32> = (0..35u16).map(|i| f32::from(i * 37 % 23)).collect();
        let (x, y) = (axis(5, 8, Edges), axis(7, 11, Edges));
        for how in [Nearest, Linear, LinearAntialiased, Cubic, CubicConvolution] {
            let all = resampled(how, &plane, x, y);
            let mut seen = Vec::new();
            Resampler::new(how, x, y).rows(&plane, 3..9, |at, row| {
                assert_eq!(row, &all[at * 8..][..8], "{how:?}");
                seen.push(at);
            });
            assert_eq!(seen, [3, 4, 5, 6, 7, 8]);
        }
    }

    fn convention() -> impl Strategy<Value = GridConvention> {
        prop_oneof![Just(Edges), Just(Corners), Just(FirstCentre)]
    }

    fn interpolation() -> impl Strategy<Value = Interpolation> {
        prop_oneof![
            Just(Nearest),
            Just(Linear),
            Just(LinearAntialiased),
            Just(Cubic),
            Just(CubicConvolution)
        ]
    }

    proptest! {
        #[test]
        fn equal_grids_change_nothing(
            nx in 1usize..12, ny in 1usize..12, convention in convention(), seed in 0u32..1000,
            interpolation in interpolation(),
        ) {
            let plane: Vec<f32> = (0..nx * ny).map(|i| ((i as u32 * 37 + seed) % 101) as f32).collect();
            let (x, y) = (axis(nx, nx, convention), axis(ny, ny, convention));
            prop_assert_eq!(resampled(interpolation, &plane, x, y), plane);
        }

        #[test]
        fn mixtures_stay_within_the_range_of_the_plane(
            nx in 1usize..12, ny in 1usize..12, mx in 1usize..30, my in 1usize..30,
            convention in convention(), which in 0usize..3,
        ) {
            let plane: Vec<f32> = (0..nx * ny).map(|i| ((i * 29) % 17) as f32).collect();
            let how = [Nearest, Linear, LinearAntialiased][which];
            let out = resampled(how, &plane, axis(nx, mx, convention), axis(ny, my, convention));
            prop_assert!(out.iter().all(|value| (-1e-5..=16.0001).contains(value)), "{out:?}");
        }

        #[test]
        fn a_constant_stays_constant(
            nx in 1usize..12, ny in 1usize..12, mx in 1usize..30, my in 1usize..30,
            convention in convention(), interpolation in interpolation(),
        ) {
            let (x, y) = (axis(nx, mx, convention), axis(ny, my, convention));
            let out = resampled(interpolation, &vec![100.0; nx * ny], x, y);
            prop_assert!(out.iter().all(|value| (value - 100.0).abs() < 1e-3), "{out:?}");
        }

        #[test]
        fn a_ramp_inside_is_met_by_every_smooth_kernel(
            nx in 12usize..30, mx in 12usize..60, how in prop_oneof![
                Just(Linear), Just(CubicConvolution), Just(Cubic)
            ],
        ) {
            // Keys with -0.75 is exact on ramps to first order only: within 0.05 of a step.
            let plane: Vec<f32> = (0..nx).map(|i| i as f32).collect();
            let x = axis(nx, mx, Edges);
            let out = resampled(how, &plane, x, axis(1, 1, Edges));
            for (j, value) in out.iter().enumerate() {
                let at = x.to_native(j as f64);
                if (5.0..(nx - 6) as f64).contains(&at) {
                    let bound = if how == CubicConvolution { 0.05 } else { 4e-3 };
                    prop_assert!((f64::from(*value) - at).abs() < bound, "{j} {value} {at}");
                }
            }
        }
    }
}
