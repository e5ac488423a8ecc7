//! Strong augmentation of a batch that is weakly augmented already.

use stages_train::StrongParams;
use tch::Tensor;

use crate::intensity::{Intensity, change};
use crate::random::Draws;

/// Strong changes of intensity, drawn once per step: the geometry stays, so a prediction of the
/// weak view is a target for the strong one pixel by pixel.
///
/// # Source
/// UniMatch on cardiac images (Yang et al. 2023): colour jitter, then blur. Differs from it in:
/// intensities are not rounded to 8 bits in between, and the blur is a true Gaussian that counts
/// nothing outside the image.
pub struct StrongViews(Vec<Intensity>);

impl StrongViews {
    /// The changes of one step's batch. Two strong views of an image need two purposes of draws.
    pub fn draw(params: &StrongParams, draws: &Draws, step: u64, count: usize) -> Self {
        let one = |sample: usize| {
            let mut draw = draws.at(step, sample);
            let jitters = draw.chance(params.jitter_probability);
            let drawn = Intensity {
                brightness: 1.0 + draw.symmetric(params.brightness),
                contrast: 1.0 + draw.symmetric(params.contrast),
                contrast_first: draw.chance(0.5),
                gamma: draw.between(params.gamma),
                blur_px: 0.0,
            };
            let blurs = draw.chance(params.blur_probability);
            let blur_px = draw.between(params.blur_px);
            Intensity {
                blur_px: if blurs { blur_px } else { 0.0 },
                ..if jitters { drawn } else { Intensity::NONE }
            }
        };
        Self((0..count).map(one).collect())
    }

    /// The images, changed.
    ///
    /// # Shapes
    /// `images`: `[B, 1, H, W]`, f32 in 0..=1. Returns the same.
    pub fn apply(&self, images: &Tensor) -> Tensor {
        change(images, &self.0)
    }
}

#[cfg(test)]
mod tests {
    use tch::{Device, Kind};

    use super::*;

    fn draw(params: &StrongParams, count: usize) -> StrongViews {
        StrongViews::draw(params, &Draws::new(8, "strong"), 0, count)
    }

    #[test]
    fn shares_and_ranges_are_those_of_the_parameters() {
        let StrongViews(changes) = draw(&StrongParams::default(), 2000);
        let jittered: Vec<&Intensity> =
            changes.iter().filter(|change| change.brightness != 1.0).collect();
        let blurred: Vec<f64> =
            changes.iter().map(|change| change.blur_px).filter(|px| *px > 0.0).collect();
        // Four standard deviations of a binomial(2000, 0.8) are 72, of (2000, 0.5) 89.
        assert!(jittered.len().abs_diff(1600) < 72, "{}", jittered.len());
        assert!(blurred.len().abs_diff(1000) < 89, "{}", blurred.len());
        assert!(blurred.iter().all(|px| (0.1..2.0).contains(px)));
        assert!(blurred.iter().any(|px| *px < 0.15) && blurred.iter().any(|px| *px > 1.95));
        for change in &jittered {
            assert!((0.5..1.5).contains(&change.brightness));
            assert!((0.5..1.5).contains(&change.contrast));
            assert_eq!(change.gamma, 1.0);
        }
        assert!(jittered.iter().any(|change| change.contrast_first));
        assert!(jittered.iter().any(|change| !change.contrast_first));
    }

    #[test]
    fn views_stay_in_range_and_differ_by_purpose() {
        let images = Tensor::rand([16, 1, 24, 24], (Kind::Float, Device::Cpu));
        let params = StrongParams { gamma: [0.5, 2.0], ..StrongParams::default() };
        let views = draw(&params, 16);
        let first = views.apply(&images);
        assert!(
            first.min().double_value(&[]) >= 0.0 && first.max().double_value(&[]) <= 1.0 + 1e-6
        );
        assert_eq!(first, draw(&params, 16).apply(&images), "the same address, the same views");
        let other = StrongViews::draw(&params, &Draws::new(8, "strong/2"), 0, 16).apply(&images);
        assert_ne!(first, other);
    }

    #[test]
    fn an_image_that_nothing_was_drawn_for_keeps_its_bits() {
        let images = Tensor::rand([3, 1, 8, 8], (Kind::Float, Device::Cpu));
        let never = StrongParams {
            jitter_probability: 0.0,
            blur_probability: 0.0,
            ..StrongParams::default()
        };
        assert_eq!(draw(&never, 3).apply(&images), images);
    }
}
