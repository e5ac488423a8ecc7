//! Changes of intensity, each image of a batch by its own amount.

use tch::{Kind, Tensor};

use crate::per_image::per_image;
use crate::upload::upload;

/// The changes of one image, in the order in which they are made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Intensity {
    /// Exponent; 1 changes nothing.
    pub gamma: f64,
    /// Factor on the intensity.
    pub brightness: f64,
    /// Factor on the distance from the image's mean.
    pub contrast: f64,
    /// Whether contrast is changed before brightness.
    pub contrast_first: bool,
    /// Standard deviation of a Gaussian blur in pixels; 0 changes nothing.
    pub blur_px: f64,
}

impl Intensity {
    /// No change.
    pub const NONE: Self =
        Self { gamma: 1.0, brightness: 1.0, contrast: 1.0, contrast_first: false, blur_px: 0.0 };

    fn jitters(&self) -> bool {
        self.brightness != 1.0 || self.contrast != 1.0
    }
}

/// The images with their intensity changed; what is not to be changed keeps its bits.
///
/// Brightness and contrast are clipped to 0..=1 after each of the two, as in an 8-bit image, but
/// nothing is rounded.
///
/// # Shapes
/// `images`: `[B, 1, H, W]`, f32 in 0..=1, with one change per image. Returns the same.
pub fn change(images: &Tensor, changes: &[Intensity]) -> Tensor {
    let images = on_some(images, changes, |change| change.gamma != 1.0, gamma);
    let images = on_some(&images, changes, Intensity::jitters, jitter);
    on_some(&images, changes, |change| change.blur_px > 0.0, blur)
}

/// The images with some of them changed.
fn on_some(
    images: &Tensor,
    changes: &[Intensity],
    chosen: impl Fn(&Intensity) -> bool,
    change: impl Fn(&Tensor, &[Intensity]) -> Tensor,
) -> Tensor {
    let (places, picked): (Vec<i64>, Vec<Intensity>) =
        (0..).zip(changes).filter(|(_, change)| chosen(change)).map(|(at, c)| (at, *c)).unzip();
    if picked.is_empty() {
        images.shallow_clone()
    } else if picked.len() == changes.len() {
        change(images, &picked)
    } else {
        let places = upload(&places, images.device());
        let changed = change(&images.index_select(0, &places), &picked);
        images.index_copy(0, &places, &changed)
    }
}

fn gamma(images: &Tensor, changes: &[Intensity]) -> Tensor {
    let exponents: Vec<[f32; 1]> = changes.iter().map(|change| [change.gamma as f32]).collect();
    let [exponent] = per_image(&exponents, images.device());
    images.pow(&exponent.unsqueeze(3))
}

fn jitter(images: &Tensor, changes: &[Intensity]) -> Tensor {
    let values: Vec<[f32; 4]> = changes
        .iter()
        .map(|change| {
            let (brightness, contrast) = (change.brightness as f32, change.contrast as f32);
            if change.contrast_first {
                [contrast, 1.0, brightness, 0.0]
            } else {
                [brightness, 0.0, contrast, 1.0]
            }
        })
        .collect();
    let [first, first_is_contrast, second, second_is_contrast] =
        per_image(&values, images.device()).map(|column| column.unsqueeze(3));
    let mut images = images.shallow_clone();
    for (factor, is_contrast) in [(first, first_is_contrast), (second, second_is_contrast)] {
        // Contrast moves intensities away from their mean, brightness away from black.
        let origin = images.mean_dim([2, 3].as_slice(), true, Kind::Float) * is_contrast;
        images = (&origin + (&images - &origin) * factor).clamp(0.0, 1.0);
    }
    images
}

/// Gaussian blur as two products with a matrix per image, one along each axis: exact on every
/// device, and two kernels whatever the width.
fn blur(images: &Tensor, changes: &[Intensity]) -> Tensor {
    let [height, width] = [images.size()[2], images.size()[3]];
    let rows = blur_matrices(changes, height, images);
    let columns =
        if width == height { rows.shallow_clone() } else { blur_matrices(changes, width, images) };
    rows.bmm(&images.squeeze_dim(1)).bmm(&columns.transpose(1, 2)).unsqueeze(1)
}

/// # Shapes
/// Returns `[B, size, size]`: in row `i` the weights of all pixels in the blurred pixel `i`. What
/// lies outside the image counts nothing, and the weights of the rest are scaled to sum to 1.
fn blur_matrices(changes: &[Intensity], size: i64, like: &Tensor) -> Tensor {
    let device = like.device();
    let factors: Vec<[f32; 1]> =
        changes.iter().map(|change| [(-0.5 / change.blur_px.powi(2)) as f32]).collect();
    let [factor] = per_image(&factors, device);
    let pixels = Tensor::arange(size, (Kind::Float, device));
    let distance = pixels.reshape([1, -1, 1]) - pixels.reshape([1, 1, -1]);
    let weights = (distance.square() * factor).exp();
    let sums = weights.sum_dim_intlist([2].as_slice(), true, Kind::Float);
    weights / sums
}

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::*;

    fn values(tensor: &Tensor) -> Vec<f64> {
        Vec::try_from(tensor.flatten(0, -1).to_kind(Kind::Double)).unwrap()
    }

    fn close(found: &Tensor, expected: &[f64]) {
        let found = values(found);
        assert_eq!(found.len(), expected.len());
        for (a, b) in found.iter().zip(expected) {
            assert!((a - b).abs() < 1e-6, "{found:?} is not {expected:?}");
        }
    }

    fn square(pixels: [f32; 4]) -> Tensor {
        Tensor::from_slice(&pixels).reshape([1, 1, 2, 2])
    }

    #[test]
    fn no_change_keeps_every_bit() {
        let images = Tensor::rand([3, 1, 5, 7], (Kind::Float, Device::Cpu));
        assert_eq!(change(&images, &[Intensity::NONE; 3]), images);
        let blurred = Intensity { gamma: 2.0, contrast: 0.5, blur_px: 1.0, ..Intensity::NONE };
        let changed = change(&images, &[Intensity::NONE, blurred, Intensity::NONE]);
        for untouched in [0, 2] {
            assert_eq!(changed.get(untouched), images.get(untouched));
        }
        assert_ne!(changed.get(1), images.get(1));
    }

    #[test]
    fn gamma_is_a_power() {
        let changed =
            change(&square([0.0, 0.25, 0.5, 1.0]), &[Intensity { gamma: 2.0, ..Intensity::NONE }]);
        close(&changed, &[0.0, 0.0625, 0.25, 1.0]);
    }

    #[test]
    fn brightness_and_contrast_are_clipped_in_their_order() {
        // Times 1.5: 0, 0.6, 1.2 -> 1, 0.6, mean 0.55; half of the distance from it: 0.275, 0.575,
        // 0.775, 0.575.
        let image = square([0.0, 0.4, 0.8, 0.4]);
        let both = Intensity { brightness: 1.5, contrast: 0.5, ..Intensity::NONE };
        close(&change(&image, &[both]), &[0.275, 0.575, 0.775, 0.575]);
        // Mean 0.4; half of the distance: 0.2, 0.4, 0.6, 0.4; times 1.5.
        let other = Intensity { contrast_first: true, ..both };
        close(&change(&image, &[other]), &[0.3, 0.6, 0.9, 0.6]);
    }

    #[test]
    fn each_image_has_its_own_change_and_its_own_mean() {
        let images = Tensor::cat(&[square([0.0, 0.2, 0.4, 0.2]), square([0.5; 4])], 0);
        let changes = [
            Intensity { contrast: 2.0, ..Intensity::NONE },
            Intensity { brightness: 0.5, contrast: 2.0, ..Intensity::NONE },
        ];
        // The first has mean 0.2, and -0.2 is clipped; the second is 0.25 everywhere.
        let expected = [0.0, 0.2, 0.6, 0.2, 0.25, 0.25, 0.25, 0.25];
        close(&change(&images, &changes), &expected);
    }

    #[test]
    fn blur_spreads_a_point_and_keeps_a_constant() {
        let flat = Tensor::full([1, 1, 6, 4], 0.3, (Kind::Float, Device::Cpu));
        let blurred = [Intensity { blur_px: 1.5, ..Intensity::NONE }];
        close(&change(&flat, &blurred), &[0.3; 24]);
        // A row of three pixels, standard deviation 1: weights 1, a = exp(-1/2), b = exp(-2). The
        // point in the middle gives 1 / (1 + 2a) of itself and a / (1 + a + b) to its neighbours.
        let point = Tensor::from_slice(&[0f32, 1.0, 0.0]).reshape([1, 1, 1, 3]);
        let (a, b) = ((-0.5f64).exp(), (-2f64).exp());
        let side = a / (1.0 + a + b);
        let unit = [Intensity { blur_px: 1.0, ..Intensity::NONE }];
        close(&change(&point, &unit), &[side, 1.0 / (1.0 + 2.0 * a), side]);
        close(&change(&point.transpose(2, 3), &unit), &[side, 1.0 / (1.0 + 2.0 * a), side]);
    }

    #[test]
    fn a_narrow_blur_changes_nothing_visible() {
        // At 0.1 pixels a neighbour weighs exp(-50).
        let images = Tensor::rand([2, 1, 6, 6], (Kind::Float, Device::Cpu));
        let narrow = [Intensity { blur_px: 0.1, ..Intensity::NONE }; 2];
        assert!(change(&images, &narrow).allclose(&images, 1e-6, 1e-6, false));
    }
}
