//! Brightness and contrast on the 8-bit scale, each clipped and rounded down as in an 8-bit image.

use tch::{Kind, Tensor};

use super::View;
use crate::per_image::per_image;

/// The changes of one image, in order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Jitter([Change; 2]);

#[derive(Debug, Clone, Copy)]
enum Change {
    /// Intensities move away from black by this factor.
    Brightness(f32),
    /// Intensities move away from the rounded mean by this factor.
    Contrast(f32),
}

impl Jitter {
    pub(super) fn of(view: &View) -> Self {
        let brightness = Change::Brightness(view.brightness as f32);
        let contrast = Change::Contrast(view.contrast as f32);
        Self(if view.contrast_first { [contrast, brightness] } else { [brightness, contrast] })
    }
}

impl Change {
    fn factor(self) -> f32 {
        match self {
            Self::Brightness(factor) | Self::Contrast(factor) => factor,
        }
    }

    fn is_contrast(self) -> bool {
        matches!(self, Self::Contrast(_))
    }

    /// The intensity that stays, in an image of this mean.
    fn origin(self, mean: f64) -> f32 {
        if self.is_contrast() { (mean + 0.5).floor() as f32 } else { 0.0 }
    }

    fn apply(self, origin: f32, value: f32) -> f32 {
        let changed = (origin + (value - origin) * self.factor()).clamp(0.0, 255.0);
        // Rounds down what is not negative.
        changed as i32 as f32
    }
}

/// A batch of images on the device.
///
/// # Shapes
/// `images`: `[B, H, W]`, f32 in 0..=255. Returns the same.
pub(super) fn on_device(images: &Tensor, jitters: &[Jitter]) -> Tensor {
    let device = images.device();
    let values: Vec<[f32; 4]> = jitters
        .iter()
        .map(|Jitter([first, second])| {
            let contrast = |change: &Change| f32::from(u8::from(change.is_contrast()));
            [first.factor(), contrast(first), second.factor(), contrast(second)]
        })
        .collect();
    let [first, first_contrast, second, second_contrast] = per_image(&values, device);
    let pixels = (images.size()[1] * images.size()[2]) as f64;
    // A tensor, because some devices divide by a number by multiplying with its rounded inverse.
    let pixels = Tensor::full([1], pixels, (Kind::Double, device));
    let mut images = images.shallow_clone();
    for (factor, contrast) in [(first, first_contrast), (second, second_contrast)] {
        let mean = images.sum_dim_intlist([1, 2].as_slice(), true, Kind::Double) / &pixels;
        let origin = (mean + 0.5).floor().to_kind(Kind::Float) * contrast;
        images = (&origin + (&images - &origin) * factor).clamp(0.0, 255.0).floor();
    }
    images
}

/// An image of whole values, scaled to 0..=1: what happens to a value happens to all its pixels.
pub(super) fn of_bytes(image: &[u8], jitter: &Jitter, scaled: &mut [f32]) {
    let mut counts = [0u64; 256];
    for value in image {
        counts[usize::from(*value)] += 1;
    }
    let mut values: [f32; 256] = std::array::from_fn(|value| value as f32);
    for change in jitter.0 {
        let sum: u64 = counts.iter().zip(&values).map(|(count, v)| count * *v as u64).sum();
        let origin = change.origin(sum as f64 / image.len() as f64);
        for value in &mut values {
            *value = change.apply(origin, *value);
        }
    }
    for value in &mut values {
        *value /= 255.0;
    }
    for (pixel, value) in scaled.iter_mut().zip(image) {
        *pixel = values[usize::from(*value)];
    }
}

/// An image of any values in 0..=255, scaled to 0..=1 in place.
pub(super) fn of_values(image: &mut [f32], jitter: &Jitter) {
    for change in jitter.0 {
        let origin = change.origin(sum(image) / image.len() as f64);
        for value in &mut *image {
            *value = change.apply(origin, *value);
        }
    }
    for value in image {
        *value /= 255.0;
    }
}

/// The sum in doubles, in several at once: a single one would wait for each addition.
fn sum(values: &[f32]) -> f64 {
    let mut lanes = [0f64; 8];
    let chunks = values.chunks_exact(lanes.len());
    let rest: f64 = chunks.remainder().iter().copied().map(f64::from).sum();
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += f64::from(*value);
        }
    }
    rest + lanes.iter().sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_follows_the_8_bit_rules_in_either_order() {
        // Mean 100. Brightness 1.5: 0, 150, 300 -> 255, 150; mean 138.75 -> 139; contrast 0.5:
        // 69.5 -> 69, 144.5 -> 144, 197, 144.
        let still = View {
            angle: 0.0,
            vertical_flip: false,
            horizontal_flip: false,
            top: 0,
            left: 0,
            brightness: 1.0,
            contrast: 1.0,
            contrast_first: false,
        };
        let image = Tensor::from_slice(&[0f32, 100.0, 200.0, 100.0]).reshape([1, 2, 2]);
        let view = View { brightness: 1.5, contrast: 0.5, ..still };
        let values = |view: View| {
            let jitter = Jitter::of(&view);
            let changed = on_device(&image, &[jitter]).flatten(0, -1);
            let (mut bytes, mut floats) = ([0.0; 4], [0.0, 100.0, 200.0, 100.0]);
            of_bytes(&[0, 100, 200, 100], &jitter, &mut bytes);
            of_values(&mut floats, &jitter);
            assert_eq!(bytes, floats);
            let changed = Vec::<f32>::try_from(changed).unwrap();
            assert_eq!(bytes.to_vec(), changed.iter().map(|v| v / 255.0).collect::<Vec<_>>());
            changed
        };
        assert_eq!(values(view), [69.0, 144.0, 197.0, 144.0]);
        // Contrast first: 50, 100, 150, 100; then times 1.5.
        let view = View { contrast_first: true, ..view };
        assert_eq!(values(view), [75.0, 150.0, 225.0, 150.0]);
    }
}
