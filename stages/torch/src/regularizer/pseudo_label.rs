//! The network learns its own most probable classes.

use stages_train::{PseudoLabelLoss, PseudoLabelParams};
use tch::{Kind, Tensor};

use super::{Loss, Regularizer, masked_mean};
use crate::step::Step;

/// The loss of the unlabelled predictions against their own most probable classes, over the pixels
/// whose largest probability exceeds a threshold.
///
/// With `c = argmax q` and the mask `m = [max q > t]`: cross-entropy `sum m (-ln q_c) / sum m`, or
/// squared difference `sum m |q - onehot c|^2 / (C sum m)`.
///
/// # Source
/// Pseudo-label (Lee, 2013); the squared form is the authors' later code's.
pub struct PseudoLabel {
    params: PseudoLabelParams,
}

impl PseudoLabel {
    /// The term with these parameters.
    pub fn new(params: &PseudoLabelParams) -> Self {
        Self { params: params.clone() }
    }
}

impl Regularizer for PseudoLabel {
    fn loss(&mut self, step: &Step<'_>) -> Loss {
        self.of_scores(step.unlabelled().scores())
    }
}

impl PseudoLabel {
    /// # Shapes
    /// `scores`: `[B, C, H, W]`, before softmax.
    fn of_scores(&self, scores: &Tensor) -> Loss {
        let logarithms = scores.log_softmax(1, scores.kind());
        let (largest, class) = logarithms.detach().max_dim(1, true);
        let mask = largest.exp().gt(self.params.threshold).to_kind(scores.kind());
        let per_pixel = match self.params.loss {
            PseudoLabelLoss::CrossEntropy => -logarithms.gather(1, &class, false),
            PseudoLabelLoss::Mse => {
                let one_hot = logarithms.detach().zeros_like().scatter_value(1, &class, 1.0);
                (logarithms.exp() - one_hot).square().mean_dim([1].as_slice(), true, scores.kind())
            }
        };
        let share = mask.mean(None::<Kind>);
        Loss { notes: vec![("confident", share)], ..masked_mean(&per_pixel, &mask).into() }
    }
}

#[cfg(test)]
mod tests {
    use stages_train::WeightParams;

    use super::*;
    use crate::fixture::{close, value};

    fn term(loss: PseudoLabelLoss, threshold: f64) -> PseudoLabel {
        let weight = WeightParams::constant(1.0);
        PseudoLabel { params: PseudoLabelParams { weight, loss, threshold } }
    }

    /// Two pixels of two classes with probabilities 3/4, 1/4 and 1/10, 9/10.
    fn scores() -> Tensor {
        let logarithms = [0.75f64, 0.1, 0.25, 0.9].map(f64::ln);
        Tensor::from_slice(&logarithms).reshape([1, 2, 1, 2])
    }

    #[test]
    fn every_pixel_counts_without_a_threshold() {
        let loss = term(PseudoLabelLoss::CrossEntropy, 0.0).of_scores(&scores());
        close(value(&loss.term), -(0.75f64.ln() + 0.9f64.ln()) / 2.0);
        close(value(&loss.notes[0].1), 1.0);
        // (1/4)^2 and (1/10)^2, the same for both classes of a pixel.
        let loss = term(PseudoLabelLoss::Mse, 0.0).of_scores(&scores());
        close(value(&loss.term), f64::midpoint(0.0625, 0.01));
    }

    #[test]
    fn pixels_below_the_threshold_are_left_out_not_background() {
        let loss = term(PseudoLabelLoss::CrossEntropy, 0.8).of_scores(&scores());
        close(value(&loss.term), -(0.9f64.ln()));
        close(value(&loss.notes[0].1), 0.5);
        let none = term(PseudoLabelLoss::CrossEntropy, 0.95).of_scores(&scores());
        assert_eq!(value(&none.term), 0.0);
    }

    #[test]
    fn the_gradient_is_finite_and_leaves_masked_pixels_alone() {
        for loss in [PseudoLabelLoss::CrossEntropy, PseudoLabelLoss::Mse] {
            let scores = scores().set_requires_grad(true);
            term(loss, 0.8).of_scores(&scores).term.backward();
            let gradient = scores.grad();
            assert_eq!(gradient.double_value(&[0, 0, 0, 0]), 0.0);
            assert!(gradient.double_value(&[0, 0, 0, 1]) > 0.0, "class 0 is pushed down");
        }
    }
}
