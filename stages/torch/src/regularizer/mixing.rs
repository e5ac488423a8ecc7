//! Mixtures of two images, for the terms that compare them with mixtures of predictions or labels.

use std::f64::consts::TAU;

use tch::{Device, Tensor};

use crate::random::SampleDraws;
use crate::upload::upload;

/// One share per pair, each with the distribution Beta(alpha, alpha), in 0..=1.
///
/// # Source
/// A Beta variate is `X / (X + Y)` of two Gamma variates of the shape alpha. Those are drawn by the
/// rejection of Marsaglia and Tsang (2000) with shape `alpha + 1` and brought to shape alpha with a
/// factor `U^(1/alpha)`; exact for every alpha above 0. Their logarithms are what is kept, for with
/// small alpha both may be too small for a number.
pub(super) fn shares(draws: &mut SampleDraws, alpha: f64, pairs: i64) -> Vec<f64> {
    let share = |_| {
        let (first, second) = (log_gamma_variate(draws, alpha), log_gamma_variate(draws, alpha));
        1.0 / (1.0 + (second - first).exp())
    };
    (0..pairs).map(share).collect()
}

/// `share` of the first and the rest of the second, pair by pair.
///
/// # Shapes
/// `first`, `second`: `[B, C, H, W]`; `shares`: `[B, 1, 1, 1]`. Returns `[B, C, H, W]`.
pub(super) fn mix(first: &Tensor, second: &Tensor, shares: &Tensor) -> Tensor {
    second + (first - second) * shares
}

/// The shares as a tensor for [`mix`], f32.
pub(super) fn per_image(shares: &[f64], device: Device) -> Tensor {
    let shares: Vec<f32> = shares.iter().map(|share| *share as f32).collect();
    upload(&shares, device).view([-1, 1, 1, 1])
}

/// The logarithm of a Gamma variate with this shape and scale 1.
fn log_gamma_variate(draws: &mut SampleDraws, shape: f64) -> f64 {
    // Of shape + 1, which Marsaglia and Tsang reduce by a third.
    let d = shape + 2.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = normal(draws);
        let v = (1.0 + c * x).powi(3);
        if v > 0.0 && positive(draws).ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return (d * v).ln() + positive(draws).ln() / shape;
        }
    }
}

/// A standard normal number, by the transformation of Box and Muller (1958).
fn normal(draws: &mut SampleDraws) -> f64 {
    (-2.0 * positive(draws).ln()).sqrt() * (TAU * draws.unit()).cos()
}

/// A number above 0, at most 1.
fn positive(draws: &mut SampleDraws) -> f64 {
    1.0 - draws.unit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::close;
    use crate::random::Draws;

    const COUNT: i64 = 4000;

    fn drawn(alpha: f64) -> Vec<f64> {
        shares(&mut Draws::new(8, "shares").all_of(3), alpha, COUNT)
    }

    fn mean(values: impl Iterator<Item = f64>) -> f64 {
        values.sum::<f64>() / COUNT as f64
    }

    #[test]
    fn shares_have_the_moments_of_a_beta_distribution() {
        // The mean is 1/2 and the variance 1 / (4 (2 alpha + 1)); a tolerance is four standard
        // deviations of what 4000 draws give.
        for (alpha, variance, of_mean, of_variance) in [
            (0.2, 1.0 / 5.6, 0.027, 0.0055),
            (1.0, 1.0 / 12.0, 0.0183, 0.0047),
            (4.0, 1.0 / 36.0, 0.0106, 0.0024),
        ] {
            let drawn = drawn(alpha);
            let center = mean(drawn.iter().copied());
            assert!((center - 0.5).abs() < of_mean, "{alpha}: {center}");
            let found = mean(drawn.iter().map(|share| (share - 0.5).powi(2)));
            assert!((found - variance).abs() < of_variance, "{alpha}: {found}");
        }
    }

    #[test]
    fn shares_have_the_quantiles_of_known_cases() {
        let below = |alpha: f64| mean(drawn(alpha).iter().map(|s| f64::from(u8::from(*s < 0.25))));
        // Uniform: a quarter lies below 1/4. Arcsine: 2/pi asin(sqrt(1/4)) = 1/3. Four standard
        // deviations are 0.027 and 0.030.
        assert!((below(1.0) - 0.25).abs() < 0.027, "{}", below(1.0));
        assert!((below(0.5) - 1.0 / 3.0).abs() < 0.030, "{}", below(0.5));
    }

    #[test]
    fn extreme_shapes_give_numbers_all_the_same() {
        for alpha in [1e-6, 1e-3, 1e6] {
            assert!(drawn(alpha).iter().all(|share| (0.0..=1.0).contains(share)), "{alpha}");
        }
    }

    #[test]
    fn each_pair_has_a_share_of_its_own() {
        let image = |values: [f32; 2]| Tensor::from_slice(&values).reshape([2, 1, 1, 1]);
        let mixed =
            mix(&image([1.0, 1.0]), &image([0.0, 0.5]), &per_image(&[0.25, 0.5], tch::Device::Cpu));
        close(mixed.double_value(&[0, 0, 0, 0]), 0.25);
        close(mixed.double_value(&[1, 0, 0, 0]), 0.75);
    }
}
