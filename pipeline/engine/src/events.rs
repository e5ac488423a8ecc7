//! What happens during a run, as one stream of plain data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::explain::DirtyReason;
use crate::graph::NodeId;
use crate::stage::{Granted, StageError, StageEvent};

/// One thing that happened. `--json` prints these, one a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RunEvent {
    /// The run begins.
    RunStarted {
        /// The run.
        run_id: String,
        /// The experiment.
        experiment: String,
        /// How many nodes it has.
        nodes: usize,
        /// All nodes of the graph in topological order, also those that nobody asked for.
        graph: Vec<NodeOutline>,
    },
    /// A node's action begins.
    NodeStarted {
        /// The node.
        node: NodeId,
        /// Its stage.
        stage: &'static str,
        /// The action.
        key: String,
        /// Why it has to run.
        reasons: Vec<DirtyReason>,
        /// What it may use.
        granted: Granted,
    },
    /// An action failed and is tried again.
    NodeRetried {
        /// The node.
        node: NodeId,
        /// Which attempt failed, from 1.
        attempt: u32,
        /// How many there may be.
        of: u32,
        /// Why it failed.
        error: NodeFailure,
    },
    /// A running action says something.
    Stage {
        /// The node.
        node: NodeId,
        /// What it says.
        said: StageEvent,
    },
    /// A node waits for another process that is computing the same action.
    NodeWaiting {
        /// The node.
        node: NodeId,
        /// The action.
        key: String,
    },
    /// A node is over.
    NodeFinished {
        /// The node.
        node: NodeId,
        /// How it ended.
        outcome: NodeOutcome,
        /// Seconds the action took: now, or when it was computed.
        seconds: f64,
        /// Warnings of the action, also of a cached one.
        warnings: Vec<String>,
    },
    /// The run is over.
    RunFinished {
        /// The counts.
        summary: RunSummary,
    },
}

/// What is known of a node before anything runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeOutline {
    /// The node.
    pub node: NodeId,
    /// Its stage.
    pub stage: String,
    /// The values of the matrix variables it was made under.
    #[serde(default)]
    pub coordinates: BTreeMap<String, String>,
    /// The nodes whose outputs it reads, each once, in topological order.
    #[serde(default)]
    pub after: Vec<NodeId>,
}

/// How a node ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum NodeOutcome {
    /// Its action ran and succeeded.
    Ran,
    /// Its result was already there.
    Cached,
    /// Its action failed.
    Failed {
        /// Why.
        error: NodeFailure,
    },
    /// It did not run because something it needs failed or the run was stopped.
    Skipped,
}

/// Why a node failed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NodeFailure {
    /// What went wrong.
    pub message: String,
    /// Causes and listed items.
    pub details: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// The last lines the action wrote.
    pub log_tail: Vec<String>,
    /// Where the whole log lies, relative to the run's folder.
    pub log_file: Option<String>,
    /// The action stopped because the run was cancelled.
    pub cancelled: bool,
    /// A bug in us, not in the user's data.
    pub bug: bool,
}

impl NodeFailure {
    /// A failure without a log.
    pub fn from_error(error: StageError) -> Self {
        Self {
            message: error.message,
            details: error.details,
            help: error.help,
            log_tail: Vec::new(),
            log_file: None,
            cancelled: error.cancelled,
            bug: error.panicked,
        }
    }
}

/// The counts of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct RunSummary {
    /// Nodes whose action ran.
    pub run: usize,
    /// Nodes whose result was there.
    pub cached: usize,
    /// Nodes whose action failed.
    pub failed: usize,
    /// Nodes that did not get their turn.
    pub skipped: usize,
    /// Whether the run was stopped by the user.
    pub cancelled: bool,
    /// Whether a failure was a bug in us.
    pub bug: bool,
    /// Wall-clock seconds.
    pub seconds: f64,
}
