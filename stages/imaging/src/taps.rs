//! Which native samples make up a resampled one, along one axis.

use crate::{AxisMap, Interpolation};

/// A mixture of two neighbouring samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Lerp {
    pub(crate) first: usize,
    /// The sample after `first`, or `first` itself at the end.
    pub(crate) second: usize,
    /// Weight of `second`, at least 0 and below 1; `first` has the rest.
    pub(crate) weight: f64,
}

/// The mixtures of linear interpolation; coordinates outside are clamped to the border.
pub(crate) fn linear(map: AxisMap) -> Vec<Lerp> {
    let last = map.native - 1;
    (0..map.resampled)
        .map(|j| {
            let at = map.to_native(j as f64).clamp(0.0, last as f64);
            let first = (at as usize).min(last);
            Lerp { first, second: (first + 1).min(last), weight: at - first as f64 }
        })
        .collect()
}

/// Mixtures of any number of neighbouring samples.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Taps {
    /// Samples per mixture, the same for all; at most the samples of the axis.
    pub(crate) width: usize,
    /// The first sample of each mixture; `first + width` is within the axis.
    pub(crate) first: Vec<usize>,
    /// `width` weights per mixture, one mixture after the other.
    pub(crate) weights: Vec<f32>,
}

impl Taps {
    /// The mixtures of an interpolation.
    ///
    /// [`Interpolation::Nearest`] and [`Interpolation::Linear`] have shorter forms of their own and
    /// are treated as linear without and with antialiasing alike.
    pub(crate) fn new(map: AxisMap, interpolation: Interpolation) -> Self {
        let n = map.native;
        let mixtures: Vec<Vec<(usize, f64)>> = (0..map.resampled)
            .map(|j| {
                let at = map.to_native(j as f64);
                match interpolation {
                    Interpolation::Cubic => four(at, cubic_spline, |i| mirrored(i, n)),
                    Interpolation::CubicConvolution => four(at, keys, |i| clamped(i, n)),
                    Interpolation::Nearest
                    | Interpolation::Linear
                    | Interpolation::LinearAntialiased => triangle(at, coarsening(map), n),
                }
            })
            .collect();
        Self::of(&mixtures, n)
    }

    /// Brings all mixtures to one width by adding weights of zero.
    fn of(mixtures: &[Vec<(usize, f64)>], count: usize) -> Self {
        let ends = |mixture: &[(usize, f64)]| {
            let indices = mixture.iter().map(|(index, _)| *index);
            (indices.clone().min().unwrap_or(0), indices.max().unwrap_or(0))
        };
        let width = mixtures
            .iter()
            .map(|mixture| {
                let (low, high) = ends(mixture);
                high - low + 1
            })
            .max()
            .unwrap_or(1);
        let mut first = Vec::with_capacity(mixtures.len());
        let mut weights = Vec::with_capacity(mixtures.len() * width);
        let mut sums = vec![0.0f64; width];
        for mixture in mixtures {
            let start = ends(mixture).0.min(count - width);
            sums.fill(0.0);
            for (index, weight) in mixture {
                sums[index - start] += weight;
            }
            first.push(start);
            weights.extend(sums.iter().map(|sum| *sum as f32));
        }
        Self { width, first, weights }
    }
}

/// Native samples per resampled one, at least 1.
fn coarsening(map: AxisMap) -> f64 {
    (map.to_native(1.0) - map.to_native(0.0)).max(1.0)
}

/// A mixture of the two samples before and the two after a coordinate.
fn four(at: f64, kernel: fn(f64) -> [f64; 4], inside: impl Fn(i64) -> usize) -> Vec<(usize, f64)> {
    let base = at.floor();
    let weights = kernel(at - base);
    (-1..).zip(weights).map(|(offset, weight)| (inside(base as i64 + offset), weight)).collect()
}

/// Weights of the samples at -1, 0, 1, 2 for a value at `t` of 0..1: the cubic B-spline.
fn cubic_spline(t: f64) -> [f64; 4] {
    let r = 1.0 - t;
    [
        r * r * r / 6.0,
        (4.0 - 6.0 * t * t + 3.0 * t * t * t) / 6.0,
        (4.0 - 6.0 * r * r + 3.0 * r * r * r) / 6.0,
        t * t * t / 6.0,
    ]
}

/// The same for cubic convolution.
fn keys(t: f64) -> [f64; 4] {
    const A: f64 = -0.75;
    let near = |d: f64| ((A + 2.0) * d - (A + 3.0)) * d * d + 1.0;
    let far = |d: f64| ((A * d - 5.0 * A) * d + 8.0 * A) * d - 4.0 * A;
    [far(1.0 + t), near(t), near(1.0 - t), far(2.0 - t)]
}

/// A triangle that reaches `radius` samples to each side, scaled to a sum of one.
fn triangle(at: f64, radius: f64, count: usize) -> Vec<(usize, f64)> {
    // Outside of the image there is only the border sample.
    let at = at.clamp(0.0, (count - 1) as f64);
    let low = (at - radius).ceil().max(0.0) as usize;
    let high = ((at + radius).floor() as usize).min(count - 1);
    let weight = |i: usize| (1.0 - (i as f64 - at).abs() / radius).max(0.0);
    let sum: f64 = (low..=high).map(weight).sum();
    (low..=high).map(|i| (i, weight(i) / sum)).filter(|(_, weight)| *weight > 0.0).collect()
}

/// A sample number, or the border's where it lies outside.
fn clamped(i: i64, count: usize) -> usize {
    i.clamp(0, count as i64 - 1) as usize
}

/// A sample number, reflected about the first and the last sample where it lies outside.
pub(crate) fn mirrored(i: i64, count: usize) -> usize {
    if count == 1 {
        return 0;
    }
    let period = 2 * (count as i64 - 1);
    let i = i.rem_euclid(period);
    i.min(period - i) as usize
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
    fn linear_mixtures_stop_at_the_border() {
        // Edges, 2 to 4: coordinates -0.25, 0.25, 0.75, 1.25.
        let found = linear(axis(2, 4, Edges));
        let pair = |first, second, weight| Lerp { first, second, weight };
        assert_eq!(found, [pair(0, 1, 0.0), pair(0, 1, 0.25), pair(0, 1, 0.75), pair(1, 1, 0.0)]);
    }

    #[test]
    fn kernels_halfway() {
        // The B-spline at 1/2 and 3/2 is 23/48 and 1/48; Keys with -0.75 is 19/32 and -3/32.
        let close = |found: [f64; 4], expected: [f64; 4]| {
            found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15)
        };
        let (inner, outer) = (23.0 / 48.0, 1.0 / 48.0);
        assert!(close(cubic_spline(0.5), [outer, inner, inner, outer]));
        let (inner, outer) = (19.0 / 32.0, -3.0 / 32.0);
        assert!(close(keys(0.5), [outer, inner, inner, outer]));
        assert!(close(cubic_spline(0.0), [1.0 / 6.0, 4.0 / 6.0, 1.0 / 6.0, 0.0]));
        assert!(close(keys(0.0), [0.0, 1.0, 0.0, 0.0]));
    }

    #[test]
    fn mirroring_does_not_repeat_the_border() {
        let all: Vec<usize> = (-4..8).map(|i| mirrored(i, 4)).collect();
        assert_eq!(all, [2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1]);
        assert_eq!([mirrored(-1, 2), mirrored(2, 2), mirrored(5, 1)], [1, 0, 0]);
    }

    #[test]
    fn an_antialiasing_triangle_covers_the_step() {
        // 6 to 2 by edges: the first coordinate is 1, the radius 3: weights 2, 3, 2, 1 (of 0..=3),
        // for the distances 1, 0, 1, 2, in eighths.
        let taps = Taps::new(axis(6, 2, Edges), Interpolation::LinearAntialiased);
        assert_eq!((taps.width, taps.first.as_slice()), (4, &[0, 2][..]));
        assert_eq!(taps.weights, [0.25, 0.375, 0.25, 0.125, 0.125, 0.25, 0.375, 0.25]);
    }

    fn interpolation() -> impl Strategy<Value = Interpolation> {
        prop_oneof![
            Just(Interpolation::LinearAntialiased),
            Just(Interpolation::Cubic),
            Just(Interpolation::CubicConvolution),
        ]
    }

    proptest! {
        #[test]
        fn weights_sum_to_one_within_the_axis(
            native in 1usize..40, resampled in 1usize..60, which in 0usize..3,
            interpolation in interpolation(),
        ) {
            let map = axis(native, resampled, [Edges, Corners, FirstCentre][which]);
            let taps = Taps::new(map, interpolation);
            prop_assert!(taps.width <= native);
            for (first, weights) in taps.first.iter().zip(taps.weights.chunks_exact(taps.width)) {
                prop_assert!(first + taps.width <= native);
                prop_assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{weights:?}");
            }
        }
    }
}
