//! Every prediction should be certain.

use stages_train::EntropyParams;
use tch::{Kind, Tensor};

use super::{EPSILON, Loss, Regularizer};
use crate::step::Step;

/// The mean entropy of the predictions of the unlabelled images, and of the labelled ones where
/// asked for: `mean - sum_c p_c ln p_c`, divided by `ln C` where asked for.
///
/// # Source
/// Entropy minimization (Vu et al., 2019), which divides by `ln C`; the paper's authors do not.
pub struct Entropy {
    params: EntropyParams,
}

impl Entropy {
    /// The term with these parameters.
    pub fn new(params: &EntropyParams) -> Self {
        Self { params: params.clone() }
    }
}

impl Regularizer for Entropy {
    fn loss(&mut self, step: &Step<'_>) -> Loss {
        let mut probabilities = step.unlabelled().probabilities();
        if self.params.labelled_too {
            probabilities = Tensor::cat(&[step.labelled().probabilities(), probabilities], 0);
        }
        let largest = (probabilities.size()[1] as f64).ln();
        let entropy = mean_entropy(&probabilities);
        if self.params.normalize { entropy / largest } else { entropy }.into()
    }
}

/// Entropy of every pixel's classes in nats.
///
/// # Shapes
/// `probabilities`: `[B, C, H, W]`, each pixel summing to 1. Returns `[B, 1, H, W]`, in 0..=ln C.
pub(super) fn pixel_entropy(probabilities: &Tensor) -> Tensor {
    let logarithm = (probabilities + EPSILON).log();
    -(probabilities * logarithm).sum_dim_intlist(1, true, None::<Kind>)
}

/// The same, averaged over pixels: a scalar.
fn mean_entropy(probabilities: &Tensor) -> Tensor {
    pixel_entropy(probabilities).mean(None::<Kind>)
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
