//! The weight of a regularizer at every step.

use stages_train::{RampShape, WeightParams};

/// The weight of a step, counted from 0, of `steps` in all.
///
/// # Source
/// The sigmoid ramp is the one of temporal ensembling (Laine and Aila, 2017): `exp(-5 (1 - t)^2)`.
pub fn weight_at(params: &WeightParams, step: u64, steps: u64) -> f64 {
    let progress = step as f64 / steps as f64;
    if progress >= params.ramp_until {
        return params.value;
    }
    let t = progress / params.ramp_until;
    params.value
        * match params.shape {
            RampShape::Linear => t,
            RampShape::Sigmoid => (-5.0 * (1.0 - t).powi(2)).exp(),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_weight_is_there_from_the_first_step() {
        assert_eq!(weight_at(&WeightParams::constant(0.3), 0, 100), 0.3);
    }

    #[test]
    fn a_linear_ramp_reaches_its_value_and_stays() {
        let params = WeightParams { value: 0.1, ramp_until: 0.6, shape: RampShape::Linear };
        assert_eq!(weight_at(&params, 0, 100), 0.0);
        assert!((weight_at(&params, 30, 100) - 0.05).abs() < 1e-15, "half the ramp");
        assert_eq!(weight_at(&params, 60, 100), 0.1);
        assert_eq!(weight_at(&params, 99, 100), 0.1);
    }

    #[test]
    fn a_sigmoid_ramp_starts_at_exp_minus_five() {
        let params = WeightParams { value: 2.0, ramp_until: 0.5, shape: RampShape::Sigmoid };
        assert!((weight_at(&params, 0, 10) - 2.0 * (-5f64).exp()).abs() < 1e-15);
        assert_eq!(weight_at(&params, 5, 10), 2.0);
    }

    #[test]
    fn a_ramp_over_the_whole_training_ends_just_below_its_value() {
        let params = WeightParams { value: 1.0, ramp_until: 1.0, shape: RampShape::Linear };
        assert!((weight_at(&params, 9, 10) - 0.9).abs() < 1e-15);
    }
}
