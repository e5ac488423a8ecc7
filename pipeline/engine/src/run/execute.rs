//! One run of an experiment, from its options to its report.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use pipeline_store::Store;

use super::act::Acting;
use super::capacity::Capacity;
use super::examine::{Examiner, Previous, Seen};
use super::export::{Exported, export};
use super::prepare::Places;
use super::report::{Report, ReportError};
use super::schedule::Scheduler;
use super::selection::{Role, Selection, roles};
use crate::events::{RunEvent, RunSummary};
use crate::executor::WorkerPrograms;
use crate::graph::Graph;
use crate::stage::Cancellation;

/// Everything a run needs to know besides the graph.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// What the run is called, by the time it began.
    pub run_id: String,
    /// What actions may use together.
    pub capacity: Capacity,
    /// How long an action in a process of its own has to save its work when it has to stop;
    /// [`GRACE`](crate::GRACE) if nobody says otherwise.
    pub grace: Duration,
    /// Go on with what does not depend on a failed node.
    pub keep_going: bool,
    /// Which nodes it is about.
    pub selection: Selection,
    /// Positions of nodes that run again although their results are there.
    pub force: BTreeSet<usize>,
    /// The folder of the experiment file.
    pub experiment_dir: PathBuf,
    /// The experiment file, for the report.
    pub experiment_file: String,
    /// The folder that holds the datasets.
    pub data_root: Option<PathBuf>,
    /// The folder for the report and the exported files.
    pub run_dir: PathBuf,
    /// Where worker programs lie.
    pub workers: WorkerPrograms,
    /// Version of the program, for the report.
    pub program: String,
    /// When the run began, for the report.
    pub started_at: String,
}

/// A run that could not be carried out or reported. Failures of nodes are not errors of the run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Results could not be written.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The store cannot be worked in.
    #[error(transparent)]
    Store(#[from] pipeline_store::StoreError),
}

/// What a run leaves.
#[derive(Debug)]
pub struct RunResult {
    /// The report, also written into the run's folder.
    pub report: Report,
    /// The counts.
    pub summary: RunSummary,
    /// Text files in the run's folder to show to the user.
    pub shown: Vec<PathBuf>,
    /// All files and folders outside the store that the run went by, if it was about the whole
    /// graph and had nothing to do; none also if a stage did not say what it went by.
    pub looked_at: Option<Vec<PathBuf>>,
}

/// Runs everything that is not cached, and reports.
///
/// A failed node stops the start of further actions unless `keep_going`; actions that are running
/// are always allowed to finish, and their results are kept.
pub fn run(
    graph: &Graph,
    store: &Store,
    options: &RunOptions,
    cancellation: &Cancellation,
    events: &(dyn Fn(RunEvent) + Sync),
) -> Result<RunResult, RunError> {
    let begin = Instant::now();
    let roles = roles(graph, &options.selection);
    let nodes = roles.iter().filter(|role| **role != Role::LeaveOut).count();
    // So that garbage collection knows what the run's reports refer to. A folder that cannot be
    // written to is better found out about now than after hours of computing.
    let run_dir = fs_err::create_dir_all(&options.run_dir)
        .and_then(|()| fs_err::canonicalize(&options.run_dir))
        .map_err(ReportError::Io)?;
    store.add_run_folder(&run_dir)?;
    events(RunEvent::RunStarted {
        run_id: options.run_id.clone(),
        experiment: graph.experiment.clone(),
        nodes,
        graph: (0..graph.nodes.len()).map(|node| graph.outline(node)).collect(),
    });
    let places = Places {
        experiment_dir: options.experiment_dir.clone(),
        data_root: options.data_root.clone(),
    };
    let acting = Acting {
        store,
        workers: &options.workers,
        places: &places,
        run_dir: &options.run_dir,
        cancellation,
        grace: options.grace,
        events,
    };
    let previous = Previous::new(|| Report::read(&options.run_dir));
    let examiner = Examiner { graph, store, places: &places, previous, seen: Seen::default() };
    let mut scheduler = Scheduler::new(&examiner, &acting, options, roles);
    std::thread::scope(|scope| scheduler.drive(scope));
    let (reports, outputs, mut summary) = scheduler.into_parts();
    store.save();

    // What failed to be exported must not keep the report from being written.
    let (exported, export_error) = match export(graph, &outputs, store, &options.run_dir) {
        Ok(exported) => (exported, None),
        Err(error) => (Exported::default(), Some(error)),
    };
    summary.seconds = begin.elapsed().as_secs_f64();
    summary.cancelled = cancellation.is_cancelled();
    let report = Report {
        run_id: options.run_id.clone(),
        experiment: graph.experiment.clone(),
        file: options.experiment_file.clone(),
        program: options.program.clone(),
        started_at: options.started_at.clone(),
        seconds: summary.seconds,
        nodes: reports,
        exported: exported.files,
    };
    let written = report.write(&options.run_dir);
    events(RunEvent::RunFinished { summary });
    written?;
    if let Some(error) = export_error {
        return Err(error.into());
    }
    let nothing_to_do = summary.cached == graph.nodes.len() && !summary.cancelled;
    let looked_at = examiner.seen.take().filter(|_| nothing_to_do);
    let shown = exported.shown.into_iter().map(|name| options.run_dir.join(name)).collect();
    Ok(RunResult { report, summary, shown, looked_at })
}
