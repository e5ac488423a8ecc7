//! The weight of a regularizer at every step.

use stages_train::{RampShape, WeightParams};

/// The weight of a step, counted from 0, of `steps` in all.
///
/// # Source
/// The sigmoid ramp is the one of temporal ensembling (Laine and Aila, 2017): `exp(-5 (1 - t)^2)`.
pub fn weight_at(params: &WeightParams, step: u64, steps: u64) -> f64 {
    if fraction(step, steps) < params.zero_until {
        return 0.0;
    }
    let progress = fraction(step - step % u64::from(params.hold), steps);
    if progress >= params.ramp_until {
        return params.value;
    }
    let t = progress / params.ramp_until;
    params.value
        * match params.shape {
            RampShape::Linear => t,
            RampShape::Sigmoid => sigmoid_rise(t),
        }
}

/// The rise of a sigmoid ramp of which the fraction `t` is over: from `exp(-5)` to 1.
pub(crate) fn sigmoid_rise(t: f64) -> f64 {
    (-5.0 * (1.0 - t).powi(2)).exp()
}

fn fraction(step: u64, steps: u64) -> f64 {
    step as f64 / steps as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(value: f64, ramp_until: f64, shape: RampShape) -> WeightParams {
        WeightParams { ramp_until, shape, ..WeightParams::constant(value) }
    }

    #[test]
    fn a_constant_weight_is_there_from_the_first_step() {
        assert_eq!(weight_at(&WeightParams::constant(0.3), 0, 100), 0.3);
    }

    #[test]
    fn a_linear_ramp_reaches_its_value_and_stays() {
        let params = ramp(0.1, 0.6, RampShape::Linear);
        assert_eq!(weight_at(&params, 0, 100), 0.0);
        assert!((weight_at(&params, 30, 100) - 0.05).abs() < 1e-15, "half the ramp");
        assert_eq!(weight_at(&params, 60, 100), 0.1);
        assert_eq!(weight_at(&params, 99, 100), 0.1);
    }

    #[test]
    fn a_sigmoid_ramp_starts_at_exp_minus_five() {
        let params = ramp(2.0, 0.5, RampShape::Sigmoid);
        assert!((weight_at(&params, 0, 10) - 2.0 * (-5f64).exp()).abs() < 1e-15);
        assert_eq!(weight_at(&params, 5, 10), 2.0);
    }

    #[test]
    fn a_ramp_over_the_whole_training_ends_just_below_its_value() {
        let params = ramp(1.0, 1.0, RampShape::Linear);
        assert!((weight_at(&params, 9, 10) - 0.9).abs() < 1e-15);
    }

    #[test]
    fn a_held_weight_changes_only_every_so_many_steps() {
        let params = WeightParams { hold: 3, ..ramp(1.0, 0.5, RampShape::Linear) };
        // The ramp takes 5 of 10 steps: steps 0 to 2 are as 0, 3 to 5 as 3, 6 is past the ramp.
        let found: Vec<f64> = (0..7).map(|step| weight_at(&params, step, 10)).collect();
        assert_eq!(found, [0.0, 0.0, 0.0, 0.6, 0.6, 0.6, 1.0]);
    }

    #[test]
    fn nothing_counts_before_its_time_and_the_ramp_runs_on() {
        let params = WeightParams { zero_until: 0.25, ..ramp(1.0, 1.0, RampShape::Linear) };
        let found: Vec<f64> = (0..5).map(|step| weight_at(&params, step, 10)).collect();
        // Step 2 is at 0.2 of all, step 3 at 0.3.
        assert_eq!(found, [0.0, 0.0, 0.0, 0.3, 0.4]);
        let constant = WeightParams { zero_until: 0.25, ..WeightParams::constant(2.0) };
        assert_eq!([2, 3].map(|step| weight_at(&constant, step, 10)), [0.0, 2.0]);
        // 1000 of 30000 steps, to four digits.
        let field = WeightParams { zero_until: 0.0333, ..WeightParams::constant(2.0) };
        assert_eq!([998, 999, 1000].map(|step| weight_at(&field, step, 30_000)), [0.0, 2.0, 2.0]);
    }

    #[test]
    fn gives_the_weights_of_the_field_at_every_step() {
        let params = WeightParams { hold: 150, ..ramp(0.1, 1.0, RampShape::Sigmoid) };
        for step in 0..=30_000 {
            // 0.1 exp(-5 (1 - min(t, 200) / 200)^2), where t is the whole number of 150 steps.
            let t = (step / 150).min(200) as f64;
            let expected = 0.1 * (-5.0 * (1.0 - t / 200.0).powi(2)).exp();
            assert_eq!(weight_at(&params, step, 30_000), expected, "step {step}");
        }
        assert!((weight_at(&params, 0, 30_000) - 0.1 * (-5f64).exp()).abs() < 1e-17);
        // The last step is in the last hold but one of the ramp: exp(-5 / 40000).
        assert!((weight_at(&params, 29_999, 30_000) - 0.1 * (-1.25e-4f64).exp()).abs() < 1e-15);
    }
}
