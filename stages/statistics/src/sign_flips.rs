//! The exact distribution of a rank sum when every sign is a coin toss.

/// Probabilities of the sum of those ranks whose sign came up positive.
pub(crate) struct SignFlips {
    /// At `s`, the probability that the doubled ranks drawn sum to `s`.
    probability: Vec<f64>,
}

impl SignFlips {
    /// The distribution over all assignments of signs to these doubled ranks, in time proportional
    /// to their number times their sum. Up to 53 ranks every probability is exact: a count below
    /// 2^53 over a power of two.
    pub(crate) fn of(doubled_ranks: impl IntoIterator<Item = u64>) -> Self {
        let mut probability = vec![1.0];
        for rank in doubled_ranks {
            let rank = rank as usize;
            let reached = probability.len();
            probability.resize(reached + rank, 0.0);
            // Downwards, so that what is read has not taken this rank yet.
            for sum in (0..probability.len()).rev() {
                let without = if sum < reached { probability[sum] } else { 0.0 };
                let with = if sum >= rank { probability[sum - rank] } else { 0.0 };
                probability[sum] = 0.5 * (without + with);
            }
        }
        Self { probability }
    }

    /// Probability of a doubled sum of at most this.
    pub(crate) fn at_most(&self, doubled: u64) -> f64 {
        let end = (doubled as usize + 1).min(self.probability.len());
        self.probability[..end].iter().sum()
    }

    /// Probability of a doubled sum of at least this.
    pub(crate) fn at_least(&self, doubled: u64) -> f64 {
        let start = (doubled as usize).min(self.probability.len());
        self.probability[start..].iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn three_ranks_by_hand() {
        // Ranks 1, 2, 3: the eight sums are 0 1 2 3 3 4 5 6.
        let flips = SignFlips::of([2, 4, 6]);
        assert_eq!(flips.at_most(0), 0.125);
        assert_eq!(flips.at_most(6), 0.625);
        assert_eq!(flips.at_least(6), 0.625);
        assert_eq!(flips.at_least(12), 0.125);
        assert_eq!((flips.at_most(99), flips.at_least(99)), (1.0, 0.0));
    }

    #[test]
    fn no_ranks_sum_to_nothing() {
        let flips = SignFlips::of([]);
        assert_eq!((flips.at_most(0), flips.at_least(0), flips.at_least(1)), (1.0, 1.0, 0.0));
    }

    proptest! {
        #[test]
        fn equals_the_count_over_all_signs(
            ranks in prop::collection::vec(1_u64..12, 0..10),
            sum in 0_u64..120,
        ) {
            let subsets = 1_u32 << ranks.len();
            let total = |subset: u32| -> u64 {
                ranks.iter().enumerate().filter(|(at, _)| subset >> at & 1 == 1).map(|(_, r)| r).sum()
            };
            let below = (0..subsets).filter(|subset| total(*subset) <= sum).count();
            let above = (0..subsets).filter(|subset| total(*subset) >= sum).count();
            let flips = SignFlips::of(ranks.iter().copied());
            prop_assert_eq!(flips.at_most(sum), below as f64 / f64::from(subsets));
            prop_assert_eq!(flips.at_least(sum), above as f64 / f64::from(subsets));
        }
    }
}
