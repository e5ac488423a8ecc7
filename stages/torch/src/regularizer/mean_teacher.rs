//! The network should agree with the running mean of its own weights.

use stages_train::MeanTeacherParams;
use tch::{Kind, Tensor};

use super::{Loss, Regularizer, masked_mean};
use crate::network::Mode;
use crate::step::Step;

/// The squared difference of the student's class probabilities from the teacher's, averaged over
/// pixels and classes: `mean (p - q)^2`, where `q`, a constant, is the teacher's. Pixels that the
/// perturbation has brought in from outside the image do not count.
///
/// Under the perturbation T, `p` is the student's prediction of T(x) and `q` is T of the teacher's
/// prediction of x; with noise, `p` is the student's prediction of x and `q` the teacher's of x
/// plus noise.
///
/// # Source
/// Mean teacher (Tarvainen and Valpola, 2017; for segmentation Perone and Cohen-Adad, 2018), with
/// the teacher in training mode as in the authors' code. The form with noise is the field's
/// benchmark's.
pub struct MeanTeacher {
    params: MeanTeacherParams,
}

impl MeanTeacher {
    /// The term with these parameters.
    pub fn new(params: &MeanTeacherParams) -> Self {
        Self { params: params.clone() }
    }
}

impl Regularizer for MeanTeacher {
    fn loss(&mut self, step: &Step<'_>) -> Loss {
        let images = step.unlabelled_images();
        let teach = |images: &Tensor| step.teacher().scores(images, Mode::Training);
        if self.params.noise > 0.0 {
            let scores = tch::no_grad(|| teach(&noisy(images, self.params.noise)));
            let student = step.unlabelled().probabilities();
            return distance(&student, &target(&scores, self.params.hard), None).into();
        }
        let scores = tch::no_grad(|| step.perturbation().maps(&teach(images)));
        let pair = step.pair();
        let target = target(&scores, self.params.hard);
        distance(&pair.of_perturbed, &target, pair.mask.as_ref()).into()
    }
}

/// # Shapes
/// `p`, `q`: `[B, C, H, W]`; `mask`: `[B, 1, H, W]`, 1 where a pixel counts. Returns a scalar, at
/// least 0.
pub(super) fn distance(p: &Tensor, q: &Tensor, mask: Option<&Tensor>) -> Tensor {
    let squares = (p - q).square().mean_dim([1].as_slice(), true, None::<Kind>);
    mask.map_or_else(|| squares.mean(None::<Kind>), |mask| masked_mean(&squares, mask))
}

/// Images with normal noise, cut at twice its deviation.
pub(super) fn noisy(images: &Tensor, deviation: f64) -> Tensor {
    let noise = (images.randn_like() * deviation).clamp(-2.0 * deviation, 2.0 * deviation);
    images + noise
}

fn target(scores: &Tensor, hard: bool) -> Tensor {
    let kind = scores.kind();
    if hard {
        let classes = scores.size()[1];
        scores.argmax(1, false).one_hot(classes).permute([0, 3, 1, 2]).to_kind(kind)
    } else {
        scores.softmax(1, kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{close, value};

    #[test]
    fn a_soft_target_is_the_softmax_and_a_hard_one_its_largest_class() {
        // Two classes with scores ln 3 and 0: probabilities 3/4 and 1/4.
        let scores = Tensor::from_slice(&[3f64.ln(), 0.0]).reshape([1, 2, 1, 1]);
        let read = |t: Tensor| [t.double_value(&[0, 0, 0, 0]), t.double_value(&[0, 1, 0, 0])];
        let [first, second] = read(target(&scores, false));
        close(first, 0.75);
        close(second, 0.25);
        assert_eq!(read(target(&scores, true)), [1.0, 0.0]);
    }

    #[test]
    fn squares_are_averaged_over_classes_and_the_pixels_that_count() {
        // Two pixels of two classes: squares of 0.3 at the first, of 0.1 at the second.
        let p = Tensor::from_slice(&[0.8, 0.5, 0.2, 0.5]).reshape([1, 2, 1, 2]);
        let q = Tensor::from_slice(&[0.5, 0.4, 0.5, 0.6]).reshape([1, 2, 1, 2]);
        close(value(&distance(&p, &q, None)), f64::midpoint(0.09, 0.01));
        let mask = Tensor::from_slice(&[0.0, 1.0]).reshape([1, 1, 1, 2]);
        close(value(&distance(&p, &q, Some(&mask))), 0.01);
    }

    #[test]
    fn noise_is_cut_at_twice_its_deviation() {
        #[expect(clippy::disallowed_methods, reason = "the test draws like a step")]
        tch::manual_seed(3);
        let images = Tensor::full([1, 1, 100, 100], 0.5, (Kind::Float, tch::Device::Cpu));
        let noise = noisy(&images, 0.1) - &images;
        close(value(&noise.abs().max()), 0.2);
        // A normal distribution cut at two deviations has 0.9594 of its deviation (the mass beyond
        // sits at the cut): sqrt(0.7737 + 0.0455 * 4) = 0.978.
        let deviation = value(&noise.std(true));
        assert!((deviation - 0.0978).abs() < 0.003, "{deviation}");
    }
}
