//! What the page is told of runs. The field names are those that the scripts in `page/` read.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::LogLine;

/// Which run: an experiment's and the run's own name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RunName {
    /// The experiment.
    pub experiment: String,
    /// The run among those of the experiment; names sort by time.
    pub id: String,
}

/// How a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Its process lives.
    Running,
    /// Everything that was asked for is done.
    Done,
    /// Something failed.
    Failed,
    /// A person stopped it.
    Stopped,
    /// Its process is gone, and it did not come to its end.
    Interrupted,
}

/// How many nodes are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// All of them.
    pub nodes: usize,
    /// Those whose action ran.
    pub ran: usize,
    /// Those whose result was there.
    pub cached: usize,
    /// Those whose action failed.
    pub failed: usize,
    /// Those that did not get their turn.
    pub skipped: usize,
    /// Those whose action runs.
    pub running: usize,
}

/// One run in the list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunCard {
    /// Which.
    pub name: RunName,
    /// How it is doing.
    pub state: RunState,
    /// When it began, RFC 3339.
    pub started_at: Option<String>,
    /// When something happened last, RFC 3339.
    pub heard_at: Option<String>,
    /// Wall-clock seconds it took; none while it runs.
    pub seconds: Option<f64>,
    /// The counts.
    pub tally: Tally,
    /// Whether the report of this run can be opened.
    pub report: bool,
}

/// What changed among the runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RunsChange {
    /// The state of the list that this change leads to.
    #[serde(skip)]
    pub revision: u64,
    /// Whether this is everything there is, rather than a change of what was told before.
    pub whole: bool,
    /// Runs that are new or different.
    pub runs: Vec<RunCard>,
    /// Runs that are forgotten.
    pub gone: Vec<RunName>,
}

/// How a node is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeState {
    /// It has not begun.
    #[default]
    Waiting,
    /// Its action runs.
    Running,
    /// Its action ran and succeeded.
    Ran,
    /// Its result was there.
    Cached,
    /// Its action failed.
    Failed,
    /// It does not get its turn.
    Skipped,
    /// The run ended while its action ran.
    CutOff,
}

/// How far an action is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Progress {
    /// Units done.
    pub done: u64,
    /// Units in all; at least 1.
    pub total: u64,
    /// What is being done.
    pub message: String,
    /// Seconds that are left; none while nobody knows.
    pub seconds_left: Option<f64>,
}

/// Why a node failed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// In one sentence.
    pub message: String,
    /// Causes and listed items.
    pub details: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// The last lines the action wrote.
    pub log_tail: Vec<String>,
}

/// Everything that is known of one node.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct NodeChange {
    /// Its name with the values of its variables.
    pub node: String,
    /// Its stage.
    pub stage: String,
    /// The values of its variables.
    pub coordinates: BTreeMap<String, String>,
    /// The nodes whose outputs it reads.
    pub after: Vec<String>,
    /// How it is doing.
    pub state: NodeState,
    /// When its action began, RFC 3339.
    pub since: Option<String>,
    /// Seconds its action took: now, or when it was computed.
    pub seconds: Option<f64>,
    /// Why its action has to run, one sentence each.
    pub reasons: Vec<String>,
    /// How far its action is.
    pub progress: Option<Progress>,
    /// Whether it waits for another process that computes the same.
    pub waits: bool,
    /// How many attempts failed.
    pub failed_attempts: u32,
    /// Warnings of its action.
    pub warnings: Vec<String>,
    /// Why it failed.
    pub failure: Option<Failure>,
}

/// One value of something that is measured while an action runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// The node.
    pub node: String,
    /// What is measured.
    pub metric: String,
    /// The step or epoch.
    pub step: u64,
    /// The value; what is no number is null in JSON.
    pub value: f64,
}

/// A graph as SVG that can stand in a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pictures {
    /// From left to right.
    pub wide: String,
    /// From top to bottom.
    pub narrow: String,
}

/// What changed in one run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunChange {
    /// The state of the run that this change leads to.
    #[serde(skip)]
    pub revision: u64,
    /// Whether this is everything there is, rather than a change of what was told before.
    pub whole: bool,
    /// The run as a whole.
    pub card: RunCard,
    /// The command line.
    pub command: Vec<String>,
    /// The run's process can be asked to stop.
    pub stoppable: bool,
    /// The graph as pictures; only where `whole`.
    pub pictures: Option<Pictures>,
    /// Nodes that are new or different, in the order of the graph.
    pub nodes: Vec<NodeChange>,
    /// Values since, oldest first. A value whose step is not beyond the last one of its line
    /// replaces everything from that step on: the action went on from an earlier state.
    pub points: Vec<Point>,
}

/// What a node's action said since.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LogChange {
    /// Where to go on reading.
    #[serde(skip)]
    pub position: u64,
    /// Whether to forget what was told before.
    pub whole: bool,
    /// How many lines came before those that are told.
    pub left_out: u64,
    /// The lines.
    pub lines: Vec<LogLine>,
}
