//! The network should agree with the running mean of its own weights where that is certain.

use stages_train::{UaMtParams, UaMtTarget};
use tch::{Kind, Tensor};

use super::entropy::pixel_entropy;
use super::mean_teacher::{distance, noisy};
use super::{Loss, Regularizer};
use crate::network::Mode;
use crate::step::Step;
use crate::weight::sigmoid_rise;

/// Copies of the images that go through the teacher together.
const COPIES: u32 = 2;

/// `sum m (p - q)^2 / (C sum m)`, the squared difference of the student's class probabilities from
/// the teacher's, averaged over classes and over the pixels of which the teacher is certain.
///
/// The teacher sees the images `T` times, each time with noise of its own; with the entropy `H` of
/// the mean of these predictions, `m = [H < (3/4 + r/4) ln C]`, where `r = exp(-5 (1 - t)^2)` rises
/// with the fraction `t` of the training that is over. `q`, a constant, is one more prediction with
/// noise, or that mean.
///
/// Batch normalization is in training mode throughout. The `T` predictions are made two at a time,
/// so its statistics are those of two noisy copies of the batch; of all passes only the first moves
/// the teacher's running statistics, as in a step of `mean_teacher`.
///
/// # Source
/// Uncertainty-aware mean teacher (Yu et al., 2019), as in the field's benchmark, which differs in
/// two remains of a network with two classes: its entropies are compared with multiples of `ln 2`
/// for any number of classes, where `ln C` is the largest possible, and its sum of squares over
/// classes is divided by 2 instead of by `C`.
pub struct UaMt {
    params: UaMtParams,
}

impl UaMt {
    /// The term with these parameters.
    pub fn new(params: &UaMtParams) -> Self {
        Self { params: params.clone() }
    }
}

impl Regularizer for UaMt {
    fn loss(&mut self, step: &Step<'_>) -> Loss {
        let student = step.unlabelled().probabilities();
        let (target, mean) = tch::no_grad(|| {
            let one = (self.params.target == UaMtTarget::OnePass)
                .then(|| self.teach(step, 1, Mode::Training));
            let mean = self.mean_of_passes(step, one.is_none());
            (one.unwrap_or_else(|| mean.shallow_clone()), mean)
        });
        let threshold = threshold(step.number, step.steps, student.size()[1]);
        let mask = pixel_entropy(&mean).lt(threshold).to_kind(Kind::Float);
        let share = mask.mean(Kind::Float);
        Loss { notes: vec![("certain", share)], ..distance(&student, &target, Some(&mask)).into() }
    }
}

impl UaMt {
    /// The mean of the predictions of several noisy copies of every image, `[B, C, H, W]`.
    fn mean_of_passes(&self, step: &Step<'_>, first_moves_statistics: bool) -> Tensor {
        let passes = self.params.passes;
        let slices = (0..passes).step_by(COPIES as usize).map(|before| {
            let moves = before == 0 && first_moves_statistics;
            let mode = if moves { Mode::Training } else { Mode::Untracked };
            let copies = COPIES.min(passes - before);
            self.teach(step, copies.into(), mode)
        });
        let sum = slices.reduce(|sum, slice| sum + slice).expect("there is at least one pass");
        sum / f64::from(passes)
    }

    /// The sum of the teacher's predictions of this many noisy copies of every image.
    fn teach(&self, step: &Step<'_>, copies: i64, mode: Mode) -> Tensor {
        let images = step.unlabelled_images().repeat([copies, 1, 1, 1]);
        let scores = step.teacher().scores(&noisy(&images, self.params.noise), mode);
        let size = scores.size();
        let each = scores.softmax(1, Kind::Float);
        each.view([copies, size[0] / copies, size[1], size[2], size[3]]).sum_dim_intlist(
            0,
            false,
            Kind::Float,
        )
    }
}

/// The entropy below which a pixel counts, in nats.
fn threshold(step: u64, steps: u64, classes: i64) -> f64 {
    let rise = sigmoid_rise(step as f64 / steps as f64);
    (0.75 + 0.25 * rise) * (classes as f64).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{close, value};

    /// Two pixels of two classes.
    fn pixels(first: [f64; 2], second: [f64; 2]) -> Tensor {
        Tensor::from_slice(&[first[0], second[0], first[1], second[1]]).reshape([1, 2, 1, 2])
    }

    #[test]
    fn only_certain_pixels_count() {
        // Squared differences: (1/4)^2 for both classes of the first pixel, (1/2)^2 in the second.
        let (p, q) = (pixels([0.75, 0.25], [0.5, 0.5]), pixels([1.0, 0.0], [0.0, 1.0]));
        let mask = |values: [f64; 2]| Tensor::from_slice(&values).reshape([1, 1, 1, 2]);
        close(value(&distance(&p, &q, Some(&mask([1.0, 0.0])))), 0.0625);
        close(value(&distance(&p, &q, Some(&mask([1.0, 1.0])))), f64::midpoint(0.0625, 0.25));
        assert_eq!(value(&distance(&p, &q, Some(&mask([0.0, 0.0])))), 0.0);
    }

    #[test]
    fn the_threshold_rises_from_three_quarters_to_the_whole_of_the_largest_entropy() {
        // ln 4 = 1.386294; exp(-5) = 0.006738 and exp(-5/4) = 0.286505.
        close(threshold(0, 10, 4), (0.75 + 0.25 * 0.006_737_947) * 1.386_294_361);
        close(threshold(5, 10, 4), (0.75 + 0.25 * 0.286_504_797) * 1.386_294_361);
        close(threshold(10, 10, 4), 1.386_294_361);
    }

    #[test]
    fn an_undecided_pixel_has_the_entropy_of_its_classes() {
        let found = pixel_entropy(&pixels([0.5, 0.5], [0.9, 0.1]));
        close(found.double_value(&[0, 0, 0, 0]), 2f64.ln());
        // 0.9 ln(10/9) + 0.1 ln 10 = 0.094824 + 0.230259.
        close(found.double_value(&[0, 0, 0, 1]), 0.325_082_973);
    }
}
