//! Adam.

use stages_train::AdamParams;
use tch::Tensor;

use super::Rule;
use crate::kernel::elementwise::{Elementwise, lerp};

/// One step of Adam or of a rule that differs from it in constants only.
///
/// With parameter `p`, gradient `g` and moments `m` and `v`:
/// `g' = g + l2 p`, `m += first_share (g' - m)`, `v += second_share (g'^2 - v)`,
/// `p = keep p - rate m / (sqrt(v) + eps)`.
///
/// # Source
/// Kingma and Ba (2015), algorithm 1 in the order of computation that its section 2 recommends: the
/// corrections of both moments are factors of the rate and of `eps`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) l2: f64,
    pub(super) keep: f64,
    pub(super) first_share: f64,
    pub(super) second_share: f64,
    pub(super) rate: f64,
    pub(super) eps: f64,
}

impl Step {
    /// Step `steps`, counted from 1, with the L2 penalty in the gradient, as in PyTorch's `Adam`.
    pub(super) fn of_adam(params: &AdamParams, steps: u64, learning_rate: f64) -> Self {
        let step = Self::corrected(params.betas, params.eps, steps, learning_rate);
        Self { l2: params.weight_decay, ..step }
    }

    /// Step `steps`, counted from 1, with corrected moments and no weight decay.
    pub(super) fn corrected(betas: [f64; 2], eps: f64, steps: u64, learning_rate: f64) -> Self {
        let [first, second] = corrections(betas, steps);
        Self {
            l2: 0.0,
            keep: 1.0,
            first_share: 1.0 - betas[0],
            second_share: 1.0 - betas[1],
            rate: learning_rate * second.sqrt() / first,
            eps: eps * second.sqrt(),
        }
    }
}

/// The sum of the weights in each moment after so many steps: less than 1, since both start at 0.
pub(super) fn corrections(betas: [f64; 2], steps: u64) -> [f64; 2] {
    betas.map(|beta| 1.0 - beta.powf(steps as f64))
}

impl Elementwise<4, 0> for Step {
    fn apply(self, [p, g, m, v]: [f32; 4], []: [f32; 0]) -> [f32; 4] {
        let g = g + self.l2 as f32 * p;
        let m = lerp(m, g, self.first_share as f32);
        let v = lerp(v, g * g, self.second_share as f32);
        let p = self.keep as f32 * p - self.rate as f32 * m / (v.sqrt() + self.eps as f32);
        [p, 0.0, m, v]
    }
}

impl Rule<4> for Step {
    fn apply_to_tensors(self, [mut p, mut g, mut m, mut v]: [Tensor; 4]) {
        add_l2(&mut g, self.l2, &p);
        let _ = m.lerp_(&g, self.first_share);
        let _ = v.lerp_(&g.square(), self.second_share);
        if self.keep != 1.0 {
            p *= self.keep;
        }
        if self.rate != 0.0 {
            let mut scale = v.sqrt();
            scale += self.eps;
            scale *= -1.0 / self.rate;
            let _ = p.addcdiv_(&m, &scale);
        }
        let _ = g.zero_();
    }
}

/// Adds an L2 penalty to a gradient.
pub(super) fn add_l2(gradient: &mut Tensor, l2: f64, parameters: &Tensor) {
    if l2 != 0.0 {
        *gradient += parameters * l2;
    }
}

#[cfg(test)]
mod tests {
    use stages_train::OptimizerParams;

    use super::super::trial::{assert_follows, assert_positions};
    use super::*;

    fn adam(params: AdamParams) -> OptimizerParams {
        OptimizerParams::Adam(params)
    }

    #[test]
    fn the_first_step_is_the_learning_rate_whatever_the_gradient() {
        // Bias correction makes the first ratio g / |g| = 1, and a constant gradient keeps both
        // corrected moments constant.
        let params = AdamParams { weight_decay: 0.0, eps: 1e-30, ..AdamParams::default() };
        assert_positions(&adam(params), 5.0, &[(3.0, 0.1); 3], &[4.9, 4.8, 4.7]);
    }

    #[test]
    fn weight_decay_is_part_of_the_gradient() {
        // The gradient is 3 + 0.5 * (-6) = 0 at -6: nothing moves.
        let params = AdamParams { weight_decay: 0.5, ..AdamParams::default() };
        assert_positions(&adam(params), -6.0, &[(3.0, 0.1)], &[-6.0]);
    }

    #[test]
    fn moments_follow_their_recurrence() {
        // Gradients 2 then -1 with betas 0.5 and 0.25, eps 0, no decay, learning rate 1:
        // m = 1, v = 3, step 1: 1 / 0.5 / sqrt(3 / 0.75) = 1;
        // m = 0.5 - 0.5 = 0, step 2: 0. So 10 becomes 9 and stays.
        let params = AdamParams { betas: [0.5, 0.25], eps: 0.0, weight_decay: 0.0 };
        assert_positions(&adam(params), 10.0, &[(2.0, 1.0), (-1.0, 1.0)], &[9.0, 9.0]);
    }

    #[test]
    fn a_learning_rate_of_zero_moves_nothing() {
        assert_positions(&adam(AdamParams::default()), 2.0, &[(3.0, 0.0); 2], &[2.0; 2]);
    }

    #[test]
    fn agrees_with_the_definition_and_with_pytorch() {
        let params = AdamParams { betas: [0.9, 0.99], eps: 1e-3, weight_decay: 0.1 };
        let (mut m, mut v) = (0.0, 0.0);
        assert_follows(&adam(params), 1.367_736_175_393_161, |t, p, g, lr| {
            let g = g + 0.1 * p;
            m = 0.9 * m + 0.1 * g;
            v = 0.99 * v + 0.01 * g * g;
            let corrected = v / (1.0 - 0.99f64.powi(t));
            p - lr * m / (1.0 - 0.9f64.powi(t)) / (corrected.sqrt() + 1e-3)
        });
    }
}
