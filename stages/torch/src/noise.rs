//! Normal noise for every pixel, made on the device.

use std::f64::consts::TAU;

use tch::{Device, Kind, Tensor};

use crate::random::Draws;
use crate::upload::upload;

/// The largest number of 32 bits.
const MASK: i64 = 0xffff_ffff;

/// Noise that depends on an address only: the pixel's own value is a function of its place, of the
/// sample and of the step. Nothing is sent to the device but four numbers per sample.
#[derive(Debug, Clone)]
pub struct Noise {
    /// Two keys of 32 bits per sample.
    keys: Vec<i64>,
}

impl Noise {
    /// Words that one sample takes.
    pub(crate) const WORDS: u64 = 2;

    /// The noise of one step's batch, from the first words of every sample.
    pub fn draw(draws: &Draws, step: u64, count: usize) -> Self {
        Self::draw_after(draws, step, count, 0)
    }

    /// As [`Self::draw`], after the first `words` words of every sample, which are left to others.
    pub(crate) fn draw_after(draws: &Draws, step: u64, count: usize, words: u64) -> Self {
        let keys = (0..count).flat_map(|sample| {
            let mut draw = draws.at(step, sample).skip(words);
            [draw.below(1 << 32) as i64, draw.below(1 << 32) as i64]
        });
        Self { keys: keys.collect() }
    }

    /// Independent normal numbers of mean 0 and standard deviation 1, at most 6.8 in size.
    ///
    /// # Shapes
    /// `size`: `[B, ...]` with as many samples as were drawn; fewer than 2^32 values a sample.
    /// Returns this size, f32.
    /// # Source
    /// Box and Muller 1958, on words of a hash of the value's place.
    pub fn normal(&self, size: &[i64], device: Device) -> Tensor {
        let samples = self.keys.len() as i64 / 2;
        assert_eq!(size[0], samples, "noise was drawn for {samples} samples");
        let count: i64 = size[1..].iter().product();
        let pairs = (count + 1) / 2;
        let keys = upload(&self.keys, device).reshape([samples, 2, 1]);
        let places = mix(Tensor::arange(pairs, (Kind::Int64, device))).reshape([1, 1, -1]);
        let words = mix(places.bitwise_xor_tensor(&keys)).to_kind(Kind::Float);
        // In 0..=1, and above 0, whose logarithm is infinite.
        let uniform = (words + 0.5) * (1.0 / (MASK as f64 + 1.0));
        let radius = (uniform.select(1, 0).log() * -2.0).sqrt();
        let angle = uniform.select(1, 1) * TAU;
        Tensor::cat(&[&radius * angle.cos(), &radius * angle.sin()], 1)
            .narrow(1, 0, count)
            .reshape(size)
    }
}

/// A bijection of the numbers of 32 bits that changes about half of the bits for every bit of its
/// argument. Its factors have 31 bits, so that no product exceeds 63.
///
/// # Source
/// Multiplication and xor-shift as in the finalizers of the murmur hash; the constants are the ones
/// published by the hash-prospector project for a low bias.
fn mix(mut words: Tensor) -> Tensor {
    for (shift, factor) in [(16, Some(0x21f0_aaad)), (15, Some(0x735a_2d97)), (15, None::<i64>)] {
        words = words.bitwise_xor_tensor(&words.bitwise_right_shift_tensor_scalar(shift));
        if let Some(factor) = factor {
            words = (words * factor).bitwise_and(MASK);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(step: u64, size: &[i64]) -> Tensor {
        Noise::draw(&Draws::new(8, "noise"), step, size[0] as usize).normal(size, Device::Cpu)
    }

    #[test]
    fn the_hash_has_the_values_of_its_definition() {
        // The same three lines in wrapping arithmetic of 32 bits.
        let expected = |mut x: u32| {
            x = (x ^ (x >> 16)).wrapping_mul(0x21f0_aaad);
            x = (x ^ (x >> 15)).wrapping_mul(0x735a_2d97);
            i64::from(x ^ (x >> 15))
        };
        let words = [0u32, 1, 2, 77, 65_536, 0xdead_beef, u32::MAX];
        let tensor = Tensor::from_slice(&words.map(i64::from));
        assert_eq!(Vec::<i64>::try_from(mix(tensor)).unwrap(), words.map(expected));
    }

    #[test]
    fn moments_and_tails_are_those_of_a_normal_distribution() {
        let noise = normal(0, &[4, 1, 250, 250]);
        let mean = |values: &Tensor| values.mean(Kind::Double).double_value(&[]);
        // 250 000 values: standard errors are 0.002 of the mean, 0.0028 of the variance, 0.0077 of
        // the third and 0.0196 of the fourth moment.
        assert!(mean(&noise).abs() < 0.008);
        assert!((mean(&noise.square()) - 1.0).abs() < 0.012);
        assert!(mean(&noise.pow_tensor_scalar(3)).abs() < 0.031);
        assert!((mean(&noise.pow_tensor_scalar(4)) - 3.0).abs() < 0.08);
        // Beyond two standard deviations lie 4.55 %, with a standard error of 0.042 %.
        let beyond = mean(&noise.abs().gt(2.0).to_kind(Kind::Double));
        assert!((beyond - 0.0455).abs() < 0.0017, "{beyond}");
    }

    #[test]
    fn pixels_samples_and_steps_are_uncorrelated() {
        let noise = normal(0, &[2, 1, 300, 300]);
        let product = |a: &Tensor, b: &Tensor| (a * b).mean(Kind::Double).double_value(&[]).abs();
        // 90 000 products have a standard error of 0.0033.
        assert!(product(&noise.get(0), &noise.get(1)) < 0.0134);
        assert!(product(&noise, &normal(1, &[2, 1, 300, 300])) < 0.0134);
        for (axis, distance) in [(2, 1), (3, 1), (2, 7), (2, 150)] {
            let moved = noise.roll([distance], [axis]);
            assert!(product(&noise, &moved) < 0.0134, "{axis} {distance}");
        }
    }

    #[test]
    fn an_address_always_gives_the_same_noise() {
        assert_eq!(normal(3, &[2, 1, 3, 3]), normal(3, &[2, 1, 3, 3]));
        let alone = Noise::draw(&Draws::new(8, "noise"), 3, 1).normal(&[1, 1, 3, 3], Device::Cpu);
        assert_eq!(normal(3, &[2, 1, 3, 3]).narrow(0, 0, 1), alone);
    }
}
