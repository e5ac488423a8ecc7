//! One row against the reference, in one class of one metric.

use std::collections::BTreeSet;

use pipeline_engine::ActionContext;
use stages_statistics::{
    CompletePairs, Description, Interval, StatisticsError, Wilcoxon, WilcoxonOptions,
    bootstrap_interval, hodges_lehmann, wilcoxon,
};

use super::params::BootstrapParams;
use super::subjects::Scores;
use crate::collect::{Coordinates, MetricKind};

/// What is compared with the reference, and what came out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tested {
    /// Values of the matrix variables that are not averaged over.
    pub(crate) coordinates: Coordinates,
    /// The value of the row variable.
    pub(crate) row: String,
    /// What is printed for it.
    pub(crate) label: String,
    pub(crate) metric: String,
    pub(crate) kind: MetricKind,
    /// None for the mean over classes.
    pub(crate) class_id: Option<u8>,
    pub(crate) class_name: String,
    /// Subjects with a value in both rows.
    pub(crate) subjects: u32,
    /// Subjects of either row that lack a value in one of them.
    pub(crate) dropped: u32,
    /// None without any subject.
    pub(crate) outcome: Option<Outcome>,
    /// The p-value adjusted for the family.
    pub(crate) adjusted: Option<f64>,
    pub(crate) verdict: Verdict,
}

/// The numbers of one comparison; differences are row minus reference, one per subject.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) mean: f64,
    pub(crate) reference_mean: f64,
    pub(crate) difference: Description,
    pub(crate) hodges_lehmann: f64,
    /// Of the mean difference; none for a single subject.
    pub(crate) interval: Option<Interval>,
    pub(crate) test: Wilcoxon,
}

/// What the adjusted p-value says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing to test, or the reference itself.
    Untested,
    /// Above the level.
    NotSignificant,
    /// At most the level, and the ranks of the differences favour the row.
    Better,
    /// At most the level, and they favour the reference.
    Worse,
}

impl Verdict {
    /// The word in the table.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Untested => "untested",
            Self::NotSignificant => "not_significant",
            Self::Better => "better",
            Self::Worse => "worse",
        }
    }

    /// The sign beside a number, if it has one.
    pub(crate) fn sign(self) -> Option<char> {
        match self {
            Self::Better => Some('†'),
            Self::Worse => Some('‡'),
            Self::Untested | Self::NotSignificant => None,
        }
    }
}

/// The subjects of both rows in order, those with a value in both.
pub(crate) fn pairs(row: &Scores<'_>, reference: &Scores<'_>) -> CompletePairs {
    let subjects: BTreeSet<&str> = row.keys().chain(reference.keys()).copied().collect();
    let of = |scores: &Scores<'_>| -> Vec<Option<f64>> {
        subjects.iter().map(|subject| scores.get(subject).copied().flatten()).collect()
    };
    CompletePairs::of(&of(row), &of(reference)).expect("both lists are of the same subjects")
}

/// Compares at least one pair.
pub(super) fn outcome(
    pairs: &CompletePairs,
    bootstrap: &BootstrapParams,
) -> Result<Outcome, StatisticsError> {
    let differences = pairs.differences();
    // The same stream for every comparison: as many subjects are resampled in the same way, and a
    // further row changes no interval.
    let mut random = ActionContext::stream(bootstrap.seed, "significance bootstrap");
    let interval = bootstrap_interval(
        &differences,
        bootstrap.resamples as usize,
        bootstrap.confidence,
        bootstrap.interval.into(),
        &mut random,
    )?;
    Ok(Outcome {
        mean: Description::of(&pairs.first)?.mean,
        reference_mean: Description::of(&pairs.second)?.mean,
        difference: Description::of(&differences)?,
        hodges_lehmann: hodges_lehmann(&differences)?,
        interval,
        test: wilcoxon(&differences, WilcoxonOptions::default())?,
    })
}
