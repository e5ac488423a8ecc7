//! Adam with decoupled weight decay.

use stages_train::AdamWParams;

use super::adam;

/// Step `steps`, counted from 1: Adam's without an L2 penalty, from parameters that first shrink by
/// the learning rate times the weight decay.
///
/// # Source
/// Loshchilov and Hutter (2019), algorithm 2; the decay scales with the learning rate itself, as in
/// PyTorch's `AdamW`, instead of with its schedule.
pub(super) fn step(params: &AdamWParams, steps: u64, learning_rate: f64) -> adam::Step {
    adam::Step {
        keep: 1.0 - learning_rate * params.weight_decay,
        ..adam::Step::corrected(params.betas, params.eps, steps, learning_rate)
    }
}

#[cfg(test)]
mod tests {
    use stages_train::OptimizerParams;

    use super::super::trial::{assert_follows, assert_positions};
    use super::*;

    fn adamw(params: AdamWParams) -> OptimizerParams {
        OptimizerParams::AdamW(params)
    }

    #[test]
    fn parameters_shrink_apart_from_the_gradient() {
        // The first step is the learning rate: 4 (1 - 0.1 * 0.5) - 0.1 = 3.7.
        let params = AdamWParams { weight_decay: 0.5, eps: 1e-30, ..AdamWParams::default() };
        assert_positions(&adamw(params.clone()), 4.0, &[(7.0, 0.1)], &[3.7]);
        // Without a gradient only the decay is left: 4 * 0.95^2.
        assert_positions(&adamw(params), 4.0, &[(0.0, 0.1); 2], &[3.8, 3.61]);
    }

    #[test]
    fn agrees_with_the_definition_and_with_pytorch() {
        let params = AdamWParams { betas: [0.8, 0.95], eps: 1e-8, weight_decay: 0.3 };
        let (mut m, mut v) = (0.0, 0.0);
        assert_follows(&adamw(params), 1.201_090_479_437_324_5, |t, p, g, lr| {
            m = 0.8 * m + (1.0 - 0.8) * g;
            v = 0.95 * v + (1.0 - 0.95) * g * g;
            let corrected = v / (1.0 - 0.95f64.powi(t));
            p * (1.0 - lr * 0.3) - lr * m / (1.0 - 0.8f64.powi(t)) / (corrected.sqrt() + 1e-8)
        });
    }
}
