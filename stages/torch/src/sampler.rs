//! Which slices make up a batch.

use crate::random::Draws;

/// An endless sequence of positions in a dataset: pass after pass, each in a new random order.
///
/// A batch may span two passes; nothing is dropped, so every slice is seen equally often.
#[derive(Debug)]
pub struct Sampler {
    draws: Draws,
    count: usize,
    pass: u64,
    order: Vec<usize>,
}

impl Sampler {
    /// Samples positions in `0..count`, `count` at least 1.
    pub fn new(seed: u64, purpose: &str, count: usize) -> Self {
        let draws = Draws::new(seed, purpose);
        let order = draws.order(0, count);
        Self { draws, count, pass: 0, order }
    }

    /// The positions of one step's batch. Any step may be asked for at any time.
    pub fn batch(&mut self, step: u64, size: u32) -> Vec<usize> {
        let size = u64::from(size);
        (step * size..(step + 1) * size).map(|position| self.position(position)).collect()
    }

    fn position(&mut self, position: u64) -> usize {
        let count = self.count as u64;
        let pass = position / count;
        if pass != self.pass {
            self.order = self.draws.order(pass, self.count);
            self.pass = pass;
        }
        self.order[(position % count) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pass_sees_every_position_once_although_batches_span_passes() {
        let mut sampler = Sampler::new(8, "labelled", 10);
        // Ten batches of four are four passes over ten positions.
        let seen: Vec<usize> = (0..10).flat_map(|step| sampler.batch(step, 4)).collect();
        for pass in seen.chunks(10) {
            let mut pass = pass.to_vec();
            pass.sort_unstable();
            assert_eq!(pass, (0..10).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_batch_does_not_depend_on_the_batches_before_it() {
        let mut ahead = Sampler::new(8, "labelled", 7);
        let mut jump = Sampler::new(8, "labelled", 7);
        let batches: Vec<_> = (0..20).map(|step| ahead.batch(step, 3)).collect();
        assert_eq!(jump.batch(19, 3), batches[19]);
        assert_eq!(jump.batch(4, 3), batches[4]);
    }

    #[test]
    fn a_batch_may_be_larger_than_the_dataset() {
        let batch = Sampler::new(8, "labelled", 2).batch(0, 5);
        assert_eq!(batch.len(), 5);
        assert!(batch.contains(&0) && batch.contains(&1));
    }
}
