//! Both predictions of a pixel should agree.

use stages_train::{ConsistencyParams, Divergence};
use tch::{Kind, Tensor};

use super::{EPSILON, Pair, Regularizer};

/// The distance of the prediction of the perturbed image from the perturbed prediction, which is
/// a constant target.
///
/// # Source
/// The published method; its later code averages the squared difference over classes as well.
pub struct Consistency {
    divergence: Divergence,
}

impl Consistency {
    /// The term with these parameters.
    pub fn new(params: &ConsistencyParams) -> Self {
        Self { divergence: params.divergence }
    }
}

impl Regularizer for Consistency {
    fn loss(&self, pair: &Pair) -> Tensor {
        let target = pair.perturbed.detach();
        match self.divergence {
            Divergence::Kl => kullback_leibler(&pair.of_perturbed, &target),
            Divergence::Mse => (&pair.of_perturbed - target).square().mean(None),
        }
    }
}

/// Divergence of `prediction` from `target` in nats, averaged over pixels.
///
/// # Shapes
/// Both `[B, C, H, W]`, each pixel summing to 1. Returns a scalar, at least 0 up to rounding.
fn kullback_leibler(prediction: &Tensor, target: &Tensor) -> Tensor {
    let ratio = ((prediction + EPSILON) / (target + EPSILON)).log();
    -(target * ratio).sum_dim_intlist(1, false, None::<Kind>).mean(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{close, probabilities_p, probabilities_q, value};

    #[test]
    fn kl_and_mse_match_the_fixtures() {
        let (p, q) = (probabilities_p(), probabilities_q());
        close(value(&kullback_leibler(&q, &p)), 0.011_207_244);
        close(value(&kullback_leibler(&p, &q)), 0.011_565_712);
        let mse = Consistency { divergence: Divergence::Mse };
        close(value(&mse.loss(&Pair { of_perturbed: p, perturbed: q })), 0.002_423_552);
    }

    #[test]
    fn the_target_gets_no_gradient() {
        for divergence in [Divergence::Kl, Divergence::Mse] {
            let p = probabilities_p().set_requires_grad(true);
            let q = probabilities_q().set_requires_grad(true);
            let pair = Pair { of_perturbed: p.shallow_clone(), perturbed: q.shallow_clone() };
            Consistency { divergence }.loss(&pair).backward();
            assert!(p.grad().abs().sum(None).double_value(&[]) > 0.0);
            assert!(!q.grad().defined());
        }
    }

    #[test]
    fn equal_predictions_cost_nothing() {
        for divergence in [Divergence::Kl, Divergence::Mse] {
            let pair = Pair { of_perturbed: probabilities_p(), perturbed: probabilities_p() };
            assert!(value(&Consistency { divergence }.loss(&pair)).abs() < 1e-15);
        }
    }

    #[test]
    fn an_impossible_class_costs_a_finite_amount() {
        // Target says class 0, prediction says class 1: ln(1 / 1e-16) = 36.84.
        let p = Tensor::from_slice(&[0f64, 1.0]).reshape([1, 2, 1, 1]);
        let q = Tensor::from_slice(&[1f64, 0.0]).reshape([1, 2, 1, 1]);
        close(value(&kullback_leibler(&p, &q)), 16.0 * 10f64.ln());
    }
}
