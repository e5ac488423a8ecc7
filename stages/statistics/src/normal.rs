//! The standard normal distribution.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

/// Probability of a value of at least `z`; small probabilities keep their relative precision.
pub fn normal_upper_tail(z: f64) -> f64 {
    0.5 * libm::erfc(z * FRAC_1_SQRT_2)
}

/// Probability of a value of at most `z`.
pub fn normal_cdf(z: f64) -> f64 {
    normal_upper_tail(-z)
}

/// The value that is not exceeded with this probability; infinite at 0 and 1, NaN outside.
///
/// # Source
/// The start is Abramowitz and Stegun 26.2.23, off by at most 4.5e-4; three steps of Halley's
/// method on the tail, each of which cubes the error, leave rounding.
pub fn normal_quantile(probability: f64) -> f64 {
    if probability.is_nan() || !(0.0..=1.0).contains(&probability) {
        return f64::NAN;
    }
    let tail = probability.min(1.0 - probability);
    if tail == 0.0 {
        return if probability == 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let z = upper_quantile(tail);
    if probability < 0.5 { -z } else { z }
}

/// The value exceeded with probability `tail`, which is above 0 and at most one half.
fn upper_quantile(tail: f64) -> f64 {
    let t = (-2.0 * libm::log(tail)).sqrt();
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let below = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let mut z = t - above / below;
    for _ in 0..3 {
        let density = libm::exp(-0.5 * z * z) / TAU.sqrt();
        if density == 0.0 {
            break;
        }
        let step = (tail - normal_upper_tail(z)) / density;
        z -= step / (1.0 + 0.5 * z * step);
    }
    z
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_values() {
        assert_eq!(normal_upper_tail(0.0), 0.5);
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
        assert!(normal_quantile(0.5).abs() < 1e-15);
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(normal_quantile(1.0), f64::INFINITY);
        assert!(normal_quantile(-0.1).is_nan() && normal_quantile(f64::NAN).is_nan());
    }

    proptest! {
        #[test]
        fn the_quantile_undoes_the_distribution(z in -37.0_f64..8.0) {
            prop_assert!((normal_quantile(normal_cdf(z)) - z).abs() < 1e-13 * z.abs().max(1.0)
                || z > 2.0 && (normal_cdf(normal_quantile(normal_cdf(z))) - normal_cdf(z)).abs() < 1e-15);
        }
    }
}
