//! Every prediction should be certain.

use tch::{Kind, Tensor};

use super::{EPSILON, Pair, Regularizer};

/// The mean entropy of the predictions of the unperturbed images.
///
/// # Source
/// Entropy minimization (Vu et al., 2019), here without the division by the logarithm of the
/// number of classes.
pub struct Entropy;

impl Regularizer for Entropy {
    fn loss(&self, pair: &Pair) -> Tensor {
        mean_entropy(&pair.perturbed)
    }
}

/// Entropy of a pixel's classes in nats, averaged over pixels.
///
/// # Shapes
/// `probabilities`: `[B, C, H, W]`, each pixel summing to 1. Returns a scalar in 0..=ln C.
fn mean_entropy(probabilities: &Tensor) -> Tensor {
    let logarithm = (probabilities + EPSILON).log();
    -(probabilities * logarithm).sum_dim_intlist(1, false, None::<Kind>).mean(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{close, probabilities_p, value};

    #[test]
    fn matches_the_fixture() {
        close(value(&mean_entropy(&probabilities_p())), 0.615_318_877);
    }

    #[test]
    fn certain_is_zero_and_uniform_is_the_logarithm_of_the_classes() {
        let uniform = Tensor::full([1, 4, 2, 2], 0.25, (Kind::Double, tch::Device::Cpu));
        close(value(&mean_entropy(&uniform)), 4f64.ln());
        let certain = Tensor::from_slice(&[1f64, 0.0]).reshape([1, 2, 1, 1]);
        assert!(value(&mean_entropy(&certain)).abs() < 1e-14);
    }
}
