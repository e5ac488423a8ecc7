//! Values of two methods for the same subjects, with those left out that one of them lacks.

use crate::StatisticsError;

/// The pairs of which both values are there.
#[derive(Debug, Clone, PartialEq)]
pub struct CompletePairs {
    /// First values.
    pub first: Vec<f64>,
    /// Second values, in the same order.
    pub second: Vec<f64>,
    /// Pairs left out because a value is missing or not finite.
    pub dropped: usize,
}

impl CompletePairs {
    /// Keeps the complete pairs, in their order. NaN and infinite values count as missing, as with
    /// SciPy's `nan_policy="omit"`.
    ///
    /// # Errors
    /// When the lists have different lengths.
    pub fn of(first: &[Option<f64>], second: &[Option<f64>]) -> Result<Self, StatisticsError> {
        if first.len() != second.len() {
            let (first, second) = (first.len(), second.len());
            return Err(StatisticsError::NotPaired { first, second });
        }
        let defined = |value: Option<f64>| value.filter(|value| value.is_finite());
        let pairs = first.iter().zip(second);
        let (kept, second_kept): (Vec<f64>, Vec<f64>) =
            pairs.filter_map(|(a, b)| Some((defined(*a)?, defined(*b)?))).unzip();
        let dropped = first.len() - kept.len();
        Ok(Self { first: kept, second: second_kept, dropped })
    }

    /// First minus second.
    pub fn differences(&self) -> Vec<f64> {
        self.first.iter().zip(&self.second).map(|(first, second)| first - second).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_that_one_side_lacks_is_dropped_and_counted() {
        let first = [Some(3.0), None, Some(1.0), Some(f64::NAN), Some(5.0)];
        let second = [Some(1.0), Some(2.0), None, Some(2.0), Some(f64::INFINITY)];
        let pairs = CompletePairs::of(&first, &second).unwrap();
        assert_eq!((pairs.differences(), pairs.dropped), (vec![2.0], 4));
    }

    #[test]
    fn lists_of_different_lengths_are_no_pairs() {
        let error = CompletePairs::of(&[None], &[]).unwrap_err();
        assert_eq!(error, StatisticsError::NotPaired { first: 1, second: 0 });
    }
}
