//! The loss of labelled images.

use tch::{Reduction, Tensor};

/// Cross-entropy of every pixel's class, averaged over pixels, in nats.
///
/// # Shapes
/// `scores`: `[B, C, H, W]`, before softmax; `labels`: `[B, H, W]`, i64 in `0..C`. Returns a
/// scalar, at least 0.
/// # Source
/// The published method minimizes the divergence of the softmax from the one-hot label, which is
/// the same number; taking the logarithm of the softmax directly is more accurate.
pub fn cross_entropy(scores: &Tensor, labels: &Tensor) -> Tensor {
    // No label is ignored: class ids are checked when the slices are read.
    const IGNORE_NOTHING: i64 = -100;
    scores.cross_entropy_loss(labels, None::<&Tensor>, Reduction::Mean, IGNORE_NOTHING, 0.0)
}

#[cfg(test)]
mod tests {
    use tch::Kind;

    use super::*;
    use crate::fixture::{close, logits_b, probabilities_p, value};

    #[test]
    fn matches_the_fixture() {
        let labels = probabilities_p().argmax(1, false);
        close(value(&cross_entropy(&logits_b(), &labels)), 0.288_407_827);
    }

    #[test]
    fn an_undecided_network_costs_the_logarithm_of_the_classes() {
        let scores = Tensor::zeros([1, 4, 2, 2], (Kind::Double, tch::Device::Cpu));
        let labels = Tensor::from_slice(&[0i64, 1, 2, 3]).reshape([1, 2, 2]);
        close(value(&cross_entropy(&scores, &labels)), 4f64.ln());
    }
}
