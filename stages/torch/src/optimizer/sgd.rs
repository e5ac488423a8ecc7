//! Stochastic gradient descent.

use stages_train::SgdParams;
use tch::Tensor;

use super::Rule;
use super::adam::add_l2;
use crate::kernel::elementwise::Elementwise;

/// One step with momentum: `g' = g + l2 p`, `b = momentum b + g'`, then `p` moves along `b`, or
/// along `g' + momentum b` with Nesterov's look ahead.
///
/// # Source
/// PyTorch's `SGD` without dampening. It differs from Sutskever et al. (2013) in that the learning
/// rate is not part of the momentum, so a lower rate acts at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    l2: f64,
    momentum: f64,
    nesterov: bool,
    rate: f64,
}

impl Step {
    /// A step with this learning rate. The first needs no case of its own: the momentum before it
    /// is 0.
    pub(super) fn new(params: &SgdParams, learning_rate: f64) -> Self {
        Self {
            l2: params.weight_decay,
            momentum: params.momentum,
            nesterov: params.nesterov,
            rate: learning_rate,
        }
    }
}

impl Elementwise<3, 0> for Step {
    fn apply(self, [p, g, b]: [f32; 3], []: [f32; 0]) -> [f32; 3] {
        let g = g + self.l2 as f32 * p;
        let b = self.momentum as f32 * b + g;
        let direction = if self.nesterov { g + self.momentum as f32 * b } else { b };
        [p - self.rate as f32 * direction, 0.0, b]
    }
}

impl Rule<3> for Step {
    fn apply_to_tensors(self, [mut p, mut g, mut b]: [Tensor; 3]) {
        add_l2(&mut g, self.l2, &p);
        b *= self.momentum;
        b += &g;
        if self.nesterov {
            p -= (&b * self.momentum + &g) * self.rate;
        } else {
            p -= &b * self.rate;
        }
        let _ = g.zero_();
    }
}

/// One step along the gradient, without momentum and its buffer.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlainStep {
    l2: f64,
    rate: f64,
}

impl PlainStep {
    /// A step with this learning rate.
    pub(super) fn new(params: &SgdParams, learning_rate: f64) -> Self {
        Self { l2: params.weight_decay, rate: learning_rate }
    }
}

impl Elementwise<2, 0> for PlainStep {
    fn apply(self, [p, g]: [f32; 2], []: [f32; 0]) -> [f32; 2] {
        [p - self.rate as f32 * (g + self.l2 as f32 * p), 0.0]
    }
}

impl Rule<2> for PlainStep {
    fn apply_to_tensors(self, [mut p, mut g]: [Tensor; 2]) {
        add_l2(&mut g, self.l2, &p);
        p -= &g * self.rate;
        let _ = g.zero_();
    }
}

#[cfg(test)]
mod tests {
    use stages_train::OptimizerParams;

    use super::super::trial::{assert_follows, assert_positions};
    use super::*;

    fn sgd(momentum: f64, nesterov: bool, weight_decay: f64) -> OptimizerParams {
        OptimizerParams::Sgd(SgdParams { momentum, nesterov, weight_decay })
    }

    #[test]
    fn momentum_adds_to_the_direction() {
        // Directions 2, 0.5 * 2 + 2 = 3, 0.5 * 3 - 4 = -2.5, a tenth of each.
        let slopes = [(2.0, 0.1), (2.0, 0.1), (-4.0, 0.1)];
        assert_positions(&sgd(0.5, false, 0.0), 1.0, &slopes, &[0.8, 0.5, 0.75]);
    }

    #[test]
    fn nesterov_looks_one_step_ahead() {
        // Momenta 2, 3, -2.5 as above; directions 2 + 1, 2 + 1.5, -4 - 1.25.
        let slopes = [(2.0, 0.1), (2.0, 0.1), (-4.0, 0.1)];
        assert_positions(&sgd(0.5, true, 0.0), 1.0, &slopes, &[0.7, 0.35, 0.875]);
    }

    #[test]
    fn without_momentum_the_parameter_follows_the_gradient() {
        // Gradients 2 + 0.5 * 1 = 2.5, then 0 + 0.5 * 0.75 = 0.375.
        assert_positions(&sgd(0.0, false, 0.5), 1.0, &[(2.0, 0.1), (0.0, 0.1)], &[0.75, 0.7125]);
    }

    #[test]
    fn agrees_with_the_definition_and_with_pytorch() {
        let runs = [(false, 0.732_323_183_337_835_1), (true, 0.693_125_325_044_569_4)];
        for (nesterov, pytorch) in runs {
            let mut b = 0.0;
            assert_follows(&sgd(0.9, nesterov, 0.1), pytorch, |t, p, g, lr| {
                let g = g + 0.1 * p;
                b = if t == 1 { g } else { 0.9 * b + g };
                p - lr * if nesterov { g + 0.9 * b } else { b }
            });
        }
    }
}
