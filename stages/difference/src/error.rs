//! What cannot be compared.

use stages_statistics::StatisticsError;

/// Why there is no difference to tell.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DifferenceError {
    /// Neither run has a value of this kind.
    #[error("there is no {what} `{asked}` in either run")]
    Unknown {
        /// `metric`, `grid` or `checkpoint`.
        what: &'static str,
        /// What was asked for.
        asked: String,
        /// What there is instead.
        known: Vec<String>,
    },
    /// The metric has another unit or direction in one of the runs.
    #[error("`{metric}` means another thing in the other run: {a} in A, {b} in B")]
    Meaning {
        /// The metric.
        metric: String,
        /// Unit and direction in the first run.
        a: String,
        /// In the second.
        b: String,
    },
    /// A value that statistics cannot be computed of.
    #[error("the differences of a row cannot be tested")]
    Statistics(#[from] StatisticsError),
}
