//! Random draws that depend only on what they are for, never on what was drawn before.

use pipeline_engine::ActionContext;
use rand::RngExt;
use rand_chacha::ChaCha12Rng;

/// Words of the stream set aside for one sample: one ChaCha block, more than any caller draws.
const WORDS_PER_SAMPLE: u128 = 16;

/// A source of draws for one purpose, addressed by step and sample.
///
/// Because every draw has an address, two trainings with one seed agree wherever they draw for the
/// same purpose, whatever else they draw.
#[derive(Debug, Clone)]
pub struct Draws(ChaCha12Rng);

impl Draws {
    /// The draws for one purpose.
    pub fn new(seed: u64, purpose: &str) -> Self {
        Self(ActionContext::stream(seed, purpose))
    }

    /// The draws for one sample of one step; at most 16 of them.
    pub fn at(&self, step: u64, sample: usize) -> SampleDraws {
        let mut stream = self.0.clone();
        stream.set_stream(step);
        stream.set_word_pos(sample as u128 * WORDS_PER_SAMPLE);
        SampleDraws(stream)
    }

    /// The draws for one step, as many as wanted. A purpose uses either this or [`Draws::at`].
    pub fn all_of(&self, step: u64) -> SampleDraws {
        self.at(step, 0)
    }

    /// A random order of `0..count` for one pass over a dataset.
    pub fn order(&self, pass: u64, count: usize) -> Vec<usize> {
        let mut draws = self.all_of(pass);
        let mut order: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            order.swap(last, draws.below(last as u64 + 1) as usize);
        }
        order
    }
}

/// The draws for one sample or one step, in a fixed order.
#[derive(Debug, Clone)]
pub struct SampleDraws(ChaCha12Rng);

impl SampleDraws {
    /// These draws after `words` of them, which are left to another caller.
    #[must_use]
    pub fn skip(mut self, words: u64) -> Self {
        self.0.set_word_pos(self.0.get_word_pos() + u128::from(words));
        self
    }

    /// A number in 0..1, with 32 bits.
    pub fn unit(&mut self) -> f64 {
        f64::from(self.0.random::<u32>()) / (f64::from(u32::MAX) + 1.0)
    }

    /// A number between plus and minus `range`.
    pub fn symmetric(&mut self, range: f64) -> f64 {
        range * (2.0 * self.unit() - 1.0)
    }

    /// A number between the two; exactly `low` where they are equal.
    pub fn between(&mut self, [low, high]: [f64; 2]) -> f64 {
        low + (high - low) * self.unit()
    }

    /// True with this probability; never at 0, always at 1.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number in `0..count`, from exactly one word.
    pub fn below(&mut self, count: u64) -> u64 {
        // Multiplying instead of rejecting keeps the number of words fixed; the bias is at most
        // `count / 2^32`, far below anything a training could show.
        (u64::from(self.0.random::<u32>()) * count) >> 32
    }
}

/// The seed of libtorch's own generator in a training step.
pub fn step_seed(seed: u64, step: u64) -> i64 {
    Draws::new(seed, "train/libtorch").at(step, 0).0.random()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_always_gives_the_same_draws_and_others_differ() {
        let draws = Draws::new(8, "augment");
        let first = draws.at(3, 5).unit();
        let _ = draws.at(99, 0).unit();
        assert_eq!(draws.at(3, 5).unit(), first);
        assert_ne!(draws.at(3, 6).unit(), first);
        assert_ne!(draws.at(4, 5).unit(), first);
        assert_ne!(Draws::new(9, "augment").at(3, 5).unit(), first);
        assert_ne!(Draws::new(8, "flips").at(3, 5).unit(), first);
    }

    #[test]
    fn samples_do_not_share_words() {
        let draws = Draws::new(8, "augment");
        let mut one = draws.at(0, 0);
        let words: Vec<f64> = (0..16).map(|_| one.unit()).collect();
        assert!(!words.contains(&draws.at(0, 1).unit()));
        assert_eq!(one.unit(), draws.at(0, 1).unit(), "the seventeenth word is the next sample's");
    }

    #[test]
    fn a_caller_can_leave_words_to_another() {
        let draws = Draws::new(8, "augment");
        let mut one = draws.at(2, 1);
        let words: Vec<f64> = (0..5).map(|_| one.unit()).collect();
        assert_eq!(draws.at(2, 1).skip(3).unit(), words[3]);
        assert_eq!(draws.at(2, 1).skip(3).skip(1).unit(), words[4]);
    }

    #[test]
    fn a_range_is_kept_and_filled() {
        let draws = Draws::new(8, "augment");
        let values: Vec<f64> = (0..200).map(|i| draws.at(i, 0).between([0.8, 1.3])).collect();
        assert!(values.iter().all(|value| (0.8..1.3).contains(value)));
        assert!(values.iter().any(|value| *value < 0.82) && values.iter().any(|v| *v > 1.28));
        assert_eq!(draws.at(0, 0).between([0.1, 0.1]), 0.1);
    }

    #[test]
    fn probabilities_hold() {
        let draws = Draws::new(8, "flips");
        let share = |p: f64| (0..4000).filter(|i| draws.at(*i, 0).chance(p)).count();
        assert_eq!(share(0.0), 0);
        assert_eq!(share(1.0), 4000);
        // Four standard deviations of a binomial(4000, 0.8) are 101.
        assert!(share(0.8).abs_diff(3200) < 101, "{}", share(0.8));
    }

    #[test]
    fn an_order_is_a_permutation_and_changes_with_the_pass() {
        let draws = Draws::new(8, "batches");
        let mut order = draws.order(0, 100);
        assert_ne!(order, draws.order(1, 100));
        assert_eq!(order, draws.order(0, 100));
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    }
}
