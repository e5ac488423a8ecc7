//! The losses of labelled images, and their forms for pixels that count unequally.

mod cross_entropy;
mod dice;

use stages_train::SupervisedLoss;
use tch::{Kind, Tensor};

pub use cross_entropy::{cross_entropy, weighted_cross_entropy};
pub use dice::soft_dice_loss;

/// The loss of labelled images.
///
/// # Shapes
/// `scores`: `[B, C, H, W]`, before softmax; `labels`: `[B, H, W]`, i64 in `0..C`. Returns a
/// scalar, at least 0.
pub fn supervised_loss(kind: SupervisedLoss, scores: &Tensor, labels: &Tensor) -> Tensor {
    match kind {
        SupervisedLoss::CrossEntropy => cross_entropy(scores, labels),
        SupervisedLoss::CrossEntropyDice => {
            let probabilities = scores.softmax(1, None::<Kind>);
            let dice = soft_dice_loss(&probabilities, labels, None);
            (cross_entropy(scores, labels) + dice) * 0.5
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{close, logits_b, probabilities_p, value};

    #[test]
    fn the_sum_is_half_of_each() {
        let labels = probabilities_p().argmax(1, false);
        // The same maps in PyTorch 2.11, with the sums written out: 0.288 and 0.150, half of each.
        let scores = logits_b().set_requires_grad(true);
        let loss = supervised_loss(SupervisedLoss::CrossEntropyDice, &scores, &labels);
        close(value(&loss), 0.219_323_537);
        loss.backward();
        let gradient = scores.grad();
        close(gradient.double_value(&[0, 0, 0, 0]), -0.009_733_262);
        close(gradient.double_value(&[1, 2, 3, 4]), 0.008_144_697);
        close(value(&gradient.abs().sum(None::<Kind>)), 0.414_052_239);
        let cross_entropy = supervised_loss(SupervisedLoss::CrossEntropy, &logits_b(), &labels);
        close(value(&cross_entropy), 0.288_407_827);
    }

    #[test]
    fn gradients_are_finite_where_classes_are_absent_and_scores_extreme() {
        for kind in [SupervisedLoss::CrossEntropy, SupervisedLoss::CrossEntropyDice] {
            for scale in [0.0, 1.0, 1e4] {
                let scores = (logits_b() * scale).to_kind(Kind::Float).set_requires_grad(true);
                // Only the background is there.
                let labels = probabilities_p().argmax(1, false).zeros_like();
                let loss = supervised_loss(kind, &scores, &labels);
                assert!(value(&loss).is_finite(), "{kind:?} at {scale}");
                loss.backward();
                let sum = scores.grad().abs().sum(Kind::Double).double_value(&[]);
                assert!(sum.is_finite() && sum > 0.0, "{kind:?} at {scale}: {sum}");
            }
        }
    }
}
