//! Soft Dice.

use tch::{Kind, Tensor};

/// Added above and below the fraction: a class that is absent from both sides costs nothing.
const SMOOTH: f64 = 1e-5;

/// One minus the overlap of probabilities with labels, averaged over all classes, the background
/// included.
///
/// Per class, with sums over the pixels of the whole batch, probabilities `p`, one-hot labels `y`,
/// weights `w` (1 without) and `s = 1e-5`:
/// `1 - (2 sum(w p y) + s) / (sum(w p^2) + sum(w y) + s)`.
/// A pixel of weight 0 is in none of the sums, so its label can be any class.
///
/// # Shapes
/// `probabilities`: `[B, C, H, W]`, each pixel summing to 1; `labels`: `[B, H, W]`, i64 in `0..C`;
/// `weight`: `[B, H, W]`, at least 0. Returns a scalar in 0..=1.
/// # Source
/// Milletari et al. (2016), as in the code of SSL4MIS, whose squared denominator `sum(y^2)` is
/// `sum(y)` for labels; the form that leaves pixels out is UniMatch's.
pub fn soft_dice_loss(probabilities: &Tensor, labels: &Tensor, weight: Option<&Tensor>) -> Tensor {
    let classes = probabilities.size()[1];
    let (kind, device) = (probabilities.kind(), probabilities.device());
    let ids = Tensor::arange(classes, (labels.kind(), device)).reshape([1, classes, 1, 1]);
    let truth = labels.unsqueeze(1).eq_tensor(&ids).to_kind(kind);
    let over_pixels = |values: &Tensor| match weight {
        None => values.sum_dim_intlist([0i64, 2, 3].as_slice(), false, None::<Kind>),
        Some(weight) => (values * weight.unsqueeze(1).to_kind(kind)).sum_dim_intlist(
            [0i64, 2, 3].as_slice(),
            false,
            None::<Kind>,
        ),
    };
    let both = over_pixels(&(probabilities * &truth));
    let sizes = over_pixels(&probabilities.square()) + over_pixels(&truth);
    let overlap = (both * 2.0 + SMOOTH) / (sizes + SMOOTH);
    (-overlap.mean(None)) + 1.0
}

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::*;
    use crate::fixture::{close, probabilities_p, probabilities_q, value};

    /// Two images of one row of two pixels, two classes; probabilities of class 1 are 0, 0.5, 0.5
    /// and 1, its labels 0, 0, 1 and 1.
    fn four_pixels() -> (Tensor, Tensor) {
        let of_class_1 = Tensor::from_slice(&[0f64, 0.5, 0.5, 1.0]).reshape([2, 1, 1, 2]);
        let probabilities = Tensor::cat(&[&(-&of_class_1 + 1.0), &of_class_1], 1);
        (probabilities, Tensor::from_slice(&[0i64, 0, 1, 1]).reshape([2, 1, 2]))
    }

    fn weighted(weights: [f64; 4]) -> f64 {
        let (probabilities, labels) = four_pixels();
        let weight = Tensor::from_slice(&weights).reshape([2, 1, 2]);
        value(&soft_dice_loss(&probabilities, &labels, Some(&weight)))
    }

    #[test]
    fn sums_run_over_the_whole_batch() {
        // Class 1: both = 0.5 + 1 = 1.5, squares = 0.25 + 0.25 + 1 = 1.5, labels = 2, so 3 / 3.5.
        // Class 0: probabilities 1, 0.5, 0.5, 0 and labels 1, 1, 0, 0: the same.
        // Image by image it would be (0 / 0.25 + 3 / 3.25) / 2 for class 1.
        let (probabilities, labels) = four_pixels();
        let expected = 1.0 - (3.0 + SMOOTH) / (3.5 + SMOOTH);
        close(value(&soft_dice_loss(&probabilities, &labels, None)), expected);
        close(weighted([1.0; 4]), expected);
    }

    #[test]
    fn a_pixel_without_weight_is_as_if_it_were_not_there() {
        // Without the second pixel: class 1 has both 1.5, squares 1.25, labels 2: 3 / 3.25;
        // class 0 has both 1, squares 1.25, labels 1: 2 / 2.25.
        let expected =
            1.0 - 0.5 * ((3.0 + SMOOTH) / (3.25 + SMOOTH) + (2.0 + SMOOTH) / (2.25 + SMOOTH));
        close(weighted([1.0, 0.0, 1.0, 1.0]), expected);
        let (probabilities, labels) = four_pixels();
        let rest = |tensor: &Tensor, dim: i64| {
            // The four pixels in one row, less the second.
            let row = Tensor::cat(&[tensor.narrow(0, 0, 1), tensor.narrow(0, 1, 1)], dim);
            Tensor::cat(&[row.narrow(dim, 0, 1), row.narrow(dim, 2, 2)], dim)
        };
        close(value(&soft_dice_loss(&rest(&probabilities, 3), &rest(&labels, 2), None)), expected);
    }

    #[test]
    fn matches_the_same_sums_in_pytorch() {
        let labels = probabilities_p().argmax(1, false);
        let q = probabilities_q();
        close(value(&soft_dice_loss(&q, &labels, None)), 0.150_239_246);
        // Without the second and the fourth of five columns.
        let weight = Tensor::from_slice(&[1f64, 0.0, 1.0, 0.0, 1.0]).expand([2, 4, 5], false);
        close(value(&soft_dice_loss(&q, &labels, Some(&weight))), 0.129_186_903);
    }

    #[test]
    fn a_weight_counts_a_pixel_more_than_once() {
        // Twice the last pixel. Class 1: both 2.5, squares 2.5, labels 3: 5 / 5.5.
        // Class 0, where it adds nothing: both 1.5, squares 1.5, labels 2: 3 / 3.5.
        let expected =
            1.0 - 0.5 * ((5.0 + SMOOTH) / (5.5 + SMOOTH) + (3.0 + SMOOTH) / (3.5 + SMOOTH));
        close(weighted([1.0, 1.0, 1.0, 2.0]), expected);
    }

    #[test]
    fn perfect_predictions_and_absent_classes_cost_nothing() {
        let labels = Tensor::from_slice(&[0i64, 1, 1, 0]).reshape([1, 2, 2]);
        // Class 2 is on neither side: (0 + s) / (0 + s) = 1.
        let truth = labels.one_hot(3).permute([0, 3, 1, 2]).to_kind(Kind::Double);
        close(value(&soft_dice_loss(&truth, &labels, None)), 0.0);
    }

    #[test]
    fn a_wrong_prediction_costs_nearly_one() {
        let labels = Tensor::from_slice(&[0i64, 1]).reshape([1, 1, 2]);
        let wrong = Tensor::from_slice(&[0f64, 1.0, 1.0, 0.0]).reshape([1, 2, 1, 2]);
        // Both classes: s / (2 + s).
        close(value(&soft_dice_loss(&wrong, &labels, None)), 1.0 - SMOOTH / (2.0 + SMOOTH));
    }

    #[test]
    fn no_weight_at_all_costs_nothing_and_has_a_finite_gradient() {
        let probabilities = probabilities_p().to_kind(Kind::Float).set_requires_grad(true);
        let labels = probabilities_q().argmax(1, false);
        let weight = Tensor::zeros([2, 4, 5], (Kind::Float, Device::Cpu));
        let loss = soft_dice_loss(&probabilities, &labels, Some(&weight));
        assert_eq!(value(&loss), 0.0);
        loss.backward();
        assert_eq!(probabilities.grad(), probabilities.zeros_like());
    }

    #[test]
    fn the_gradient_is_that_of_the_formula() {
        // For class 1 of the four pixels, D = 3.5 + s and N = 3 + s; the mean halves it:
        // d/dp = -(2 w y D - 2 w p N) / D^2 / 2. At the third pixel y = 1, p = 0.5.
        let (probabilities, labels) = four_pixels();
        let probabilities = probabilities.set_requires_grad(true);
        soft_dice_loss(&probabilities, &labels, None).backward();
        let (above, below) = (3.0 + SMOOTH, 3.5 + SMOOTH);
        let gradient = probabilities.grad();
        let at = |image: i64, pixel: i64| gradient.double_value(&[image, 1, 0, pixel]);
        close(at(1, 0), -(2.0 * below - above) / (below * below) / 2.0);
        close(at(0, 1), above / (below * below) / 2.0);
        close(at(0, 0), 0.0);
    }
}
