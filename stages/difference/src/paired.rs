//! A row of one run against the same row of the other, subject by subject.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_engine::ActionContext;
use serde::Serialize;
use stages_statistics::{
    CompletePairs, IntervalMethod, StatisticsError, WilcoxonOptions, bootstrap_interval, mean,
    wilcoxon,
};

/// The share of intervals that hold the true difference.
pub const CONFIDENCE: f64 = 0.95;

/// How often the subjects are drawn anew for an interval.
pub const RESAMPLES: usize = 9999;

/// What the subjects of both runs say.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PairedChange {
    /// Subjects with a value in both runs.
    pub subjects: usize,
    /// Subjects of either run that lack a value in one of them.
    pub dropped: usize,
    /// The mean over these subjects of B minus A; none without subjects.
    pub difference: Option<f64>,
    /// The bootstrap interval of it (bias-corrected and accelerated, 95 %).
    pub interval: Option<[f64; 2]>,
    /// The p-value of the two-sided signed-rank test.
    pub p: Option<f64>,
    /// The same, adjusted by Holm's method for all rows that were compared.
    pub p_holm: Option<f64>,
}

impl PairedChange {
    /// Pairs the values of subjects.
    pub(crate) fn of(
        a: &BTreeMap<&str, Option<f64>>,
        b: &BTreeMap<&str, Option<f64>>,
    ) -> Result<Self, StatisticsError> {
        let subjects: BTreeSet<&str> = a.keys().chain(b.keys()).copied().collect();
        let of = |values: &BTreeMap<&str, Option<f64>>| -> Vec<Option<f64>> {
            subjects.iter().map(|subject| values.get(subject).copied().flatten()).collect()
        };
        let pairs = CompletePairs::of(&of(b), &of(a))?;
        let differences = pairs.differences();
        let mut found = Self {
            subjects: differences.len(),
            dropped: pairs.dropped,
            difference: mean(&differences),
            interval: None,
            p: None,
            p_holm: None,
        };
        if differences.is_empty() {
            return Ok(found);
        }
        // The same draws as those of the stage `compare`.
        let mut random = ActionContext::stream(0, "significance bootstrap");
        let interval = bootstrap_interval(
            &differences,
            RESAMPLES,
            CONFIDENCE,
            IntervalMethod::Bca,
            &mut random,
        )?;
        found.interval = interval.map(|interval| [interval.low, interval.high]);
        found.p = Some(wilcoxon(&differences, WilcoxonOptions::default())?.p);
        Ok(found)
    }
}
