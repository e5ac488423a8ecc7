//! The prediction of mixed labelled images should be the mixture of their labels.

use stages_train::MixupParams;
use tch::{Kind, Tensor};

use super::mixing::{mix, per_image, shares};
use super::{Loss, Regularizer};
use crate::network::Mode;
use crate::step::Step;
use crate::upload::upload;

/// The divergence of the prediction of a mixed image from its mixed labels, averaged over pixels:
/// with the share `b` of the first image, its label `y1` and the other's label `y2`, and the
/// prediction `p` of `b x1 + (1 - b) x2`,
/// `KL(b onehot y1 + (1 - b) onehot y2 || p) = -b ln p_y1 - (1 - b) ln p_y2 - [y1 != y2] h(b)`,
/// where `h(b) = -b ln b - (1 - b) ln(1 - b)` has no gradient but makes a perfect prediction cost 0.
///
/// Every labelled image of the step is mixed with one drawn from a permutation of the same images
/// (possibly itself), with a share of its own from Beta(alpha, alpha). The mixed images go through
/// the network by themselves and leave its running statistics alone, which are to describe the
/// images that the network is evaluated on.
///
/// # Source
/// Mixup (Zhang et al., 2018), with the divergence of the paper's authors' later code, which mixes
/// two augmented views of the labelled images instead of one with itself.
pub struct Mixup {
    params: MixupParams,
}

impl Mixup {
    /// The term with these parameters.
    pub fn new(params: &MixupParams) -> Self {
        Self { params: params.clone() }
    }
}

impl Regularizer for Mixup {
    fn loss(&mut self, step: &Step<'_>) -> Loss {
        let (images, labels) = (&step.batch.labelled, &step.batch.labels);
        let count = images.size()[0];
        let order = step.draws("mixup/order").order(step.number, count as usize);
        let order: Vec<i64> = order.into_iter().map(|row| row as i64).collect();
        let order = upload(&order, images.device());
        let mut draws = step.draws("mixup/shares").all_of(step.number);
        let shares = shares(&mut draws, self.params.alpha, count);

        let others = images.index_select(0, &order);
        let mixed = mix(images, &others, &per_image(&shares, images.device()));
        let scores = step.student.scores(&mixed, Mode::Untracked);
        divergence(&scores, (labels, &labels.index_select(0, &order)), &shares).into()
    }
}

/// # Shapes
/// `scores`: `[B, C, H, W]`, before softmax; both labels: `[B, H, W]`, i64 in `0..C`; one share per
/// image. Returns a scalar in nats, at least 0.
fn divergence(scores: &Tensor, (first, second): (&Tensor, &Tensor), shares: &[f64]) -> Tensor {
    let logarithms = scores.log_softmax(1, scores.kind());
    let of_class = |labels: &Tensor| logarithms.gather(1, &labels.unsqueeze(1), false);
    let entropies: Vec<f64> = shares.iter().map(|share| entropy(*share)).collect();
    let entropies = per_image(&entropies, scores.device());
    let expected = mix(&of_class(first), &of_class(second), &per_image(shares, scores.device()));
    let differ = first.not_equal_tensor(second).unsqueeze(1);
    -(expected + differ * entropies).mean(None::<Kind>)
}

/// Entropy of two classes with these shares, in nats.
fn entropy(share: f64) -> f64 {
    // The limit at 0 is 0; a plain product would not be a number.
    let part = |p: f64| if p > 0.0 { -p * p.ln() } else { 0.0 };
    part(share) + part(1.0 - share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{close, value};

    /// One pixel of two classes with probabilities 3/4 and 1/4.
    fn scores() -> Tensor {
        Tensor::from_slice(&[0.75f64.ln(), 0.25f64.ln()]).reshape([1, 2, 1, 1])
    }

    fn label(class: i64) -> Tensor {
        Tensor::from_slice(&[class]).reshape([1, 1, 1])
    }

    #[test]
    fn is_the_divergence_from_the_mixed_labels() {
        // Labels 0 and 1 in equal shares: 1/2 ln(2/3) + 1/2 ln 2 = ln(4/3) / 2.
        let found = divergence(&scores(), (&label(0), &label(1)), &[0.5]);
        close(value(&found), (4f64 / 3.0).ln() / 2.0);
        // A share of 3/4 is what is predicted.
        close(value(&divergence(&scores(), (&label(0), &label(1)), &[0.75])), 0.0);
    }

    #[test]
    fn equal_labels_are_not_mixed() {
        let found = divergence(&scores(), (&label(1), &label(1)), &[0.3]);
        close(value(&found), 4f64.ln());
    }

    #[test]
    fn a_whole_share_leaves_one_label() {
        let found = divergence(&scores(), (&label(0), &label(1)), &[1.0]);
        close(value(&found), (4f64 / 3.0).ln());
        let found = divergence(&scores(), (&label(0), &label(1)), &[0.0]);
        close(value(&found), 4f64.ln());
    }
}
