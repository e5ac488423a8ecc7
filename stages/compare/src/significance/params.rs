//! What a user may choose about tests.

use pipeline_engine::stage::ParamProblem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stages_statistics::{Correction, IntervalMethod};

/// Fewer resamples do not reach the quantiles of a usual interval.
const FEWEST_RESAMPLES: u32 = 100;
/// More resamples than this change no printed digit, and cost seconds for each comparison.
const MOST_RESAMPLES: u32 = 1_000_000;

/// Tests of every row against a reference row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignificanceParams {
    /// The value of `rows` that every other row is compared with, such as `partial`.
    pub reference: String,
    /// The test of the paired differences. Default: `wilcoxon`.
    #[serde(default)]
    pub test: TestName,
    /// How p-values are adjusted for the number of comparisons on one grid and of one checkpoint
    /// (metrics, classes and rows): `holm`, `bonferroni`, `benjamini_hochberg` or `none`.
    /// Default: `holm`.
    #[serde(default)]
    pub correction: CorrectionName,
    /// The adjusted p-value up to which a difference is marked. Default: 0.05.
    #[serde(default = "level")]
    pub level: f64,
    /// The confidence interval of the mean difference.
    #[serde(default)]
    pub bootstrap: BootstrapParams,
}

fn level() -> f64 {
    0.05
}

/// A test of paired differences.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TestName {
    /// The two-sided Wilcoxon signed-rank test; differences of zero are left out. It is exact for
    /// up to 50 subjects without equal differences, and for up to 13 with some.
    #[default]
    Wilcoxon,
}

/// A correction for many comparisons.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CorrectionName {
    /// Bounds the chance of any false mark, step by step.
    #[default]
    Holm,
    /// Bounds the same with one factor for all; never more powerful than `holm`.
    Bonferroni,
    /// Bounds the expected share of false marks among the marks.
    BenjaminiHochberg,
    /// Leaves p-values as they are.
    None,
}

impl From<CorrectionName> for Correction {
    fn from(name: CorrectionName) -> Self {
        match name {
            CorrectionName::Holm => Self::Holm,
            CorrectionName::Bonferroni => Self::Bonferroni,
            CorrectionName::BenjaminiHochberg => Self::BenjaminiHochberg,
            CorrectionName::None => Self::None,
        }
    }
}

/// A confidence interval by resampling subjects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BootstrapParams {
    /// How often the subjects are drawn anew, from 100 to 1000000. Default: 9999.
    pub resamples: u32,
    /// The share of intervals that hold the true difference. Default: 0.95.
    pub confidence: f64,
    /// How the interval is read off the resamples: `bca` (bias-corrected and accelerated) or
    /// `percentile`. Default: `bca`.
    pub interval: IntervalName,
    /// The seed of the draws. Default: 0.
    pub seed: u64,
}

impl Default for BootstrapParams {
    fn default() -> Self {
        Self { resamples: 9999, confidence: 0.95, interval: IntervalName::Bca, seed: 0 }
    }
}

/// How an interval is read off resamples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IntervalName {
    /// Bias-corrected and accelerated.
    Bca,
    /// Plain quantiles.
    Percentile,
}

impl From<IntervalName> for IntervalMethod {
    fn from(name: IntervalName) -> Self {
        match name {
            IntervalName::Bca => Self::Bca,
            IntervalName::Percentile => Self::Percentile,
        }
    }
}

impl SignificanceParams {
    /// Everything that is wrong with them.
    pub(crate) fn problems(&self) -> Vec<ParamProblem> {
        let mut problems = Vec::new();
        if self.reference.is_empty() {
            problems.push(
                ParamProblem::new("significance.reference", "an empty name is no row")
                    .with_help("name the row that the others are compared with"),
            );
        }
        let shares = [
            ("significance.level", self.level),
            ("significance.bootstrap.confidence", self.bootstrap.confidence),
        ];
        for (path, found) in shares {
            if !(found > 0.0 && found < 1.0) {
                let message = format!("{found} is not between 0 and 1");
                let help = "accepted: above 0 and below 1, such as 0.05 or 0.95";
                problems.push(ParamProblem::new(path, message).with_help(help));
            }
        }
        let resamples = self.bootstrap.resamples;
        if !(FEWEST_RESAMPLES..=MOST_RESAMPLES).contains(&resamples) {
            let path = "significance.bootstrap.resamples";
            let message = format!("{resamples} resamples are too few or too many");
            let help = format!("accepted: {FEWEST_RESAMPLES} to {MOST_RESAMPLES}");
            problems.push(ParamProblem::new(path, message).with_help(help));
        }
        problems
    }
}
