//! The committed reference values.

use std::sync::LazyLock;

use serde::Deserialize;

pub(crate) static VALUES: LazyLock<Values> = LazyLock::new(|| {
    let text = include_str!("values.json");
    serde_json::from_str(text).expect("reference.py writes these fields")
});

#[derive(Deserialize)]
pub(crate) struct Values {
    pub(crate) wilcoxon: Vec<WilcoxonCase>,
    pub(crate) permutation: Vec<PermutationCase>,
    pub(crate) omitted: Vec<OmittedCase>,
    pub(crate) correction: Vec<CorrectionCase>,
    pub(crate) bootstrap: Vec<BootstrapCase>,
    pub(crate) large_bootstrap: Vec<LargeBootstrapCase>,
    pub(crate) agreement: Vec<AgreementCase>,
    pub(crate) description: Vec<DescriptionCase>,
    pub(crate) distributions: Distributions,
}

/// Zeros, alternative, method, correction; statistic, p, z.
pub(crate) type Outcome = (String, String, String, bool, f64, Option<f64>, Option<f64>);

#[derive(Deserialize)]
pub(crate) struct WilcoxonCase {
    pub(crate) name: String,
    pub(crate) sample: Vec<f64>,
    pub(crate) outcomes: Vec<Outcome>,
}

#[derive(Deserialize)]
pub(crate) struct PermutationCase {
    pub(crate) sample: Vec<f64>,
    pub(crate) zeros: String,
    pub(crate) alternative: String,
    pub(crate) statistic: f64,
    pub(crate) p: f64,
}

#[derive(Deserialize)]
pub(crate) struct OmittedCase {
    pub(crate) first: Vec<Option<f64>>,
    pub(crate) second: Vec<Option<f64>>,
    pub(crate) statistic: f64,
    pub(crate) p: f64,
}

#[derive(Deserialize)]
pub(crate) struct CorrectionCase {
    pub(crate) p: Vec<Option<f64>>,
    pub(crate) holm: Vec<f64>,
    pub(crate) bonferroni: Vec<f64>,
    pub(crate) benjamini_hochberg: Vec<f64>,
}

/// Method, confidence, low, high.
pub(crate) type Ends = (String, f64, f64, f64);

#[derive(Deserialize)]
pub(crate) struct BootstrapCase {
    pub(crate) sample: Vec<f64>,
    pub(crate) means: Vec<f64>,
    pub(crate) intervals: Vec<Ends>,
}

#[derive(Deserialize)]
pub(crate) struct LargeBootstrapCase {
    pub(crate) sample: Vec<f64>,
    pub(crate) intervals: Vec<Ends>,
}

#[derive(Deserialize)]
pub(crate) struct AgreementCase {
    pub(crate) first: Vec<f64>,
    pub(crate) second: Vec<f64>,
    pub(crate) std: f64,
    pub(crate) outcomes: Vec<AgreementOutcome>,
}

#[derive(Deserialize)]
pub(crate) struct AgreementOutcome {
    pub(crate) level: f64,
    /// Value and interval.
    pub(crate) bias: [f64; 3],
    /// Value and half the width of its interval.
    pub(crate) upper: [f64; 2],
    pub(crate) slope: [f64; 3],
    pub(crate) intercept: f64,
    pub(crate) p: f64,
}

#[derive(Deserialize)]
pub(crate) struct DescriptionCase {
    pub(crate) sample: Vec<f64>,
    pub(crate) mean: f64,
    pub(crate) std: Option<f64>,
    pub(crate) quartiles: [f64; 5],
    pub(crate) hodges_lehmann: f64,
}

#[derive(Deserialize)]
pub(crate) struct Distributions {
    pub(crate) normal_upper_tail: Vec<[f64; 2]>,
    pub(crate) normal_quantile: Vec<[f64; 2]>,
    pub(crate) student_two_sided: Vec<[f64; 3]>,
    pub(crate) student_quantile: Vec<[f64; 3]>,
}

/// Equal but for rounding: `tolerance` is relative, and absolute below `scale`.
#[track_caller]
pub(crate) fn assert_close(found: f64, expected: f64, tolerance: f64, scale: f64, what: &str) {
    let off = (found - expected).abs();
    let most = tolerance * expected.abs().max(scale);
    assert!(off <= most, "{what}: found {found:e}, expected {expected:e}");
}
