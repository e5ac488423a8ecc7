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
        let mut compare = Vec::new();
        let mut named = Vec::with_capacity(names.len());
        for name in names {
            let path = Path::new(name);
            let is_table = path.extension().is_some_and(|extension| extension == "arrow");
            named.push(if is_table {
                Named::Table(path.to_owned())
            } else {
                let run = context.recorded_run(places, name)?;
                compare.extend(compare_params(&run, context));
                Named::Run(name, Box::new(run))
            });
        }
        let mut made = Vec::new();
        let mut files: Vec<PathBuf> = Vec::with_capacity(named.len());
        for (position, this) in named.iter().enumerate() {
            if named[..position].iter().any(|other| other.is(this)) {
                let message = format!("`{}` names a run that is there already", names[position]);
                let help = "name every run once; each of its values counts once";
                return Err(vec![Diagnostic::new("table::runs", message).with_help(help)]);
            }
            files.push(match this {
                Named::Table(file) => file.clone(),
                Named::Run(name, run) => {
                    let shared =
                        named.iter().filter(|other| other.experiment() == this.experiment());
                    metrics_of(run, name, shared.count() > 1, &mut made)?
                }
            });
        }
        let rows = MetricRows::open(&files).map_err(|error| mistake(&error))?;
        Ok(Self { rows, compare, _made: made })
    }
}

/// What a person named.
enum Named<'a> {
    /// A table with metrics.
    Table(PathBuf),
    /// A run, by this name.
    Run(&'a str, Box<RecordedRun>),
}

impl Named<'_> {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Table(one), Self::Table(other)) => one == other,
            (Self::Table(table), Self::Run(_, run)) | (Self::Run(_, run), Self::Table(table)) => {
                run.folder().join(RunMetrics::FILE) == *table && is_latest(run)
            }
            (Self::Run(_, one), Self::Run(_, other)) => {
                one.folder() == other.folder() && one.report().run_id == other.report().run_id
            }
        }
    }

    fn experiment(&self) -> Option<&str> {
        match self {
            Self::Table(_) => None,
            Self::Run(_, run) => Some(run.experiment()),
        }
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

fn is_latest(run: &RecordedRun) -> bool {
    Report::read(run.folder()).is_some_and(|latest| latest.run_id == run.report().run_id)
}

/// The table with all metrics of a run: that of its folder for the latest one if that came to its end,
/// otherwise it is made again. Where several runs of one experiment are `together`, the id of the run
/// is part of the experiment's name, so that their values are told apart.
fn metrics_of(
    run: &RecordedRun,
    name: &str,
    together: bool,
    made: &mut Vec<TempDir>,
) -> Result<PathBuf, Vec<Diagnostic>> {
    if run.artifacts(kind::METRICS).is_empty() {
        let message = format!("run `{name}` has no metrics: nothing of it was evaluated");
        let help = "run an experiment with a stage `evaluate`, or name an earlier run as \
                    `EXPERIMENT@ID`: `orchestrate runs` lists them";
        return Err(vec![Diagnostic::new("table::no_metrics", message).with_help(help)]);
    }
    let file = run.folder().join(RunMetrics::FILE);
    // A run that was stopped or failed in part may have left the table of the run before.
    let whole = run.nodes().iter().all(|node| matches!(node.status.as_str(), "ran" | "cached"));
    if !together && whole && is_latest(run) && file.is_file() {
        return Ok(file);
    }
    let parts = RunParts::of(run)?;
    let failed = |error: &dyn std::error::Error| {
        let message =
            format!("the metrics of run `{name}` cannot be put together: {}", sentence_of(error));
        vec![Diagnostic::new("table::metrics", message)]
    };
    let folder = tempfile::tempdir().map_err(|error| failed(&error))?;
    let file = folder.path().join(RunMetrics::FILE);
    let experiment = if together {
        format!("{}@{}", run.experiment(), run.report().run_id)
    } else {
        run.experiment().to_owned()
    };
    RunMetrics::write(&experiment, &parts.parts, &file).map_err(|error| failed(&error))?;
    made.push(folder);
    Ok(file)
}
