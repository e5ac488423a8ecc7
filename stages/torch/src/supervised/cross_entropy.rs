//! Cross-entropy.

use tch::{Reduction, Tensor};

/// Keeps a mean over no pixels at zero.
const EPSILON: f64 = 1e-16;

/// Cross-entropy of every pixel's class, averaged over pixels, in nats.
///
/// # Shapes
/// `scores`: `[B, C, H, W]`, before softmax; `labels`: `[B, H, W]`, i64 in `0..C`. Returns a
/// scalar, at least 0.
/// # Source
/// The published method minimizes the divergence of the softmax from the one-hot label, which is
/// the same number; taking the logarithm of the softmax directly is more accurate.
pub fn cross_entropy(scores: &Tensor, labels: &Tensor) -> Tensor {
    reduced(scores, labels, Reduction::Mean)
}

/// Cross-entropy averaged over pixels by weight: `sum(weight loss) / (sum(weight) + 1e-16)`, in
/// nats; 0 where all weights are.
///
/// # Shapes
/// `scores`: `[B, C, H, W]`, before softmax; `labels`: `[B, H, W]`, i64 in `0..C`, also where the
/// weight is 0; `weight`: `[B, H, W]`, at least 0, of the kind of `scores`. Returns a scalar, at
/// least 0.
pub fn weighted_cross_entropy(scores: &Tensor, labels: &Tensor, weight: &Tensor) -> Tensor {
    let losses = reduced(scores, labels, Reduction::None);
    (losses * weight).sum(None) / (weight.sum(None) + EPSILON)
}

fn reduced(scores: &Tensor, labels: &Tensor, reduction: Reduction) -> Tensor {
    // No label is ignored: class ids are checked when the slices are read.
    const IGNORE_NOTHING: i64 = -100;
    scores.cross_entropy_loss(labels, None::<&Tensor>, reduction, IGNORE_NOTHING, 0.0)
}

#[cfg(test)]
mod tests {
    use tch::{Device, Kind};

    use super::*;
    use crate::fixture::{close, logits_b, probabilities_p, value};

    #[test]
    fn matches_the_fixture() {
        let labels = probabilities_p().argmax(1, false);
        close(value(&cross_entropy(&logits_b(), &labels)), 0.288_407_827);
    }

    #[test]
    fn an_undecided_network_costs_the_logarithm_of_the_classes() {
        let scores = Tensor::zeros([1, 4, 2, 2], (Kind::Double, Device::Cpu));
        let labels = Tensor::from_slice(&[0i64, 1, 2, 3]).reshape([1, 2, 2]);
        close(value(&cross_entropy(&scores, &labels)), 4f64.ln());
    }

    #[test]
    fn equal_weights_do_not_matter() {
        let labels = probabilities_p().argmax(1, false);
        for weight in [1.0, 0.25] {
            let weight = Tensor::full([2, 4, 5], weight, (Kind::Double, Device::Cpu));
            close(value(&weighted_cross_entropy(&logits_b(), &labels, &weight)), 0.288_407_827);
        }
    }

    /// Two pixels of two classes: the first has probabilities 1/4 and 3/4, the second 1/2 each.
    fn two_pixels() -> (Tensor, Tensor) {
        let scores = Tensor::from_slice(&[0.25f64.ln(), 0.5f64.ln(), 0.75f64.ln(), 0.5f64.ln()]);
        (scores.reshape([1, 2, 1, 2]), Tensor::from_slice(&[0i64, 1]).reshape([1, 1, 2]))
    }

    #[test]
    fn pixels_count_by_their_weight() {
        let (scores, labels) = two_pixels();
        let loss = |weight: [f64; 2]| {
            let weight = Tensor::from_slice(&weight).reshape([1, 1, 2]);
            value(&weighted_cross_entropy(&scores, &labels, &weight))
        };
        // The pixels cost ln 4 = 2 ln 2 and ln 2.
        close(loss([1.0, 1.0]), 1.5 * 2f64.ln());
        close(loss([1.0, 0.0]), 2.0 * 2f64.ln());
        // (0.5 * 2 + 1.5 * 1) / 2.
        close(loss([0.5, 1.5]), 1.25 * 2f64.ln());
    }

    #[test]
    fn no_weight_at_all_costs_nothing_and_has_no_gradient() {
        let (scores, labels) = two_pixels();
        let scores = scores.to_kind(Kind::Float).set_requires_grad(true);
        let weight = Tensor::zeros([1, 1, 2], (Kind::Float, Device::Cpu));
        let loss = weighted_cross_entropy(&scores, &labels, &weight);
        assert_eq!(value(&loss), 0.0);
        loss.backward();
        assert_eq!(scores.grad(), scores.zeros_like());
    }
}
