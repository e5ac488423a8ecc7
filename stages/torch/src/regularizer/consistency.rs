//! Both predictions of a pixel should agree.

use stages_train::{ConsistencyParams, Divergence};
use tch::{Kind, Tensor};

use super::{EPSILON, Loss, Regularizer, masked_mean};
use crate::step::{Pair, Step};

/// The distance of the prediction of the perturbed image from the perturbed prediction, which is
/// a constant target: `mean sum_c q_c (ln q_c - ln p_c)`, or `mean (p - q)^2` over pixels and
/// classes.
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
    fn loss(&mut self, step: &Step<'_>) -> Loss {
        self.of_pair(step.pair()).into()
    }
}

impl Consistency {
    fn of_pair(&self, pair: &Pair) -> Tensor {
        let target = pair.perturbed.detach();
        let per_pixel = match self.divergence {
            Divergence::Kl => kullback_leibler(&pair.of_perturbed, &target),
            Divergence::Mse => {
                (&pair.of_perturbed - target).square().mean_dim([1].as_slice(), true, None::<Kind>)
            }
        };
        match &pair.mask {
            None => per_pixel.mean(None::<Kind>),
            Some(mask) => masked_mean(&per_pixel, mask),
        }
    }
}

/// Divergence of `prediction` from `target` in nats, of every pixel.
///
/// # Shapes
/// Both `[B, C, H, W]`, each pixel summing to 1. Returns `[B, 1, H, W]`, at least 0 up to rounding.
fn kullback_leibler(prediction: &Tensor, target: &Tensor) -> Tensor {
    let ratio = ((prediction + EPSILON) / (target + EPSILON)).log();
    -(target * ratio).sum_dim_intlist(1, true, None::<Kind>)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{close, probabilities_p, probabilities_q, value};

    fn pair(of_perturbed: Tensor, perturbed: Tensor) -> Pair {
        Pair { of_perturbed, perturbed, mask: None }
    }

    #[test]
    fn kl_and_mse_match_the_fixtures() {
        let (p, q) = (probabilities_p(), probabilities_q());
        let mean = |per_pixel: Tensor| value(&per_pixel.mean(None::<Kind>));
        close(mean(kullback_leibler(&q, &p)), 0.011_207_244);
        close(mean(kullback_leibler(&p, &q)), 0.011_565_712);
        let mse = Consistency { divergence: Divergence::Mse };
        close(value(&mse.of_pair(&pair(p, q))), 0.002_423_552);
    }

    #[test]
    fn the_target_gets_no_gradient() {
        for divergence in [Divergence::Kl, Divergence::Mse] {
            let p = probabilities_p().set_requires_grad(true);
            let q = probabilities_q().set_requires_grad(true);
            let pair = pair(p.shallow_clone(), q.shallow_clone());
            Consistency { divergence }.of_pair(&pair).backward();
            assert!(p.grad().abs().sum(None).double_value(&[]) > 0.0);
            assert!(!q.grad().defined());
        }
    }

    #[test]
    fn equal_predictions_cost_nothing() {
        for divergence in [Divergence::Kl, Divergence::Mse] {
            let pair = pair(probabilities_p(), probabilities_p());
            assert!(value(&Consistency { divergence }.of_pair(&pair)).abs() < 1e-15);
        }
    }

    #[test]
    fn an_impossible_class_costs_a_finite_amount() {
        // Target says class 0, prediction says class 1: ln(1 / 1e-16) = 36.84.
        let p = Tensor::from_slice(&[0f64, 1.0]).reshape([1, 2, 1, 1]);
        let q = Tensor::from_slice(&[1f64, 0.0]).reshape([1, 2, 1, 1]);
        close(value(&kullback_leibler(&p, &q)), 16.0 * 10f64.ln());
    }

    #[test]
    fn pixels_outside_the_perturbed_image_do_not_count() {
        // Two pixels: the first differs by 1/2 in both classes, the second lies outside.
        let maps = |p: [f64; 4]| Tensor::from_slice(&p).reshape([1, 2, 1, 2]);
        let mask = Tensor::from_slice(&[1f64, 0.0]).reshape([1, 1, 1, 2]);
        let pair = Pair {
            of_perturbed: maps([0.5, 0.1, 0.5, 0.9]),
            perturbed: maps([1.0, 0.9, 0.0, 0.1]),
            mask: Some(mask),
        };
        close(value(&Consistency { divergence: Divergence::Mse }.of_pair(&pair)), 0.25);
        close(value(&Consistency { divergence: Divergence::Kl }.of_pair(&pair)), 2f64.ln());
    }
}
