//! Ranks of absolute values.

/// Mid-ranks of the absolute values of a sample.
pub(crate) struct Ranks {
    /// Twice the rank of every value, in the order given: a whole number also where a tie shares
    /// the mean of its ranks.
    pub(crate) doubled: Vec<u64>,
    /// How many values share each distinct absolute value, ascending by value.
    pub(crate) ties: Vec<usize>,
}

impl Ranks {
    /// Ranks from 1; equal absolute values share the mean of their ranks. Values are finite.
    pub(crate) fn of(values: &[f64]) -> Self {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|a, b| values[*a].abs().total_cmp(&values[*b].abs()));
        let mut doubled = vec![0; values.len()];
        let mut ties = Vec::new();
        let mut before = 0;
        for tied in order.chunk_by(|a, b| values[*a].abs() == values[*b].abs()) {
            // The mean of the ranks before + 1 to before + count, twice.
            let shared = 2 * before + tied.len() + 1;
            for at in tied {
                doubled[*at] = shared as u64;
            }
            ties.push(tied.len());
            before += tied.len();
        }
        Self { doubled, ties }
    }

    /// Whether two values share a rank.
    pub(crate) fn has_ties(&self) -> bool {
        self.ties.iter().any(|count| *count > 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_sizes_share_the_mean_rank() {
        // By size: 0.5, then 2 and -2 on ranks 2 and 3, then -7.
        let ranks = Ranks::of(&[2.0, -7.0, 0.5, -2.0]);
        assert_eq!(ranks.doubled, [5, 8, 2, 5]);
        assert_eq!(ranks.ties, [1, 2, 1]);
        assert!(ranks.has_ties());
        assert!(!Ranks::of(&[1.0, 2.0]).has_ties());
        // Minus zero is zero.
        assert_eq!(Ranks::of(&[0.0, -0.0]).ties, [2]);
    }
}
