//! The scheduler: one deciding thread; actions in threads of their own that only report.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::Scope;
use std::time::Instant;

use pipeline_store::{ActionKey, ActionRecord, Lookup, Store};

use super::act::{Acted, Acting};
use super::capacity::{Capacity, Lease, Pool};
use super::export::{Exported, export};
use super::plan::reasons;
use super::prepare::{Outputs, Places, Prepared, prepare};
use super::report::{NodeReport, Report, ReportError};
use crate::events::{NodeFailure, NodeOutcome, RunEvent, RunSummary};
use crate::executor::WorkerPrograms;
use crate::explain::DirtyReason;
use crate::graph::Graph;
use crate::stage::{Cancellation, StageError};

/// How many later actions may start before one that does not fit yet, so that small actions use
/// what is free but cannot starve a large one.
const MAX_OVERTAKES: u32 = 16;

/// Everything a run needs to know besides the graph.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// What actions may use together.
    pub capacity: Capacity,
    /// Go on with what does not depend on a failed node.
    pub keep_going: bool,
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
}

/// A node that waits for resources.
struct Queued {
    node: usize,
    prepared: Prepared,
    reasons: Vec<DirtyReason>,
    overtaken: u32,
}

/// What an action's thread reports.
struct Message {
    node: usize,
    key: ActionKey,
    lease: Lease,
    result: Result<Acted, Box<NodeFailure>>,
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
    let previous = Report::read(&options.run_dir);
    events(RunEvent::RunStarted { experiment: graph.experiment.clone(), nodes: graph.nodes.len() });
    let acting = Acting {
        store,
        workers: &options.workers,
        run_dir: &options.run_dir,
        cancellation,
        events,
    };
    let mut scheduler = Scheduler::new(graph, &acting, options, previous.as_ref());
    std::thread::scope(|scope| scheduler.drive(scope));
    let Scheduler { reports, outputs, mut summary, .. } = scheduler;

    // What failed to be exported must not keep the report from being written.
    let (exported, export_error) = match export(graph, &outputs, store, &options.run_dir) {
        Ok(exported) => (exported, None),
        Err(error) => (Exported::default(), Some(error)),
    };
    summary.seconds = begin.elapsed().as_secs_f64();
    summary.cancelled = cancellation.is_cancelled();
    let report = Report {
        experiment: graph.experiment.clone(),
        file: options.experiment_file.clone(),
        program: options.program.clone(),
        started_at: options.started_at.clone(),
        seconds: summary.seconds,
        nodes: reports.into_iter().flatten().collect(),
        exported: exported.files,
    };
    let written = report.write(&options.run_dir);
    events(RunEvent::RunFinished { summary });
    written?;
    if let Some(error) = export_error {
        return Err(error.into());
    }
    let shown = exported.shown.into_iter().map(|name| options.run_dir.join(name)).collect();
    Ok(RunResult { report, summary, shown })
}

struct Scheduler<'a> {
    graph: &'a Graph,
    acting: &'a Acting<'a>,
    options: &'a RunOptions,
    previous: Option<&'a Report>,
    places: Places,
    downstream: Vec<Vec<usize>>,
    missing: Vec<usize>,
    /// One per node that is over.
    reports: Vec<Option<NodeReport>>,
    outputs: Vec<Option<Outputs>>,
    ready: VecDeque<usize>,
    queue: VecDeque<Queued>,
    /// Actions that are running, with the other nodes that wait for the same key.
    running: BTreeMap<ActionKey, Vec<usize>>,
    pool: Pool,
    summary: RunSummary,
    stopped: bool,
    sender: Sender<Message>,
    receiver: Receiver<Message>,
}

impl<'a> Scheduler<'a> {
    fn new(
        graph: &'a Graph,
        acting: &'a Acting<'a>,
        options: &'a RunOptions,
        previous: Option<&'a Report>,
    ) -> Self {
        let count = graph.nodes.len();
        let mut downstream = vec![Vec::new(); count];
        let mut missing = vec![0; count];
        for (node, missing) in missing.iter_mut().enumerate() {
            let mut upstream: Vec<usize> = graph.upstream(node).collect();
            upstream.sort_unstable();
            upstream.dedup();
            *missing = upstream.len();
            for from in upstream {
                downstream[from].push(node);
            }
        }
        let (sender, receiver) = mpsc::channel();
        Self {
            graph,
            acting,
            options,
            previous,
            places: Places {
                experiment_dir: options.experiment_dir.clone(),
                data_root: options.data_root.clone(),
            },
            downstream,
            reports: vec![None; count],
            ready: (0..count).filter(|node| missing[*node] == 0).collect(),
            missing,
            outputs: vec![None; count],
            queue: VecDeque::new(),
            running: BTreeMap::new(),
            pool: Pool::new(options.capacity.clone()),
            summary: RunSummary::default(),
            stopped: false,
            sender,
            receiver,
        }
    }

    /// Examine what is ready, start what fits, wait for one message, until nothing is left.
    fn drive<'scope>(&mut self, scope: &'scope Scope<'scope, '_>)
    where
        'a: 'scope,
    {
        loop {
            self.stopped |= self.acting.cancellation.is_cancelled();
            while let Some(node) = self.ready.pop_front() {
                self.examine(node);
            }
            if !self.stopped {
                self.start_what_fits(scope);
            }
            if self.running.is_empty() {
                break;
            }
            let Ok(message) = self.receiver.recv() else { break };
            self.take(message);
        }
        self.skip_the_rest();
    }

    /// A node whose inputs exist: done if its result is there, otherwise queued.
    fn examine(&mut self, node: usize) {
        let prepared = match prepare(
            self.graph,
            &self.graph.nodes[node],
            &self.outputs,
            self.acting.store,
            &self.places,
        ) {
            Ok(prepared) => prepared,
            Err(error) => return self.fail(node, NodeFailure::from_error(error)),
        };
        if let Some(waiting) = self.running.get_mut(&prepared.key) {
            waiting.push(node);
            return;
        }
        match self.acting.store.lookup(prepared.key) {
            Lookup::Hit(record) => self.succeed(node, *record, NodeOutcome::Cached),
            missed => {
                let id = &self.graph.nodes[node].id;
                let reasons = reasons(self.acting.store, self.previous, id, &prepared, missed);
                self.queue.push_back(Queued { node, prepared, reasons, overtaken: 0 });
            }
        }
    }

    fn start_what_fits<'scope>(&mut self, scope: &'scope Scope<'scope, '_>)
    where
        'a: 'scope,
    {
        let mut index = 0;
        while index < self.queue.len() {
            let key = self.queue[index].prepared.key;
            if let Some(waiting) = self.running.get_mut(&key) {
                // Another node is computing the same action.
                if let Some(queued) = self.queue.remove(index) {
                    waiting.push(queued.node);
                }
                continue;
            }
            let wanted = self.graph.nodes[self.queue[index].node].resources;
            if let Some(lease) = self.pool.take(wanted) {
                for passed in self.queue.iter_mut().take(index) {
                    passed.overtaken += 1;
                }
                if let Some(queued) = self.queue.remove(index) {
                    self.start(scope, queued, lease);
                }
            } else if self.queue[index].overtaken >= MAX_OVERTAKES {
                break;
            } else {
                index += 1;
            }
        }
    }

    fn start<'scope>(&mut self, scope: &'scope Scope<'scope, '_>, queued: Queued, lease: Lease)
    where
        'a: 'scope,
    {
        let Queued { node, prepared, reasons, .. } = queued;
        let key = prepared.key;
        self.running.insert(key, Vec::new());
        let shape = &self.graph.nodes[node];
        (self.acting.events)(RunEvent::NodeStarted {
            node: shape.id.clone(),
            stage: shape.stage.info().name,
            key: key.to_string(),
            reasons,
        });
        let (acting, sender) = (self.acting, self.sender.clone());
        let lost = lease.clone();
        let thread = std::thread::Builder::new()
            .name(format!("{}-{}", crate::executor::THREAD_PREFIX, shape.id))
            .spawn_scoped(scope, move || {
                // Whatever happens, the deciding thread hears of it.
                let act = AssertUnwindSafe(|| acting.act(shape, &prepared, &lease.granted));
                let result = catch_unwind(act).unwrap_or_else(|panic| {
                    let error = StageError::from_panic(panic.as_ref());
                    Err(Box::new(NodeFailure::from_error(error)))
                });
                let _ = sender.send(Message { node, key, lease, result });
            });
        if let Err(error) = thread {
            let error = StageError::new(error).with_help("too many threads are running");
            let result = Err(Box::new(NodeFailure::from_error(error)));
            self.take(Message { node, key, lease: lost, result });
        }
    }

    /// An action is over.
    fn take(&mut self, message: Message) {
        let Message { node, key, lease, result } = message;
        self.pool.give_back(lease);
        let waiting = self.running.remove(&key).unwrap_or_default();
        match result {
            Ok(Acted::Ran(record)) => self.succeed(node, *record, NodeOutcome::Ran),
            Ok(Acted::Found(record)) => self.succeed(node, *record, NodeOutcome::Cached),
            Err(failure) => self.fail(node, *failure),
        }
        // They find the result in the store, or try themselves.
        self.ready.extend(waiting);
    }

    fn succeed(&mut self, node: usize, record: ActionRecord, outcome: NodeOutcome) {
        let status = if outcome == NodeOutcome::Ran {
            self.summary.run += 1;
            "ran"
        } else {
            self.summary.cached += 1;
            "cached"
        };
        let provenance = record.provenance;
        (self.acting.events)(RunEvent::NodeFinished {
            node: self.graph.nodes[node].id.clone(),
            outcome,
            seconds: provenance.seconds,
            warnings: provenance.warnings.clone(),
        });
        let mut report = self.report(node, status);
        report.key = Some(record.key);
        report.outputs.clone_from(&record.outputs);
        report.seconds = provenance.seconds;
        report.environment = provenance.environment;
        report.warnings = provenance.warnings;
        self.reports[node] = Some(report);
        self.outputs[node] = Some(record.outputs);
        for &next in &self.downstream[node] {
            self.missing[next] -= 1;
            if self.missing[next] == 0 {
                self.ready.push_back(next);
            }
        }
    }

    /// The report keeps the key of the last success: a failed action left nothing to compare with.
    fn fail(&mut self, node: usize, failure: NodeFailure) {
        let mut report = self.report(node, if failure.cancelled { "skipped" } else { "failed" });
        report.error = Some(failure.message.clone());
        let outcome = if failure.cancelled {
            self.summary.skipped += 1;
            NodeOutcome::Skipped
        } else {
            self.summary.failed += 1;
            self.summary.bug |= failure.bug;
            self.stopped |= !self.options.keep_going;
            NodeOutcome::Failed { error: failure }
        };
        self.reports[node] = Some(report);
        self.finished(node, outcome);
    }

    /// Nodes that did not get their turn.
    fn skip_the_rest(&mut self) {
        for node in 0..self.reports.len() {
            if self.reports[node].is_none() {
                self.summary.skipped += 1;
                self.reports[node] = Some(self.report(node, "skipped"));
                self.finished(node, NodeOutcome::Skipped);
            }
        }
    }

    fn finished(&self, node: usize, outcome: NodeOutcome) {
        let node = self.graph.nodes[node].id.clone();
        let event = RunEvent::NodeFinished { node, outcome, seconds: 0.0, warnings: Vec::new() };
        (self.acting.events)(event);
    }

    /// A report that knows only what the node is; the key is that of an earlier run, so that
    /// `explain` still has something to compare with.
    fn report(&self, node: usize, status: &str) -> NodeReport {
        let node = &self.graph.nodes[node];
        NodeReport {
            node: node.id.clone(),
            stage: node.stage.info().name.to_owned(),
            coordinates: node.coordinates.clone(),
            status: status.to_owned(),
            key: self.previous.and_then(|previous| previous.key_of(&node.id)),
            outputs: BTreeMap::new(),
            seconds: 0.0,
            environment: BTreeMap::new(),
            warnings: Vec::new(),
            error: None,
        }
    }
}
