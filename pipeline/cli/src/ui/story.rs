//! One run, from its journal while that grows, or from its report.

use std::collections::BTreeMap;

use jiff::Timestamp;
use pipeline_engine::{Report, StageEvent};
use pipeline_ui::{
    NodeChange, NodeState, Point, RunCard, RunChange, RunName, RunState, Tally, pictures,
};

use super::curve::{Curve, CurvePoint};
use super::node::Node;
use crate::journal::{Entry, Line, State, Summary};

/// Everything that is known of a run, each piece with the revision in which it changed last.
#[derive(Debug)]
pub(super) struct Story {
    name: RunName,
    /// The revision from which on changes are known.
    born: u64,
    revision: u64,
    state: State,
    nodes: Vec<Node>,
    positions: BTreeMap<String, usize>,
    curves: BTreeMap<(usize, String), Curve>,
    command: Vec<String>,
    pid: Option<u32>,
    count: usize,
    started_at: Option<Timestamp>,
    heard_at: Option<Timestamp>,
    summary: Option<Summary>,
    report: bool,
}

impl Story {
    /// Nothing yet; `revision` is one that nobody was told before.
    pub(super) fn new(name: RunName, revision: u64) -> Self {
        Self {
            name,
            born: revision,
            revision,
            state: State::Live,
            nodes: Vec::new(),
            positions: BTreeMap::new(),
            curves: BTreeMap::new(),
            command: Vec::new(),
            pid: None,
            count: 0,
            started_at: None,
            heard_at: None,
            summary: None,
            report: false,
        }
    }

    /// A run that left no journal because nothing had to run.
    pub(super) fn of_report(name: RunName, revision: u64, report: &Report) -> Self {
        let mut story = Self::new(name, revision);
        story.state = State::Finished;
        story.count = report.nodes.len();
        story.started_at = report.started_at.parse().ok();
        for node in &report.nodes {
            story.add(Node::reported(node, revision));
        }
        story.summary = Some(Summary { seconds: report.seconds, ..Summary::default() });
        story
    }

    /// Takes new lines, and what became of the run; `revision` is one that nobody was told before.
    pub(super) fn take(&mut self, lines: Vec<Line>, state: State, revision: u64) {
        if state != self.state {
            self.state = state;
            self.revision = revision;
            self.nodes.iter_mut().for_each(|node| node.changed = revision);
        }
        for line in lines {
            self.revision = revision;
            self.heard_at = Some(line.at);
            self.hear(line, revision);
        }
    }

    fn hear(&mut self, line: Line, revision: u64) {
        let Line { at, entry } = line;
        match entry {
            Entry::RunStarted { nodes, command, pid, graph, .. } => {
                self.count = nodes;
                self.command = command;
                self.pid = pid;
                self.started_at = Some(at);
                for outline in graph {
                    self.add(Node::outlined(outline, revision));
                }
            }
            Entry::NodeStarted { node, stage, reasons } => {
                self.node(&node, revision).begins(stage, &reasons, at);
            }
            Entry::NodeWaiting { node } => self.node(&node, revision).told.waits = true,
            Entry::NodeRetried { node, attempt, .. } => {
                self.node(&node, revision).tries_again(attempt);
            }
            Entry::NodeFinished { node, outcome, seconds, warnings } => {
                let node = self.node(&node, revision);
                node.ends(outcome);
                node.took(seconds, warnings);
            }
            Entry::Stage { node, said } => match said {
                StageEvent::Progress { done, total, message } => {
                    self.node(&node, revision).is_at(done, total, message, at);
                }
                StageEvent::Metric { name, step, value } => {
                    let position = self.position(&node);
                    let curve = self.curves.entry((position, name)).or_default();
                    curve.take(CurvePoint { came: revision, step, value });
                }
                _ => {}
            },
            Entry::RunFinished { summary } => self.summary = Some(summary),
            Entry::Other => {}
        }
    }

    fn node(&mut self, name: &str, revision: u64) -> &mut Node {
        let position = self.position(name);
        let node = &mut self.nodes[position];
        node.changed = revision;
        node
    }

    fn position(&mut self, name: &str) -> usize {
        if let Some(position) = self.positions.get(name) {
            return *position;
        }
        self.add(Node::named(name, self.revision))
    }

    fn add(&mut self, node: Node) -> usize {
        let position = self.nodes.len();
        self.positions.insert(node.told.node.clone(), position);
        self.nodes.push(node);
        position
    }

    /// The run in the list.
    pub(super) fn card(&self) -> RunCard {
        let over = self.state != State::Live;
        let time = |at: Option<Timestamp>| at.map(|at| format!("{at:.3}"));
        let took = self.started_at.zip(self.heard_at);
        let took = took.map(|(begin, end)| end.duration_since(begin).as_secs_f64().max(0.0));
        RunCard {
            name: self.name.clone(),
            state: run_state(self.state, &self.tally(), self.summary),
            started_at: time(self.started_at),
            heard_at: time(self.heard_at).filter(|_| over),
            seconds: self.summary.map(|summary| summary.seconds).or(took).filter(|_| over),
            tally: self.tally(),
            report: self.report,
        }
    }

    fn tally(&self) -> Tally {
        let over = self.state != State::Live;
        let mut tally = Tally { nodes: self.count.max(self.nodes.len()), ..Tally::default() };
        for node in &self.nodes {
            match node.told.state {
                NodeState::Ran => tally.ran += 1,
                NodeState::Cached => tally.cached += 1,
                NodeState::Failed => tally.failed += 1,
                NodeState::Skipped => tally.skipped += 1,
                NodeState::Running => tally.running += usize::from(!over),
                NodeState::Waiting | NodeState::CutOff => {}
            }
        }
        tally
    }

    /// Takes whether there is a report of it that people open; says whether that is new.
    pub(super) fn has_report(&mut self, report: bool, revision: u64) -> bool {
        let new = self.report != report;
        if new {
            self.report = report;
            self.revision = self.revision.max(revision);
        }
        new
    }

    /// The process that carries it out, as long as it lives.
    pub(super) fn process(&self) -> Option<u32> {
        self.pid.filter(|_| self.state == State::Live)
    }

    pub(super) fn revision(&self) -> u64 {
        self.revision
    }

    /// What changed after a revision; none if nothing did.
    pub(super) fn since(&self, since: Option<u64>, now: Timestamp) -> Option<RunChange> {
        let since = since.filter(|since| (self.born..=self.revision).contains(since));
        if since == Some(self.revision) {
            return None;
        }
        let after = since.unwrap_or(0);
        let over = self.state != State::Live;
        let changed = self.nodes.iter().filter(|node| node.changed > after);
        let nodes: Vec<NodeChange> = changed.map(|node| node.told(now, over)).collect();
        let points = self.curves.iter().flat_map(|((position, metric), curve)| {
            let node = &self.nodes[*position].told.node;
            curve.since(after).iter().map(move |point| Point {
                node: node.clone(),
                metric: metric.clone(),
                step: point.step,
                value: point.value,
            })
        });
        Some(RunChange {
            revision: self.revision,
            whole: since.is_none(),
            card: self.card(),
            command: self.command.clone(),
            stoppable: self.process().is_some(),
            pictures: since.is_none().then(|| pictures(&nodes)).flatten(),
            points: points.collect(),
            nodes,
        })
    }
}

/// In one word.
pub(super) fn run_state(state: State, tally: &Tally, summary: Option<Summary>) -> RunState {
    match state {
        State::Live => RunState::Running,
        State::Interrupted => RunState::Interrupted,
        State::Finished if summary.is_some_and(|summary| summary.cancelled) => RunState::Stopped,
        State::Finished if tally.failed > 0 => RunState::Failed,
        State::Finished => RunState::Done,
    }
}
