//! The state of a run, from its journal.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use pipeline_engine::StageEvent;
use serde::Serialize;

use super::entry::{Entry, Line, Outcome};
use crate::pace::Pace;

/// How far a run is.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct RunView {
    /// The experiment.
    pub(crate) experiment: String,
    /// When it began.
    #[serde(skip)]
    pub(crate) started_at: Option<Timestamp>,
    /// When something happened last.
    #[serde(skip)]
    pub(crate) heard_at: Option<Timestamp>,
    /// The command line.
    pub(crate) command: Vec<String>,
    /// How many nodes there are.
    pub(crate) nodes: usize,
    /// Nodes whose action ran.
    pub(crate) ran: usize,
    /// Nodes whose result was there.
    pub(crate) cached: usize,
    /// Nodes whose action failed.
    pub(crate) failed: usize,
    /// Why they failed.
    pub(crate) failures: BTreeMap<String, String>,
    /// Nodes that will not get their turn.
    pub(crate) skipped: usize,
    /// Nodes whose action runs.
    pub(crate) running: BTreeMap<String, RunningNode>,
}

/// A node whose action runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct RunningNode {
    /// Its stage.
    pub(crate) stage: String,
    /// When it began.
    #[serde(serialize_with = "rfc3339")]
    pub(crate) since: Timestamp,
    /// How far it is.
    pub(crate) progress: Option<Progress>,
    /// The latest value of each metric.
    pub(crate) metrics: BTreeMap<String, f64>,
    /// Whether it waits for another process that computes the same.
    pub(crate) waits: bool,
    /// How many attempts failed.
    pub(crate) failed_attempts: u32,
    #[serde(skip)]
    pace: Pace,
}

/// How far an action is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Progress {
    /// Units done.
    pub(crate) done: u64,
    /// Units in all.
    pub(crate) total: u64,
    /// What is being done.
    pub(crate) message: String,
    /// When that was said.
    #[serde(serialize_with = "rfc3339")]
    pub(crate) at: Timestamp,
}

impl RunView {
    /// Takes one line.
    pub(crate) fn take(&mut self, line: Line) {
        let Line { at, entry } = line;
        self.heard_at = Some(at);
        match entry {
            Entry::RunStarted { experiment, nodes, command, .. } => {
                self.experiment = experiment;
                self.nodes = nodes;
                self.command = command;
                self.started_at = Some(at);
            }
            Entry::NodeStarted { node, stage, .. } => {
                self.running.insert(node, RunningNode::new(stage, at));
            }
            Entry::Stage { node, said } => {
                if let Some(running) = self.running.get_mut(&node) {
                    running.hear(said, at);
                }
            }
            Entry::NodeWaiting { node } => {
                if let Some(running) = self.running.get_mut(&node) {
                    running.waits = true;
                }
            }
            Entry::NodeRetried { node, attempt, .. } => {
                if let Some(running) = self.running.get_mut(&node) {
                    running.failed_attempts = attempt;
                    running.progress = None;
                    running.pace = Pace::default();
                }
            }
            Entry::NodeFinished { node, outcome, .. } => {
                self.running.remove(&node);
                match outcome {
                    Outcome::Ran => self.ran += 1,
                    Outcome::Cached => self.cached += 1,
                    Outcome::Failed { error } => {
                        self.failed += 1;
                        self.failures.insert(node, error.message);
                    }
                    Outcome::Skipped => self.skipped += 1,
                }
            }
            Entry::RunFinished { .. } | Entry::Other => {}
        }
    }

    /// Nodes that have not begun.
    pub(crate) fn waiting(&self) -> usize {
        let known = self.ran + self.cached + self.failed + self.skipped + self.running.len();
        self.nodes.saturating_sub(known)
    }
}

impl RunningNode {
    fn new(stage: String, since: Timestamp) -> Self {
        Self {
            stage,
            since,
            progress: None,
            metrics: BTreeMap::new(),
            waits: false,
            failed_attempts: 0,
            pace: Pace::default(),
        }
    }

    fn hear(&mut self, said: StageEvent, at: Timestamp) {
        self.waits = false;
        match said {
            StageEvent::Progress { done, total, message } if total > 0 => {
                self.pace.hear(done, total, self.age(at));
                self.progress = Some(Progress { done, total, message, at });
            }
            StageEvent::Metric { name, value, .. } => {
                self.metrics.insert(name, value);
            }
            _ => {}
        }
    }

    /// Seconds that are left at the pace of this attempt.
    pub(crate) fn seconds_left(&self, now: Timestamp) -> Option<f64> {
        self.pace.seconds_left(self.age(now))
    }

    /// How long it had run at a moment; nothing if the clock jumped to before it began.
    fn age(&self, at: Timestamp) -> Duration {
        at.duration_since(self.since).try_into().unwrap_or_default()
    }
}

fn rfc3339<S: serde::Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&format!("{at:.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    fn line(second: i64, entry: Entry) -> Line {
        Line { at: at(second), entry }
    }

    fn start(nodes: usize) -> Entry {
        let (experiment, command) = ("e".to_owned(), Vec::new());
        Entry::RunStarted { experiment, nodes, command, pid: None, graph: Vec::new() }
    }

    fn begun(node: &str) -> Entry {
        let (node, stage) = (node.to_owned(), "train".to_owned());
        Entry::NodeStarted { node, stage, reasons: Vec::new() }
    }

    fn said(second: i64, done: u64) -> Line {
        let said = StageEvent::Progress { done, total: 100, message: "epoch".to_owned() };
        line(second, Entry::Stage { node: "a".to_owned(), said })
    }

    #[test]
    fn what_is_left_is_told_by_the_pace_since_progress_began() {
        let mut view = RunView::default();
        view.take(line(0, start(3)));
        view.take(line(0, begun("a")));
        assert_eq!(view.waiting(), 2);
        // It goes on from step 40 after 10 s of preparation, and takes 20 s for 20 steps.
        view.take(said(10, 40));
        assert_eq!(view.running["a"].seconds_left(at(10)), None);
        view.take(said(30, 60));
        assert_eq!(view.running["a"].seconds_left(at(30)), Some(40.0));
        assert_eq!(view.running["a"].seconds_left(at(35)), Some(35.0));
        assert_eq!(view.running["a"].seconds_left(at(500)), Some(0.0));
        let text = r#"{"type":"node_finished","at":"2026-01-31T10:00:00Z","node":"a","outcome":{"outcome":"ran"}}"#;
        view.take(Line::parse(text).unwrap());
        assert_eq!((view.ran, view.running.len(), view.waiting()), (1, 0, 2));
    }

    #[test]
    fn words_that_change_with_every_step_do_not_disturb_the_pace() {
        let mut view = RunView::default();
        view.take(line(0, begun("a")));
        for epoch in 1..=8 {
            let message = format!("epoch {epoch}/10, loss 0.{epoch}, best dice 0.8{epoch}");
            let said = StageEvent::Progress { done: epoch, total: 10, message };
            let second = epoch.cast_signed() * 60;
            view.take(line(second, Entry::Stage { node: "a".to_owned(), said }));
        }
        assert_eq!(view.running["a"].seconds_left(at(480)), Some(120.0));
    }

    #[test]
    fn a_new_attempt_begins_at_nothing() {
        let mut view = RunView::default();
        view.take(line(0, begun("a")));
        view.take(said(1, 10));
        view.take(said(6, 20));
        let text = r#"{"type":"node_retried","at":"2026-01-31T10:00:00Z","node":"a","attempt":1,"of":3,"error":{"message":"m"}}"#;
        assert_eq!(view.running["a"].seconds_left(at(6)), Some(40.0));
        view.take(Line::parse(text).unwrap());
        assert_eq!(view.running["a"].failed_attempts, 1);
        assert_eq!(view.running["a"].seconds_left(at(7)), None);
        // It goes on from step 20.
        view.take(said(10, 20));
        view.take(said(14, 21));
        assert_eq!(view.running["a"].seconds_left(at(14)), Some(316.0));
    }
}
