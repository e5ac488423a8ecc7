//! The classes of nearby pixels should tell much about each other.

use stages_train::LocalMiParams;
use tch::{Kind, Tensor};

use super::joint::{
    gradient_of_first, gradient_of_second, is_channels_last, joint_of_displacements,
};
use super::{EPSILON, Loss, Regularizer};
use crate::step::Step;

/// The negative mutual information between the class of a pixel in one prediction and the class
/// of its neighbours in the other, averaged over the displacements of a window.
///
/// With the counts `J_uv` of [`super::joint_of_displacements`], shared out to `P = (J + J') / 2` that
/// sums to 1, and its margins `r` and `c`:
/// `- mean over u, v of sum over i, j of P_ij (ln P_ij - m ln r_i - m ln c_j)`, where `m` is
/// `marginal_weight`.
///
/// # Source
/// Invariant information clustering (Ji et al., 2019) in the form of the published method. The
/// subtraction of the smallest count (`min_shift`) came into the authors' code after the paper; it
/// raises the mutual information of few classes markedly and is off by default.
pub struct LocalMi {
    window: i64,
    marginal_weight: f64,
    min_shift: bool,
    detach_target: bool,
}

impl LocalMi {
    /// The term with these parameters.
    pub fn new(params: &LocalMiParams) -> Self {
        Self {
            window: i64::from(params.window),
            marginal_weight: params.marginal_weight,
            min_shift: params.min_shift,
            detach_target: params.detach_target,
        }
    }

    /// The loss between two predictions of the same pixels; pixels where `valid` is 0 count
    /// nothing in either of them.
    ///
    /// The counts are a few numbers made of many pixels, so the gradient is taken in two parts:
    /// through the few numbers by autograd, through the many pixels by a weighted sum over each
    /// pixel's neighbourhood. The result is the exact gradient at a fraction of the memory and
    /// time; the value is exact too.
    ///
    /// # Shapes
    /// `x`, `y`: `[N, C, H, W]`, each pixel summing to 1, any layout; `valid`: `[N, 1, H, W]` of 0
    /// and 1. Returns a scalar in nats; with a marginal weight of 1 in `-ln C..=0` up to rounding.
    pub fn of(&self, x: &Tensor, y: &Tensor, valid: Option<&Tensor>) -> Tensor {
        let target = !self.detach_target && y.requires_grad();
        let counts = tch::no_grad(|| joint_of_displacements(x, y, valid, self.window));
        if !x.requires_grad() && !target {
            return self.loss_of_counts(&counts).to_kind(x.kind());
        }
        let counts = counts.set_requires_grad(true);
        let value = self.loss_of_counts(&counts);
        let slopes = Tensor::run_backward(&[&value], &[&counts], false, false).swap_remove(0);
        let value = value.detach().to_kind(x.kind());
        let with_slope = |value: Tensor, map: &Tensor, gradient: Tensor| {
            let linear = inner_product(map, &gradient);
            // Zero in value, the wanted gradient in slope.
            value + (&linear - linear.detach())
        };
        let value = if x.requires_grad() {
            with_slope(value, x, tch::no_grad(|| gradient_of_first(&slopes, y, valid)))
        } else {
            value
        };
        if target {
            with_slope(value, y, tch::no_grad(|| gradient_of_second(&slopes, x, valid)))
        } else {
            value
        }
    }

    /// The loss as a function of the counts of [`joint_of_displacements`].
    ///
    /// # Shapes
    /// `counts`: `[S, S, C, C]`. Returns a scalar in nats.
    fn loss_of_counts(&self, counts: &Tensor) -> Tensor {
        let shifted = if self.min_shift {
            counts - counts.min().detach() + EPSILON
        } else {
            counts.shallow_clone()
        };
        let joint = &shifted / sum_of_classes(&shifted);
        let joint = (&joint + joint.transpose(2, 3)) / 2.0;
        let marginals = |axis: i64| joint.sum_dim_intlist(axis, true, None::<Kind>);
        let logarithm = |probability: Tensor| (probability + EPSILON).log();
        let information = logarithm(joint.shallow_clone())
            - self.marginal_weight * (logarithm(marginals(3)) + logarithm(marginals(2)));
        -(&joint * information).sum_dim_intlist([2, 3].as_slice(), false, None::<Kind>).mean(None)
    }
}

impl Regularizer for LocalMi {
    fn loss(&mut self, step: &Step<'_>) -> Loss {
        let pair = step.pair();
        let term = self.of(&pair.of_perturbed, &pair.perturbed, pair.mask.as_ref());
        let information = -term.detach();
        Loss { notes: vec![("mutual_information", information)], ..term.into() }
    }
}

/// Sum over both class axes, kept as axes of length 1.
fn sum_of_classes(joint: &Tensor) -> Tensor {
    joint.sum_dim_intlist([-2, -1].as_slice(), true, None::<Kind>)
}

/// The sum of the products of all numbers of two maps, without storing the products where both
/// have the same layout.
fn inner_product(a: &Tensor, b: &Tensor) -> Tensor {
    let flat = |map: &Tensor| map.reshape([-1]);
    if a.is_contiguous() && b.is_contiguous() {
        flat(a).dot(&flat(b))
    } else if is_channels_last(a) && is_channels_last(b) {
        let pixels_first = |map: &Tensor| flat(&map.permute([0, 2, 3, 1]));
        pixels_first(a).dot(&pixels_first(b))
    } else {
        (a * b).sum(None::<Kind>)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixture::{close, probabilities_p, probabilities_q, value};

    fn term(window: i64, min_shift: bool) -> LocalMi {
        LocalMi { window, marginal_weight: 1.0, min_shift, detach_target: true }
    }

    fn loss(term: &LocalMi, x: &Tensor, y: &Tensor) -> f64 {
        value(&term.of(x, y, None))
    }

    #[test]
    fn matches_the_fixtures_with_and_without_the_shift() {
        let (p, q) = (probabilities_p(), probabilities_q());
        for (window, plain, shifted) in [
            (0, -0.181_887_860, -0.435_156_964),
            (1, -0.096_478_164, -0.129_273_248),
            (3, -0.110_854_584, -0.112_884_341),
        ] {
            close(loss(&term(window, false), &p, &q), plain);
            close(loss(&term(window, true), &p, &q), shifted);
        }
        let weighted = LocalMi { marginal_weight: 2.0, ..term(1, false) };
        close(loss(&weighted, &p, &q), -2.084_506_560);
    }

    #[test]
    fn single_precision_agrees_with_double() {
        let single = |t: Tensor| t.to_kind(Kind::Float);
        let found = loss(&term(1, false), &single(probabilities_p()), &single(probabilities_q()));
        assert!((found - -0.096_478_164).abs() < 1e-6, "{found}");
    }

    #[test]
    fn identical_balanced_clusters_reach_the_largest_mutual_information() {
        // Four pixels, one per class, predicted with certainty, compared with themselves.
        let one_hot = Tensor::eye(4, (Kind::Double, tch::Device::Cpu)).reshape([4, 4, 1, 1]);
        close(loss(&term(0, false), &one_hot, &one_hot), -(4f64.ln()));
    }

    #[test]
    fn a_prediction_that_is_the_same_everywhere_carries_no_information() {
        let uniform = Tensor::full([1, 3, 4, 4], 1.0 / 3.0, (Kind::Double, tch::Device::Cpu));
        assert!(loss(&term(1, false), &uniform, &uniform).abs() < 1e-14);
        let constant = Tensor::from_slice(&[0.7, 0.2, 0.1]).reshape([1, 3, 1, 1]);
        let constant = constant.expand([2, 3, 4, 5], false);
        assert!(loss(&term(0, false), &constant, &constant).abs() < 1e-14);
    }

    fn random_maps() -> impl Strategy<Value = (Tensor, Tensor)> {
        let values = || prop::collection::vec(-3.0..3.0f64, 2 * 3 * 4 * 5);
        let map =
            |v: Vec<f64>| Tensor::from_slice(&v).reshape([2, 3, 4, 5]).softmax(1, None::<Kind>);
        (values(), values()).prop_map(move |(x, y)| (map(x), map(y)))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn lies_between_minus_the_logarithm_of_the_classes_and_zero((x, y) in random_maps()) {
            let found = loss(&term(1, false), &x, &y);
            prop_assert!((-(3f64.ln())..=1e-12).contains(&found), "{}", found);
        }

        #[test]
        fn swapping_the_predictions_changes_nothing((x, y) in random_maps()) {
            // Swapping mirrors the displacements and transposes the counts; both are averaged out.
            for shift in [false, true] {
                let difference = loss(&term(1, shift), &x, &y) - loss(&term(1, shift), &y, &x);
                prop_assert!(difference.abs() < 1e-12);
            }
        }

        #[test]
        fn renaming_the_classes_changes_nothing((x, y) in random_maps()) {
            let order = Tensor::from_slice(&[2i64, 0, 1]);
            let renamed = loss(&term(1, false), &x.index_select(1, &order), &y.index_select(1, &order));
            prop_assert!((renamed - loss(&term(1, false), &x, &y)).abs() < 1e-12);
        }
    }
}
