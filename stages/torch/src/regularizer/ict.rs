//! The prediction of mixed images should be the mixture of the predictions.

use stages_train::IctParams;
use tch::{Kind, Tensor};

use super::mixing::{mix, per_image, shares};
use super::{Loss, Regularizer};
use crate::network::Mode;
use crate::step::Step;

/// `mean (p(b u1 + (1 - b) u2) - (b q(u1) + (1 - b) q(u2)))^2` over pairs, pixels and classes, where
/// `p` is the student's prediction, `q`, a constant, the teacher's, and every pair has a share `b`
/// of its own from Beta(alpha, alpha).
///
/// The pairs are the first half of the unlabelled images with the second half; an odd one out is
/// left out. The mixed images go through the student by themselves and leave its running statistics
/// alone, which are to describe the images that the network is evaluated on. The teacher sees both
/// halves together, in training mode.
///
/// # Source
/// Interpolation consistency training (Verma et al., 2019), as in the field's benchmark, which
/// passes the mixed images through the student together with the labelled ones.
pub struct Ict {
    params: IctParams,
}

impl Ict {
    /// The term with these parameters.
    pub fn new(params: &IctParams) -> Self {
        Self { params: params.clone() }
    }
}

impl Regularizer for Ict {
    fn loss(&mut self, step: &Step<'_>) -> Loss {
        let images = step.unlabelled_images();
        let pairs = images.size()[0] / 2;
        let halves = |of: &Tensor| (of.narrow(0, 0, pairs), of.narrow(0, pairs, pairs));
        let mut draws = step.draws("ict/shares").all_of(step.number);
        let shares = per_image(&shares(&mut draws, self.params.alpha, pairs), images.device());

        let target = tch::no_grad(|| {
            let paired = images.narrow(0, 0, 2 * pairs);
            let taught = step.teacher().scores(&paired, Mode::Training).softmax(1, Kind::Float);
            let (first, second) = halves(&taught);
            mix(&first, &second, &shares)
        });
        let (first, second) = halves(images);
        let scores = step.student.scores(&mix(&first, &second, &shares), Mode::Untracked);
        difference(&scores, &target).into()
    }
}

/// # Shapes
/// `scores`: `[B, C, H, W]`, before softmax; `target`: the same, probabilities. Returns a scalar, at
/// least 0.
fn difference(scores: &Tensor, target: &Tensor) -> Tensor {
    (scores.softmax(1, None::<Kind>) - target).square().mean(None::<Kind>)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{close, value};

    #[test]
    fn a_prediction_is_compared_with_the_mixture_of_two() {
        // One pixel of two classes: 3/4 and 1/4 are predicted. The teacher is sure of class 0 in the
        // first image and of class 1 in the second; a share of 1/8 makes that 1/8 and 7/8.
        let pixel = |p: [f64; 2]| Tensor::from_slice(&p).reshape([1, 2, 1, 1]);
        let scores = pixel([0.75f64.ln(), 0.25f64.ln()]);
        let shares = per_image(&[0.125], tch::Device::Cpu);
        let target = mix(&pixel([1.0, 0.0]), &pixel([0.0, 1.0]), &shares);
        close(value(&difference(&scores, &target)), 0.625 * 0.625);
    }
}
