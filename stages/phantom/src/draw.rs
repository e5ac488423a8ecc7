//! Random draws, independent of the platform.

use pipeline_engine::ActionContext;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::Rng;

/// One independent stream of random numbers.
pub(crate) struct Draw(ChaCha12Rng);

impl Draw {
    /// The stream of a seed and a purpose; a new purpose never shifts another stream.
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        Self(ActionContext::stream(seed, purpose))
    }

    /// Uniform in `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in `[low, high)`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Uniform in `[-amount, amount)`.
    pub(crate) fn spread(&mut self, amount: f64) -> f64 {
        self.between(-amount, amount)
    }

    /// A whole number from `low` to `high`, both included.
    pub(crate) fn whole(&mut self, low: u32, high: u32) -> u32 {
        let count = u64::from(high - low) + 1;
        // The high bits of the product are uniform to within 2^-32.
        low + ((u128::from(self.0.next_u64()) * u128::from(count)) >> 64) as u32
    }

    /// True with this probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Nearly normal with mean 0 and standard deviation 1: the sum of four uniforms of 16 bits,
    /// which needs no logarithm. Never beyond 3.47.
    pub(crate) fn normal(&mut self) -> f64 {
        let bits = self.0.next_u64();
        let sum: u64 = (0..4).map(|i| (bits >> (16 * i)) & 0xffff).sum();
        // Each uniform has mean 32767.5 and variance (65536^2 - 1) / 12.
        (sum as f64 - 131_070.0) * (1.732_050_807_568_877_2 / 65536.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_distributions() {
        let mut draw = Draw::new(1, "moments");
        let n = 40_000;
        let normal: Vec<f64> = (0..n).map(|_| draw.normal()).collect();
        let mean = normal.iter().sum::<f64>() / f64::from(n);
        let variance = normal.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / f64::from(n);
        // Four standard errors: 4 / sqrt(n) = 0.02 for the mean, a little less for the variance.
        assert!(mean.abs() < 0.02, "{mean}");
        assert!((variance - 1.0).abs() < 0.03, "{variance}");
        let uniform = (0..n).map(|_| draw.between(2.0, 4.0)).sum::<f64>() / f64::from(n);
        assert!((uniform - 3.0).abs() < 0.02, "{uniform}");
    }

    #[test]
    fn whole_numbers_cover_both_ends() {
        let mut draw = Draw::new(2, "whole");
        let mut seen = [0; 4];
        for _ in 0..400 {
            seen[draw.whole(3, 6) as usize - 3] += 1;
        }
        assert!(seen.iter().all(|count| (60..140).contains(count)), "{seen:?}");
        assert_eq!(draw.whole(5, 5), 5);
    }
}
