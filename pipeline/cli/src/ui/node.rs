//! One node of a run, as its journal tells of it.

use std::time::Duration;

use jiff::Timestamp;
use pipeline_engine::{DirtyReason, NodeOutline, NodeReport};
use pipeline_ui::{Failure, NodeChange, NodeState, Progress};
use serde::Deserialize;
use serde_json::Value;

use crate::journal;
use crate::pace::Pace;

/// How much of a list is shown.
const MOST_LISTED: usize = 50;

/// A node and how fast it is.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// The revision in which it changed last.
    pub(super) changed: u64,
    pub(super) told: NodeChange,
    began: Option<Timestamp>,
    pace: Pace,
}

impl Node {
    /// A node before anything of it has happened.
    pub(super) fn outlined(outline: NodeOutline, changed: u64) -> Self {
        let told = NodeChange {
            node: outline.node.to_string(),
            stage: outline.stage,
            coordinates: outline.coordinates,
            after: outline.after.iter().map(ToString::to_string).collect(),
            ..NodeChange::default()
        };
        Self { changed, told, ..Self::default() }
    }

    /// A node of which nothing is known but its name.
    pub(super) fn named(name: &str, changed: u64) -> Self {
        let told = NodeChange { node: name.to_owned(), ..NodeChange::default() };
        Self { changed, told, ..Self::default() }
    }

    /// A node of a report.
    pub(super) fn reported(report: &NodeReport, changed: u64) -> Self {
        let state = match report.status.as_str() {
            "ran" => NodeState::Ran,
            "cached" => NodeState::Cached,
            "failed" => NodeState::Failed,
            _ => NodeState::Skipped,
        };
        let message = report.error.clone();
        let told = NodeChange {
            node: report.node.to_string(),
            stage: report.stage.clone(),
            coordinates: report.coordinates.clone(),
            after: report.after.iter().map(ToString::to_string).collect(),
            state,
            seconds: (state != NodeState::Skipped).then_some(report.seconds),
            warnings: cut(report.warnings.clone()),
            failure: message.map(|message| Failure { message, ..Failure::default() }),
            ..NodeChange::default()
        };
        Self { changed, told, ..Self::default() }
    }

    pub(super) fn begins(&mut self, stage: String, reasons: &[Value], at: Timestamp) {
        self.began = Some(at);
        self.pace = Pace::default();
        self.told.stage = stage;
        self.told.state = NodeState::Running;
        self.told.since = Some(format!("{at:.3}"));
        let sentences = reasons.iter().filter_map(|reason| {
            DirtyReason::deserialize(reason).ok().map(|reason| reason.to_string())
        });
        self.told.reasons = cut(sentences.collect());
    }

    pub(super) fn is_at(&mut self, done: u64, total: u64, message: String, at: Timestamp) {
        self.told.waits = false;
        if total > 0 {
            self.pace.hear(done, total, self.age(at));
            self.told.progress = Some(Progress { done, total, message, seconds_left: None });
        }
    }

    pub(super) fn tries_again(&mut self, attempt: u32) {
        self.told.failed_attempts = attempt;
        self.told.progress = None;
        self.pace = Pace::default();
    }

    pub(super) fn ends(&mut self, outcome: journal::Outcome) {
        self.told.progress = None;
        self.told.waits = false;
        self.told.state = match outcome {
            journal::Outcome::Ran => NodeState::Ran,
            journal::Outcome::Cached => NodeState::Cached,
            journal::Outcome::Skipped => NodeState::Skipped,
            journal::Outcome::Failed { error } => {
                let journal::Failure { message, details, help, log_tail } = error;
                let details = cut(details);
                self.told.failure = Some(Failure { message, details, help, log_tail });
                NodeState::Failed
            }
        };
    }

    /// What it took, and what it warned of.
    pub(super) fn took(&mut self, seconds: Option<f64>, warnings: Vec<String>) {
        self.told.seconds = seconds.filter(|_| self.told.state != NodeState::Skipped);
        self.told.warnings = cut(warnings);
    }

    /// How it is at a moment; of a run that is over, nothing goes on or still comes.
    pub(super) fn told(&self, now: Timestamp, over: bool) -> NodeChange {
        let mut told = self.told.clone();
        match told.state {
            NodeState::Running if over => told.state = NodeState::CutOff,
            NodeState::Waiting if over => told.state = NodeState::Skipped,
            _ => {}
        }
        if let Some(progress) = &mut told.progress {
            progress.seconds_left = self.pace.seconds_left(self.age(now)).filter(|_| !over);
        }
        told
    }

    /// How long it had run; nothing if the clock jumped to before it began.
    fn age(&self, at: Timestamp) -> Duration {
        self.began
            .map_or(Duration::ZERO, |began| at.duration_since(began).try_into().unwrap_or_default())
    }
}

fn cut(mut list: Vec<String>) -> Vec<String> {
    let more = list.len().saturating_sub(MOST_LISTED);
    if more > 0 {
        list.truncate(MOST_LISTED);
        list.push(format!("and {more} more"));
    }
    list
}
