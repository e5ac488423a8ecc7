//! What the functions refuse.

/// Numbers that a statistic cannot be computed of.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StatisticsError {
    /// An infinite value or NaN. Missing values are dropped before, see
    /// [`CompletePairs`](crate::CompletePairs).
    #[error("value {value} at position {index} is not a finite number")]
    NotFinite {
        /// Its position, from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// Fewer values than the statistic needs.
    #[error("{found} values are too few, {needed} are needed")]
    TooFew {
        /// The fewest that do.
        needed: usize,
        /// Those that there are.
        found: usize,
    },
    /// More values than an exact test can enumerate in reasonable time.
    #[error("{found} values are too many for an exact test, which takes at most {most}")]
    TooManyForExact {
        /// The most that do.
        most: usize,
        /// Those that there are.
        found: usize,
    },
    /// Two lists that should be pairs.
    #[error("{first} and {second} values do not make pairs")]
    NotPaired {
        /// Length of the first list.
        first: usize,
        /// Length of the second list.
        second: usize,
    },
    /// A p-value outside 0 to 1.
    #[error("{value} at position {index} is no probability: it must lie between 0 and 1")]
    NotAProbability {
        /// Its position, from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A confidence level that leaves nothing inside or nothing outside.
    #[error("a confidence of {found} is not between 0 and 1, both excluded")]
    Confidence {
        /// The level.
        found: f64,
    },
}

/// Refuses values that are not finite.
pub(crate) fn check_finite(values: &[f64]) -> Result<(), StatisticsError> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(StatisticsError::NotFinite { index, value: values[index] }),
        None => Ok(()),
    }
}

/// Refuses fewer values than needed.
pub(crate) fn check_count(found: usize, needed: usize) -> Result<(), StatisticsError> {
    if found < needed { Err(StatisticsError::TooFew { needed, found }) } else { Ok(()) }
}

/// Refuses a confidence that is not strictly between 0 and 1.
pub(crate) fn check_confidence(found: f64) -> Result<(), StatisticsError> {
    if found > 0.0 && found < 1.0 { Ok(()) } else { Err(StatisticsError::Confidence { found }) }
}
