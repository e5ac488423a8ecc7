//! A line of a journal, as it is read back.

use jiff::Timestamp;
use pipeline_engine::{NodeOutline, StageEvent};
use serde::Deserialize;
use serde_json::Value;

/// One event and when it happened.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    /// When.
    pub(crate) at: Timestamp,
    /// What.
    pub(crate) entry: Entry,
}

/// What readers need of an event. Fields that are not listed are passed over, so that journals of
/// later versions can be read.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Entry {
    /// The run began.
    RunStarted {
        /// The experiment.
        experiment: String,
        /// How many nodes it has.
        nodes: usize,
        /// The command line, with the program's name.
        #[serde(default)]
        command: Vec<String>,
        /// The process.
        #[serde(default)]
        pid: Option<u32>,
        /// All nodes in topological order; none in journals of earlier versions.
        #[serde(default)]
        graph: Vec<NodeOutline>,
    },
    /// A node's action began.
    NodeStarted {
        /// The node.
        node: String,
        /// Its stage.
        stage: String,
        /// Why it has to run, as [`pipeline_engine::DirtyReason`]s of the version that ran it.
        #[serde(default)]
        reasons: Vec<Value>,
    },
    /// A running action said something.
    Stage {
        /// The node.
        node: String,
        /// What it said.
        said: StageEvent,
    },
    /// A node waits for another process.
    NodeWaiting {
        /// The node.
        node: String,
    },
    /// An action failed and is tried again.
    NodeRetried {
        /// The node.
        node: String,
        /// Which attempt failed, from 1.
        attempt: u32,
        /// How many attempts there are.
        of: u32,
        /// Why it failed.
        error: Failure,
    },
    /// A node is over.
    NodeFinished {
        /// The node.
        node: String,
        /// How it ended.
        outcome: Outcome,
        /// Seconds its action took: now, or when it was computed.
        #[serde(default)]
        seconds: Option<f64>,
        /// Warnings of its action.
        #[serde(default)]
        warnings: Vec<String>,
    },
    /// The run is over.
    RunFinished {
        /// The counts.
        #[serde(default)]
        summary: Summary,
    },
    /// Something that this version does not know.
    #[serde(other)]
    Other,
}

/// How a node ended.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Its action ran.
    Ran,
    /// Its result was there.
    Cached,
    /// Its action failed.
    Failed {
        /// Why.
        error: Failure,
    },
    /// It did not get its turn.
    Skipped,
}

/// Why an action failed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Failure {
    /// In one sentence.
    pub(crate) message: String,
    /// Causes and listed items.
    #[serde(default)]
    pub(crate) details: Vec<String>,
    /// What to do.
    #[serde(default)]
    pub(crate) help: Option<String>,
    /// The last lines the action wrote.
    #[serde(default)]
    pub(crate) log_tail: Vec<String>,
}

/// The counts of a run that is over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Summary {
    /// Nodes whose action ran.
    pub(crate) run: usize,
    /// Nodes whose result was there.
    pub(crate) cached: usize,
    /// Nodes whose action failed.
    pub(crate) failed: usize,
    /// Nodes that did not get their turn.
    pub(crate) skipped: usize,
    /// Whether the run was stopped by the user.
    pub(crate) cancelled: bool,
    /// Wall-clock seconds.
    pub(crate) seconds: f64,
}

impl Line {
    /// Reads one line; none if it is damaged, as the last one of a killed run may be.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let at = value["at"].as_str()?.parse().ok()?;
        Some(Self { at, entry: Entry::deserialize(&value).ok()? })
    }
}

impl Entry {
    /// The node it is about.
    pub(crate) fn node(&self) -> Option<&str> {
        match self {
            Self::NodeStarted { node, .. }
            | Self::Stage { node, .. }
            | Self::NodeWaiting { node }
            | Self::NodeRetried { node, .. }
            | Self::NodeFinished { node, .. } => Some(node),
            Self::RunStarted { .. } | Self::RunFinished { .. } | Self::Other => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_later_versions_are_passed_over_and_damage_is_seen() {
        let later = r#"{"type":"node_moved","at":"2026-01-31T10:00:00.123Z","node":"a","x":1}"#;
        assert_eq!(Line::parse(later).unwrap().entry, Entry::Other);
        let more = r#"{"type":"run_finished","at":"2026-01-31T10:00:00Z","summary":{"new":1}}"#;
        let summary = Summary::default();
        assert_eq!(Line::parse(more).unwrap().entry, Entry::RunFinished { summary });
        for damaged in ["", "{", "[]", r#"{"type":"run_finished"}"#, &more[..40]] {
            assert_eq!(Line::parse(damaged), None, "{damaged}");
        }
    }
}
