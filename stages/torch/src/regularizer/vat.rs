//! Predictions should stand the small change of the image that changes them most.

use stages_train::VatParams;
use tch::{Kind, Tensor};

use super::{Loss, Regularizer};
use crate::network::Mode;
use crate::step::Step;

/// `KL(p(x) || p(x + r))`, averaged over pixels, where `p(x)` is a constant and `r` is, among the
/// changes of an image whose squares sum to `epsilon^2`, about the one with the largest divergence.
///
/// A random direction `d` of length 1 (over all pixels of an image) is replaced by the direction of
/// the gradient of the divergence at `x + xi d`, once or several times; then `r = epsilon d`. Where
/// that gradient is zero, `r` is too.
///
/// All passes are of the unlabelled images alone, so that they share their batch-norm statistics and
/// an image without change has no divergence (dropout, where a network has it, is drawn anew). None
/// moves the running statistics: the network is not evaluated on adversarial images.
///
/// # Source
/// Virtual adversarial training (Miyato et al., 2018).
pub struct Vat {
    params: VatParams,
}

impl Vat {
    /// The term with these parameters.
    pub fn new(params: &VatParams) -> Self {
        Self { params: params.clone() }
    }
}

impl Regularizer for Vat {
    fn loss(&mut self, step: &Step<'_>) -> Loss {
        let predict = |images: &Tensor| {
            step.student.scores(images, Mode::Untracked).log_softmax(1, Kind::Float)
        };
        let images = step.unlabelled_images();
        let clean = tch::no_grad(|| predict(images));
        let change = self.worst_change(images, &clean, predict);
        divergence(&clean, &predict(&(images + change))).into()
    }
}

impl Vat {
    /// The change `r` of every image, a constant.
    ///
    /// # Shapes
    /// `images`: `[B, 1, H, W]`; `clean` and what `predict` returns: `[B, C, H, W]`, logarithms of
    /// probabilities. Returns `[B, 1, H, W]`.
    fn worst_change(
        &self,
        images: &Tensor,
        clean: &Tensor,
        predict: impl Fn(&Tensor) -> Tensor,
    ) -> Tensor {
        let mut direction = unit(&images.randn_like());
        for _ in 0..self.params.power_iterations {
            let probe = direction.detach().set_requires_grad(true);
            let distance = divergence(clean, &predict(&(images + &probe * self.params.xi)));
            // Asking for this one gradient leaves those of the network alone.
            let gradients = Tensor::run_backward(&[distance], &[&probe], false, false);
            direction = unit(&gradients[0]);
        }
        direction.detach() * self.params.epsilon
    }
}

/// `KL(p || q)` of every pixel's classes in nats, averaged over pixels.
///
/// # Shapes
/// Both `[B, C, H, W]`, logarithms of probabilities. Returns a scalar, at least 0 but for rounding.
fn divergence(p: &Tensor, q: &Tensor) -> Tensor {
    (p.exp() * (p - q)).sum_dim_intlist(1, false, None::<Kind>).mean(None::<Kind>)
}

/// Every image divided by the root of the sum of its squares; a zero image stays zero.
fn unit(images: &Tensor) -> Tensor {
    // Gradients of a mean over many pixels are small, and their squares may be no numbers: the
    // largest value is divided out first. The smallest normal number keeps a zero image from 0 / 0.
    let per_image = [1, 2, 3];
    let largest = images.abs().amax(per_image, true).clamp_min(f64::from(f32::MIN_POSITIVE));
    let scaled = images / largest;
    let length = scaled.square().sum_dim_intlist(per_image.as_slice(), true, None::<Kind>).sqrt();
    scaled / length.clamp_min(1e-12)
}

#[cfg(test)]
mod tests {
    use stages_train::WeightParams;

    use super::*;
    use crate::fixture::{close, value};

    #[test]
    fn an_image_gets_length_one_however_small_it_is() {
        let images = Tensor::from_slice(&[3f32, 4.0, 3e-30, 4e-30, 0.0, 0.0]);
        let units = unit(&images.reshape([3, 1, 1, 2]));
        for (image, expected) in (0..).zip([[0.6, 0.8], [0.6, 0.8], [0.0, 0.0]]) {
            close(units.double_value(&[image, 0, 0, 0]), expected[0]);
            close(units.double_value(&[image, 0, 0, 1]), expected[1]);
        }
    }

    #[test]
    fn the_divergence_is_that_of_the_second_from_the_first() {
        let pixel = |p: [f64; 2]| Tensor::from_slice(&p.map(f64::ln)).reshape([1, 2, 1, 1]);
        // 1/2 ln(2/3) + 1/2 ln 2.
        let found = divergence(&pixel([0.5, 0.5]), &pixel([0.75, 0.25]));
        close(value(&found), (4f64 / 3.0).ln() / 2.0);
    }

    #[test]
    fn the_worst_change_of_a_linear_map_is_along_its_weights() {
        #[expect(clippy::disallowed_methods, reason = "the test draws like a step")]
        tch::manual_seed(3);
        // Each pixel's score for class 0 is 3 a + 4 b of the whole image (a, b), that for class 1 is
        // 0. The divergence grows away from the image along (3, 4), so that the worst change of
        // length 1/2 is plus or minus (0.3, 0.4).
        let weights = Tensor::from_slice(&[3f64, 4.0]).reshape([1, 1, 1, 2]);
        let predict = |images: &Tensor| {
            let sum = (images * &weights).sum_dim_intlist([3].as_slice(), true, None::<Kind>);
            Tensor::cat(&[&sum, &sum.zeros_like()], 1).log_softmax(1, None::<Kind>)
        };
        let images = Tensor::from_slice(&[0.1f64, 0.2, 0.3, 0.1]).reshape([2, 1, 1, 2]);
        let term = Vat {
            params: VatParams {
                weight: WeightParams::constant(1.0),
                epsilon: 0.5,
                xi: 0.1,
                power_iterations: 1,
            },
        };
        let change = term.worst_change(&images, &predict(&images), predict);
        assert!(!change.requires_grad());
        for image in 0..2 {
            let found = [0, 1].map(|column| change.double_value(&[image, 0, 0, column]));
            close(found[0].abs(), 0.3);
            close(found[1], found[0] * 4.0 / 3.0);
        }
    }
}
