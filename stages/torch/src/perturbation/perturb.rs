//! All parts of T together.

use stages_train::PerturbationParams;
use tch::{Device, Kind, Tensor};

use super::{Affine, Flips, Photometric};
use crate::random::Draws;

/// One draw of T for a batch: what happens to an image, and the same for everything that lies on
/// the image's pixels.
///
/// # Source
/// Flips alone: the published code of the method's journal extension. Affine map and gamma: the
/// authors' newest code. Differs from it in the mask: there, pixels from outside the image take
/// part in the losses as if the network had been uncertain about them.
pub struct Perturbation {
    affine: Option<Affine>,
    flips: Flips,
    photometric: Option<Photometric>,
    device: Device,
}

impl Perturbation {
    /// The perturbation of one step's batch.
    ///
    /// Every part has words of its own among a sample's draws, so that the flips are the same
    /// whatever else is drawn.
    pub fn draw(
        params: &PerturbationParams,
        draws: &Draws,
        step: u64,
        count: usize,
        device: Device,
    ) -> Self {
        let affine =
            params.affine.as_ref().map(|params| Affine::draw(params, draws, step, count, device));
        Self {
            affine: affine.filter(Affine::moves),
            flips: Flips::draw(&params.flips, draws, step, count, device),
            photometric: params
                .photometric
                .as_ref()
                .map(|params| Photometric::draw(params, draws, step, count)),
            device,
        }
    }

    /// The perturbed images.
    ///
    /// # Shapes
    /// `images`: `[B, 1, H, W]`, f32 in 0..=1. Returns the same.
    pub fn images(&self, images: &Tensor) -> Tensor {
        let moved = match &self.affine {
            Some(affine) => self.flips.apply(&affine.images(images)),
            None => self.flips.apply(images),
        };
        match &self.photometric {
            Some(photometric) => photometric.apply(&moved),
            None => moved,
        }
    }

    /// Predictions or features of the images, moved as the images are; differentiable. Their
    /// values stay, and 0 comes in from outside the image.
    ///
    /// # Shapes
    /// `maps`: `[B, C, h, w]`, of any floating-point kind and of any resolution that divides the
    /// image's. Returns the same.
    pub fn maps(&self, maps: &Tensor) -> Tensor {
        match &self.affine {
            Some(affine) => self.flips.apply(&affine.maps(maps)),
            None => self.flips.apply(maps),
        }
    }

    /// 1 where the pixels of moved maps come from inside the image, else 0; nothing where all do.
    ///
    /// # Shapes
    /// Returns `[B, 1, h, w]`, f32.
    pub fn mask(&self, height: i64, width: i64) -> Option<Tensor> {
        let affine = self.affine.as_ref()?;
        let mask = affine.mask(height, width, (Kind::Float, self.device));
        Some(self.flips.apply(&mask))
    }
}

#[cfg(test)]
mod tests {
    use stages_train::{AffineParams, FlipParams, Interpolation, PhotometricParams};

    use super::*;

    fn draw(params: &PerturbationParams, step: u64, count: usize) -> Perturbation {
        Perturbation::draw(params, &Draws::new(8, "perturb"), step, count, Device::Cpu)
    }

    fn everything() -> PerturbationParams {
        PerturbationParams {
            flips: FlipParams { probability: 0.5 },
            affine: Some(AffineParams { probability: 0.7, ..AffineParams::default() }),
            photometric: Some(PhotometricParams {
                brightness: 0.2,
                contrast: 0.2,
                blur_px: 1.0,
                noise: 0.1,
                ..PhotometricParams::default()
            }),
        }
    }

    fn random(size: &[i64]) -> Tensor {
        let noise = crate::noise::Noise::draw(&Draws::new(3, "maps"), 0, size[0] as usize);
        (noise.normal(size, Device::Cpu) * 0.2 + 0.5).clamp(0.0, 1.0)
    }

    #[test]
    fn by_default_it_is_the_flips_alone() {
        let params = PerturbationParams::default();
        let (images, maps) = (random(&[6, 1, 8, 8]), random(&[6, 4, 8, 8]));
        let flips = Flips::draw(&params.flips, &Draws::new(8, "perturb"), 2, 6, Device::Cpu);
        let perturbation = draw(&params, 2, 6);
        assert_eq!(perturbation.images(&images), flips.apply(&images));
        assert_eq!(perturbation.maps(&maps), flips.apply(&maps));
        assert!(perturbation.mask(8, 8).is_none());
    }

    #[test]
    fn nothing_drawn_changes_nothing() {
        let params = PerturbationParams {
            flips: FlipParams { probability: 0.0 },
            affine: Some(AffineParams { probability: 0.0, ..AffineParams::default() }),
            photometric: Some(PhotometricParams {
                gamma: [1.0, 1.0],
                ..PhotometricParams::default()
            }),
        };
        let images = random(&[3, 1, 9, 7]);
        let perturbation = draw(&params, 0, 3);
        assert_eq!(perturbation.images(&images), images);
        assert_eq!(perturbation.maps(&images), images);
        assert!(perturbation.mask(9, 7).is_none());
    }

    #[test]
    fn the_same_address_replays_the_same_draw() {
        let images = random(&[5, 1, 12, 12]);
        let once = draw(&everything(), 4, 5);
        assert_eq!(once.images(&images), once.images(&images));
        assert_eq!(once.images(&images), draw(&everything(), 4, 5).images(&images));
        assert_ne!(once.images(&images), draw(&everything(), 5, 5).images(&images));
    }

    #[test]
    fn flips_do_not_depend_on_what_else_is_drawn() {
        let still = AffineParams { probability: 0.0, ..AffineParams::default() };
        let with = PerturbationParams { affine: Some(still), ..everything() };
        let flips = PerturbationParams { affine: None, photometric: None, ..everything() };
        let maps = random(&[20, 2, 6, 6]);
        assert_eq!(draw(&with, 1, 20).maps(&maps), draw(&flips, 1, 20).maps(&maps));
    }

    #[test]
    fn intensity_leaves_maps_and_mask_alone() {
        let geometry = PerturbationParams { photometric: None, ..everything() };
        let maps = random(&[8, 3, 10, 10]);
        let (with, without) = (draw(&everything(), 0, 8), draw(&geometry, 0, 8));
        assert_eq!(with.maps(&maps), without.maps(&maps));
        assert_eq!(with.mask(10, 10).unwrap(), without.mask(10, 10).unwrap());
        let images = random(&[8, 1, 10, 10]);
        assert_ne!(with.images(&images), without.images(&images));
    }

    /// A disc beside the centre, as an image and as two one-hot maps.
    fn disc(side: i64) -> (Tensor, Tensor) {
        let axis = Tensor::arange(side, (Kind::Float, Device::Cpu));
        let y = axis.reshape([-1, 1]) - 0.40 * side as f64;
        let x = axis.reshape([1, -1]) - 0.58 * side as f64;
        let inside = (y.square() + x.square()).le((0.2 * side as f64).powi(2));
        let image = inside.to_kind(Kind::Float).reshape([1, 1, side, side]);
        let maps = Tensor::cat(&[1.0 - &image, image.shallow_clone()], 1);
        (image, maps)
    }

    #[test]
    fn a_discs_label_moves_with_its_image() {
        let (image, maps) = disc(64);
        let params = PerturbationParams { photometric: None, ..everything() };
        let images = image.expand([16, 1, 64, 64], true).contiguous();
        let maps = maps.expand([16, 2, 64, 64], true).contiguous();
        for interpolation in [Interpolation::Nearest, Interpolation::Bilinear] {
            let affine = AffineParams { interpolation, ..params.affine.clone().unwrap() };
            let perturbation =
                draw(&PerturbationParams { affine: Some(affine), ..params.clone() }, 0, 16);
            let seen = perturbation.images(&images).gt(0.5);
            let labels = perturbation.maps(&maps).argmax(1, true).eq(1);
            // Nearest and bilinear sampling differ at the rim alone: by at most one pixel for each
            // of its 2 pi 0.2 64 1.3 = 105, and by a fraction of that on average.
            let differing =
                seen.ne_tensor(&labels).sum_dim_intlist([1, 2, 3].as_slice(), false, Kind::Int64);
            assert!(differing.max().int64_value(&[]) <= 16, "{interpolation:?}");
            // The disc is there at all: its area is 0.2^2 pi 64^2 = 515 times 0.64 to 1.69.
            let area = labels.sum_dim_intlist([1, 2, 3].as_slice(), false, Kind::Int64);
            assert!(area.min().int64_value(&[]) > 250 && area.max().int64_value(&[]) < 900);
        }
    }

    #[test]
    fn probabilities_sum_to_the_mask_inside_the_field() {
        let probabilities = random(&[12, 3, 16, 16]).softmax(1, Kind::Float);
        let params = PerturbationParams { photometric: None, ..everything() };
        let perturbation = draw(&params, 0, 12);
        let sums =
            perturbation.maps(&probabilities).sum_dim_intlist([1].as_slice(), true, Kind::Float);
        let mask = perturbation.mask(16, 16).unwrap();
        assert!((&sums * &mask).allclose(&mask, 1e-5, 2e-3, false));
        let share = mask.mean(Kind::Double).double_value(&[]);
        assert!((0.5..0.99).contains(&share), "{share}");
    }

    #[test]
    fn features_of_half_the_resolution_move_as_far() {
        // Mean pooling by 2 commutes with flips exactly, and with the affine map up to sampling.
        let (image, _) = disc(64);
        let images = image.expand([8, 1, 64, 64], true).contiguous();
        let pool =
            |maps: &Tensor| maps.avg_pool2d([2, 2], [2, 2], [0, 0], false, true, None::<i64>);
        let params = PerturbationParams {
            photometric: None,
            affine: Some(AffineParams::default()),
            ..everything()
        };
        let perturbation = draw(&params, 3, 8);
        let difference = pool(&perturbation.maps(&images)) - perturbation.maps(&pool(&images));
        let mean = difference.abs().mean(Kind::Double).double_value(&[]);
        assert!(mean < 0.01, "{mean}");
    }
}
