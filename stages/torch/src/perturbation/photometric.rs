//! Random changes of intensity.

use stages_train::PhotometricParams;
use tch::Tensor;

use super::{Affine, Flips};
use crate::intensity::{Intensity, change};
use crate::noise::Noise;
use crate::random::Draws;

/// Noise is cut off at this many standard deviations, as in the field's mean teacher, where 0.1
/// times a normal number is clipped to plus or minus 0.2.
const NOISE_CUT: f64 = 2.0;

/// One change of intensity per image.
pub struct Photometric {
    changes: Vec<Intensity>,
    noise: Option<(f64, Noise)>,
}

impl Photometric {
    /// The first of a sample's words that are drawn here; the words before belong to the geometry.
    const FIRST_WORD: u64 = Flips::WORDS + Affine::WORDS;
    /// Words that one sample takes, besides those of noise.
    const WORDS: u64 = 5;

    /// The changes of one step's batch.
    pub fn draw(params: &PhotometricParams, draws: &Draws, step: u64, count: usize) -> Self {
        const {
            let words = Self::FIRST_WORD + Self::WORDS + Noise::WORDS;
            assert!(words <= 16, "a sample has 16 words");
        }
        let changes = (0..count).map(|sample| {
            let mut draw = draws.at(step, sample).skip(Self::FIRST_WORD);
            Intensity {
                gamma: draw.between(params.gamma),
                brightness: 1.0 + draw.symmetric(params.brightness),
                contrast: 1.0 + draw.symmetric(params.contrast),
                contrast_first: draw.chance(0.5),
                blur_px: draw.between([0.0, params.blur_px]),
            }
        });
        let noise = || Noise::draw_after(draws, step, count, Self::FIRST_WORD + Self::WORDS);
        Self {
            changes: changes.collect(),
            noise: (params.noise > 0.0).then(|| (params.noise, noise())),
        }
    }

    /// The images, changed.
    ///
    /// # Shapes
    /// `images`: `[B, 1, H, W]`, f32 in 0..=1. Returns the same.
    pub fn apply(&self, images: &Tensor) -> Tensor {
        let changed = change(images, &self.changes);
        let Some((deviation, noise)) = &self.noise else { return changed };
        let noise = noise.normal(&images.size(), images.device()).clamp(-NOISE_CUT, NOISE_CUT);
        (changed + noise * *deviation).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use tch::{Device, Kind};

    use super::*;

    fn draw(params: &PhotometricParams, count: usize) -> Photometric {
        Photometric::draw(params, &Draws::new(8, "photometric"), 0, count)
    }

    const STILL: PhotometricParams = PhotometricParams {
        gamma: [1.0, 1.0],
        brightness: 0.0,
        contrast: 0.0,
        blur_px: 0.0,
        noise: 0.0,
    };

    #[test]
    fn draws_fill_their_ranges_and_differ_from_image_to_image() {
        let params = PhotometricParams {
            brightness: 0.3,
            contrast: 0.2,
            blur_px: 1.5,
            ..PhotometricParams::default()
        };
        let changes = draw(&params, 500).changes;
        let range = |value: &dyn Fn(&Intensity) -> f64| {
            let values: Vec<f64> = changes.iter().map(value).collect();
            let low = values.iter().copied().fold(f64::MAX, f64::min);
            [low, values.into_iter().fold(f64::MIN, f64::max)]
        };
        // Of 500 uniform draws the extremes lie within 2 % of the ends but for one time in 20 000.
        let fills = |[low, high]: [f64; 2], [from, to]: [f64; 2]| {
            let near = 0.02 * (to - from);
            (from..from + near).contains(&low) && (to - near..to).contains(&high)
        };
        assert!(fills(range(&|change| change.gamma), [0.5, 2.0]));
        assert!(fills(range(&|change| change.brightness), [0.7, 1.3]));
        assert!(fills(range(&|change| change.contrast), [0.8, 1.2]));
        assert!(fills(range(&|change| change.blur_px), [0.0, 1.5]));
        assert!(
            changes.iter().any(|c| c.contrast_first) && !changes.iter().all(|c| c.contrast_first)
        );
    }

    #[test]
    fn gamma_alone_is_the_images_own_power() {
        let params = PhotometricParams::default();
        let photometric = draw(&params, 3);
        let images = Tensor::full([3, 1, 2, 2], 0.5, (Kind::Float, Device::Cpu));
        let changed = photometric.apply(&images);
        for (at, change) in (0..).zip(&photometric.changes) {
            let found = changed.double_value(&[at, 0, 1, 1]);
            assert!((found - 0.5f64.powf(change.gamma)).abs() < 1e-6);
        }
    }

    #[test]
    fn noise_has_its_deviation_and_its_limits() {
        let params = PhotometricParams { noise: 0.1, ..STILL };
        let images = Tensor::full([4, 1, 200, 200], 0.5, (Kind::Float, Device::Cpu));
        let noise = draw(&params, 4).apply(&images) - &images;
        assert!(noise.abs().max().double_value(&[]) <= 0.2 + 1e-6);
        // A normal number clipped at 2 has the variance 2 Phi(2) - 1 - 4 phi(2) + 8 (1 - Phi(2))
        // = 0.9545 - 0.2160 + 0.1820 = 0.9205.
        let variance = noise.square().mean(Kind::Double).double_value(&[]);
        assert!((variance / 0.01 - 0.9205).abs() < 0.015, "{variance}");
        let other = noise.get(0) * noise.get(1);
        assert!(other.mean(Kind::Double).double_value(&[]).abs() < 0.01 * 0.02);
        let dark = Tensor::zeros([4, 1, 20, 20], (Kind::Float, Device::Cpu));
        assert!(draw(&params, 4).apply(&dark).min().double_value(&[]) >= 0.0);
    }
}
