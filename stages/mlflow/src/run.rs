//! A run as MLflow knows runs.

use std::path::PathBuf;

/// One value of a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricValue {
    /// The metric; see [`crate::unique_keys`].
    pub key: String,
    /// The value.
    pub value: f64,
    /// When, milliseconds since 1970.
    pub timestamp_ms: i64,
    /// The step.
    pub step: i64,
}

/// A file that goes with a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFile {
    /// Its name among the run's files, with `/`.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// A run that is over.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Run {
    /// What tells it from all other runs: 32 hexadecimal digits, the same at every export.
    pub id: String,
    /// The name that people see.
    pub name: String,
    /// When it began, milliseconds since 1970.
    pub start_ms: i64,
    /// When it was over.
    pub end_ms: i64,
    /// Whether it did what it was to do.
    pub succeeded: bool,
    /// Parameters by key; values that are too long are cut.
    pub params: Vec<(String, String)>,
    /// Metrics with their histories, by key and step.
    pub metrics: Vec<MetricValue>,
    /// Tags by key. Those that begin with `mlflow.` mean something to MLflow.
    pub tags: Vec<(String, String)>,
    /// Files.
    pub files: Vec<RunFile>,
    /// Whether a run that is there already gets the tags and files of this one. Without, it stays
    /// as it is.
    pub refreshed: bool,
}

/// What became of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The run's id in MLflow.
    pub run_id: String,
    /// Whether it is new; otherwise it was there already.
    pub created: bool,
    /// What could not be handed over, in a sentence each.
    pub notes: Vec<String>,
}

/// The tag of an experiment that makes the pages of MLflow begin with its runs, not with traces of
/// language models.
pub(crate) const EXPERIMENT_KIND: (&str, &str) =
    ("mlflow.experimentKind", "custom_model_development");

/// Parameter values are not longer than this in MLflow.
const LONGEST_PARAM: usize = 6000;
/// Nor are values of tags.
const LONGEST_TAG: usize = 8000;
/// What stands at the end of a value that was cut.
const CUT: &str = " … (cut)";

impl Run {
    /// The parameters as MLflow takes them, and how many were cut.
    pub(crate) fn fitting_params(&self) -> (Vec<(String, String)>, usize) {
        let long = self.params.iter().filter(|(_, value)| length(value) > LONGEST_PARAM).count();
        (fitting(&self.params, LONGEST_PARAM), long)
    }

    /// The tags as MLflow takes them, the name among them.
    pub(crate) fn fitting_tags(&self) -> Vec<(String, String)> {
        let mut tags = fitting(&self.tags, LONGEST_TAG);
        tags.insert(0, ("mlflow.runName".to_owned(), self.name.clone()));
        tags
    }
}

fn fitting(pairs: &[(String, String)], longest: usize) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| (key.clone(), cut(value, longest))).collect()
}

/// MLflow counts code points.
fn length(text: &str) -> usize {
    text.chars().count()
}

fn cut(text: &str, longest: usize) -> String {
    if length(text) <= longest {
        return text.to_owned();
    }
    text.chars().take(longest - length(CUT)).chain(CUT.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_where_mlflow_would_refuse_them() {
        let param = |n: usize| ("p".to_owned(), "ä".repeat(n));
        let run = Run { params: vec![param(6000), param(6001)], ..Run::default() };
        let (params, long) = run.fitting_params();
        assert_eq!(long, 1);
        assert_eq!(params[0].1, "ä".repeat(6000));
        assert_eq!(length(&params[1].1), 6000);
        assert!(params[1].1.ends_with("ä … (cut)"));
        let run = Run { name: "n".to_owned(), tags: vec![("t".into(), "x".into())], ..run };
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(run.fitting_tags(), [pair("mlflow.runName", "n"), pair("t", "x")]);
    }
}
