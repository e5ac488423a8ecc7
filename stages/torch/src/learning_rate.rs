//! The learning rate of every step.

use std::f64::consts::PI;

use stages_train::{LearningRateParams, WarmupCosineParams};

/// The learning rate of a step, counted from 0.
///
/// # Source
/// Warm-up and cosine as in the authors' code: linear up to and including epoch `warmup_epochs`,
/// then a cosine whose phase starts one epoch later, so the peak is held for two epochs.
pub fn learning_rate(
    params: &LearningRateParams,
    epochs: u32,
    iterations_per_epoch: u32,
    step: u64,
) -> f64 {
    match params {
        LearningRateParams::Constant(rate) => rate.lr,
        LearningRateParams::WarmupCosine(rate) => {
            warmup_cosine(rate, epochs, step / u64::from(iterations_per_epoch))
        }
        LearningRateParams::Poly(rate) => {
            let steps = u64::from(epochs) * u64::from(iterations_per_epoch);
            rate.lr * (1.0 - step as f64 / steps as f64).powf(rate.power)
        }
    }
}

fn warmup_cosine(rate: &WarmupCosineParams, epochs: u32, epoch: u64) -> f64 {
    let warmup = u64::from(rate.warmup_epochs);
    if warmup > 0 && epoch <= warmup {
        return rate.start_lr
            + (rate.peak_lr - rate.start_lr) * epoch as f64 / f64::from(rate.warmup_epochs);
    }
    let since = if warmup > 0 { epoch - warmup - 1 } else { epoch } as f64;
    let span = f64::from(epochs - rate.warmup_epochs);
    rate.final_lr + (rate.peak_lr - rate.final_lr) * (1.0 + (PI * since / span).cos()) / 2.0
}

#[cfg(test)]
mod tests {
    use stages_train::{ConstantRateParams, PolyRateParams};

    use super::*;

    fn close(found: f64, expected: f64, relative: f64) {
        assert!((found / expected - 1.0).abs() < relative, "{found} is not {expected}");
    }

    #[test]
    fn follows_the_published_schedule() {
        let params = LearningRateParams::default();
        let at = |epoch: u64| learning_rate(&params, 100, 300, epoch * 300);
        close(at(0), 1e-7, 1e-12);
        close(at(1), 4.09e-6, 1e-12);
        close(at(5), 2.005e-5, 1e-12);
        close(at(10), 4e-5, 1e-12);
        close(at(11), 4e-5, 1e-12);
        close(at(50), 2.4198e-5, 1e-4);
        close(at(99), 1.486e-7, 1e-3);
    }

    #[test]
    fn changes_once_an_epoch() {
        let params = LearningRateParams::default();
        let at = |step: u64| learning_rate(&params, 100, 300, step);
        assert_eq!(at(300), at(599));
        assert!(at(600) > at(599));
    }

    #[test]
    fn starts_at_the_peak_without_a_warm_up() {
        let params = LearningRateParams::WarmupCosine(WarmupCosineParams {
            warmup_epochs: 0,
            final_lr: 0.0,
            ..WarmupCosineParams::default()
        });
        close(learning_rate(&params, 4, 10, 0), 4e-5, 1e-12);
        // Two of four epochs: cos(pi / 2) = 0, half the peak.
        close(learning_rate(&params, 4, 10, 20), 2e-5, 1e-12);
    }

    #[test]
    fn poly_falls_to_zero_and_constant_does_not_change() {
        let poly = LearningRateParams::Poly(PolyRateParams { lr: 0.01, power: 2.0 });
        // Half the steps left, squared.
        close(learning_rate(&poly, 10, 10, 50), 0.0025, 1e-12);
        let constant = LearningRateParams::Constant(ConstantRateParams { lr: 0.01 });
        assert_eq!(learning_rate(&constant, 10, 10, 99), 0.01);
    }
}
