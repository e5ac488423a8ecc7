//! The metric rows of the runs that a person names.

use std::path::{Path, PathBuf};

use pipeline_cli::{CommandContext, PlaceArguments, RecordedRun};
use pipeline_engine::Report;
use pipeline_spec::Diagnostic;
use stages_compare::{CompareParams, MetricRows};
use stages_tables::{RunMetrics, kind};
use tempfile::TempDir;

use super::output::{mistake, sentence_of};
use crate::results::RunParts;

/// Rows of several runs, and what was asked of them at the time.
pub(super) struct Runs {
    pub(super) rows: MetricRows,
    /// The parameters of the runs' `compare` nodes, those of the first run first.
    pub(super) compare: Vec<CompareParams>,
    /// Tables that were made for earlier runs; they are there as long as this is.
    _made: Vec<TempDir>,
}

impl Runs {
    /// Finds the runs and their metrics.
    ///
    /// # Errors
    /// When a run is not there, or has no metrics.
    pub(super) fn find(
        names: &[String],
        places: &PlaceArguments,
        context: &CommandContext<'_>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let (mut files, mut compare, mut made) = (Vec::new(), Vec::new(), Vec::new());
        for name in names {
            let path = Path::new(name);
            let is_table = path.extension().is_some_and(|extension| extension == "arrow");
            let file = if is_table {
                path.to_owned()
            } else {
                let run = context.recorded_run(places, name)?;
                compare.extend(compare_params(&run, context));
                metrics_of(&run, name, &mut made)?
            };
            if files.contains(&file) {
                let message = format!("`{name}` names a run that is there already");
                let help = "name every run once; each of its values counts once";
                return Err(vec![Diagnostic::new("table::runs", message).with_help(help)]);
            }
            files.push(file);
        }
        let rows = MetricRows::open(&files).map_err(|error| mistake(&error))?;
        Ok(Self { rows, compare, _made: made })
    }
}

/// What the run's comparisons asked for. One of another version may have other parameters, and then
/// counts as none.
fn compare_params(run: &RecordedRun, context: &CommandContext<'_>) -> Vec<CompareParams> {
    let nodes = run.nodes().iter().filter(|node| node.stage == "compare");
    let mut found = Vec::new();
    for node in nodes {
        let Some(params) = run.parameters(node) else { continue };
        match serde_json::from_value(params) {
            Ok(params) => found.push(params),
            Err(error) => context.note(&format!(
                "the parameters of `{}` are those of another version and left out: {error}",
                node.node
            )),
        }
    }
    found
}

/// The table with all metrics of a run: that of its folder for the latest one, of an earlier one it
/// is made again.
fn metrics_of(
    run: &RecordedRun,
    name: &str,
    made: &mut Vec<TempDir>,
) -> Result<PathBuf, Vec<Diagnostic>> {
    let file = run.folder().join(RunMetrics::FILE);
    let is_latest =
        Report::read(run.folder()).is_some_and(|latest| latest.run_id == run.report().run_id);
    if is_latest && file.is_file() {
        return Ok(file);
    }
    if run.artifacts(kind::METRICS).is_empty() {
        let message = format!("run `{name}` has no metrics: nothing of it was evaluated");
        let help = "run an experiment with a stage `evaluate`, or name another run";
        return Err(vec![Diagnostic::new("table::no_metrics", message).with_help(help)]);
    }
    let parts = RunParts::of(run)?;
    let failed = |error: &dyn std::error::Error| {
        let message =
            format!("the metrics of run `{name}` cannot be put together: {}", sentence_of(error));
        vec![Diagnostic::new("table::metrics", message)]
    };
    let folder = tempfile::tempdir().map_err(|error| failed(&error))?;
    let file = folder.path().join(RunMetrics::FILE);
    RunMetrics::write(run.experiment(), &parts.parts, &file).map_err(|error| failed(&error))?;
    made.push(folder);
    Ok(file)
}
