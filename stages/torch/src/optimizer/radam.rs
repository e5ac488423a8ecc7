//! Rectified Adam.

use stages_train::RAdamParams;
use tch::Tensor;

use super::Rule;
use super::adam::{self, add_l2, corrections};
use crate::kernel::elementwise::{Elementwise, lerp};

/// Below this many independent gradients in the second moment its variance counts as unknown. The
/// paper has 4, PyTorch and the paper's own code 5.
const LEAST_SAMPLES: f64 = 5.0;

/// A step with or without the second moment.
pub(super) enum Step {
    /// As Adam, with a smaller learning rate.
    Adapted(adam::Step),
    /// Along the first moment.
    Plain(PlainStep),
}

/// Step `steps`, counted from 1.
///
/// # Source
/// Liu et al. (2020), algorithm 2, with the L2 penalty in the gradient and `eps` beside the
/// uncorrected root, as in PyTorch's `RAdam`.
pub(super) fn step(params: &RAdamParams, steps: u64, learning_rate: f64) -> Step {
    let [first, second] = corrections(params.betas, steps);
    match rectification(params.betas[1], steps) {
        Some(factor) => Step::Adapted(adam::Step {
            l2: params.weight_decay,
            keep: 1.0,
            first_share: 1.0 - params.betas[0],
            second_share: 1.0 - params.betas[1],
            rate: learning_rate * factor * second.sqrt() / first,
            eps: params.eps,
        }),
        None => Step::Plain(PlainStep {
            l2: params.weight_decay,
            first_share: 1.0 - params.betas[0],
            second_share: 1.0 - params.betas[1],
            rate: learning_rate / first,
        }),
    }
}

/// The factor that undoes the variance of the second moment; nothing while it is unknown.
fn rectification(beta2: f64, steps: u64) -> Option<f64> {
    let t = steps as f64;
    let power = beta2.powf(t);
    let longest = 2.0 / (1.0 - beta2) - 1.0;
    let length = longest - 2.0 * t * power / (1.0 - power);
    let square =
        (length - 4.0) * (length - 2.0) * longest / ((longest - 4.0) * (longest - 2.0) * length);
    (length > LEAST_SAMPLES).then(|| square.sqrt())
}

/// A step along the first moment, while the second is only gathered.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlainStep {
    l2: f64,
    first_share: f64,
    second_share: f64,
    rate: f64,
}

impl Elementwise<4, 0> for PlainStep {
    fn apply(self, [p, g, m, v]: [f32; 4], []: [f32; 0]) -> [f32; 4] {
        let g = g + self.l2 as f32 * p;
        let m = lerp(m, g, self.first_share as f32);
        let v = lerp(v, g * g, self.second_share as f32);
        [p - self.rate as f32 * m, 0.0, m, v]
    }
}

impl Rule<4> for PlainStep {
    fn apply_to_tensors(self, [mut p, mut g, mut m, mut v]: [Tensor; 4]) {
        add_l2(&mut g, self.l2, &p);
        let _ = m.lerp_(&g, self.first_share);
        let _ = v.lerp_(&g.square(), self.second_share);
        p -= &m * self.rate;
        let _ = g.zero_();
    }
}

#[cfg(test)]
mod tests {
    use stages_train::OptimizerParams;

    use super::super::trial::{assert_follows, assert_positions};
    use super::*;

    fn radam(params: RAdamParams) -> OptimizerParams {
        OptimizerParams::RAdam(params)
    }

    #[test]
    fn adaptation_begins_with_the_sixth_step() {
        // With beta 0.999 the longest mean is 1999 long; after 5 steps it is 4.996, after 6 5.994:
        // sqrt(1.994 * 3.994 * 1999 / (1995 * 1997 * 5.994)) = 0.0258.
        assert_eq!(rectification(0.999, 5), None);
        let factor = rectification(0.999, 6).unwrap();
        assert!((factor - 0.0258).abs() < 1e-4, "{factor}");
        // In the end the variance is that of the whole mean.
        assert!((rectification(0.999, 100_000).unwrap() - 1.0).abs() < 1e-12);
        // A mean that is never longer than 5 says too little: 2 / (1 - 0.6) - 1 = 4.
        assert_eq!(rectification(0.6, 1_000_000), None);
    }

    #[test]
    fn first_steps_follow_the_gradient_itself() {
        // A constant gradient has a corrected mean of 3: steps of 0.3.
        let params = RAdamParams { weight_decay: 0.0, ..RAdamParams::default() };
        let expected = [4.7, 4.4, 4.1, 3.8, 3.5];
        assert_positions(&radam(params.clone()), 5.0, &[(3.0, 0.1); 5], &expected);
        // The sixth is Adam's, of 0.1 whatever the gradient, times 0.02577: the exact factor is
        // checked above and below.
        let factor = rectification(0.999, 6).unwrap();
        let sixth = [4.7, 4.4, 4.1, 3.8, 3.5, 3.5 - 0.1 * factor];
        let params = RAdamParams { eps: 1e-30, ..params };
        assert_positions(&radam(params), 5.0, &[(3.0, 0.1); 6], &sixth);
    }

    #[test]
    fn weight_decay_is_part_of_the_gradient() {
        // 3 + 0.5 * (-6) = 0 at -6: nothing moves.
        let params = RAdamParams { weight_decay: 0.5, ..RAdamParams::default() };
        assert_positions(&radam(params), -6.0, &[(3.0, 0.1)], &[-6.0]);
    }

    #[test]
    fn agrees_with_the_definition_and_with_pytorch() {
        let params = RAdamParams { betas: [0.9, 0.99], eps: 1e-3, weight_decay: 0.1 };
        let (mut m, mut v) = (0.0, 0.0);
        assert_follows(&radam(params), 1.279_134_812_989_810_4, |t, p, g, lr| {
            let g = g + 0.1 * p;
            m = 0.9 * m + 0.1 * g;
            v = 0.99 * v + 0.01 * g * g;
            let mean = m / (1.0 - 0.9f64.powi(t));
            let (power, longest) = (0.99f64.powi(t), 199.0);
            let length = longest - 2.0 * f64::from(t) * power / (1.0 - power);
            if length <= 5.0 {
                return p - lr * mean;
            }
            let r = ((length - 4.0) * (length - 2.0) * longest / (195.0 * 197.0 * length)).sqrt();
            p - lr * mean * r * (1.0 - power).sqrt() / (v.sqrt() + 1e-3)
        });
    }
}
