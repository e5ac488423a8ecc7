//! One line per change of a node, for logs and pipes.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pipeline_engine::stage::StageEvent;
use pipeline_engine::{NodeOutcome, RunEvent};

use super::Progress;
use crate::console::Console;
use crate::pace::Pace;
use crate::render::{duration, time_left};

/// A long action says how far it is at most this often in parts of the whole …
const STEPS: u64 = 10;
/// … and in time …
const PAUSE: Duration = Duration::from_secs(5);
/// … but if it says anything it is not silent for longer than this.
const LONGEST_PAUSE: Duration = Duration::from_mins(10);

/// Plain lines.
pub(super) struct Lines<'a> {
    console: &'a Console,
    inner: Mutex<Inner>,
}

struct Inner {
    total: usize,
    done: usize,
    /// The running nodes that say how far they are.
    steps: BTreeMap<String, Told>,
    since: Instant,
    pause: Duration,
    /// Cached nodes that no line has told of yet, and the last of them.
    untold: usize,
    last_cached: String,
}

/// What was told of a running node.
struct Told {
    /// How far it was, in parts of the whole, when a line was last worth writing.
    step: u64,
    /// When that was.
    at: Duration,
    pace: Pace,
}

impl<'a> Lines<'a> {
    pub(super) fn new(console: &'a Console) -> Self {
        Self { console, inner: Mutex::new(Inner::new(PAUSE)) }
    }
}

impl Progress for Lines<'_> {
    fn event(&self, event: &RunEvent) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        for line in inner.lines(event, self.console.verbose > 0) {
            self.console.note(&line);
        }
    }
}

impl Inner {
    fn new(pause: Duration) -> Self {
        Self {
            total: 0,
            done: 0,
            steps: BTreeMap::new(),
            since: Instant::now(),
            pause,
            untold: 0,
            last_cached: String::new(),
        }
    }

    /// The lines for one event, after one for the cached nodes before it: a thousand of them are
    /// one line.
    fn lines(&mut self, event: &RunEvent, verbose: bool) -> Vec<String> {
        if let RunEvent::NodeFinished { node, outcome: NodeOutcome::Cached, .. } = event
            && !verbose
        {
            self.done += 1;
            self.untold += 1;
            self.steps.remove(node.as_str());
            node.as_str().clone_into(&mut self.last_cached);
            return Vec::new();
        }
        let cached = match self.untold {
            0 => None,
            1 => Some(self.line("cached", &self.last_cached)),
            many => Some(self.line("cached", &format!("{many} nodes"))),
        };
        let lines = self.heard(event, verbose);
        if lines.is_empty() && !matches!(event, RunEvent::RunFinished { .. }) {
            return lines;
        }
        self.untold = 0;
        cached.into_iter().chain(lines).collect()
    }

    fn heard(&mut self, event: &RunEvent, verbose: bool) -> Vec<String> {
        match event {
            RunEvent::RunStarted { experiment, nodes, .. } => {
                self.total = *nodes;
                vec![format!("{experiment}: {nodes} nodes")]
            }
            RunEvent::NodeStarted { node, reasons, .. } => {
                let reason = match reasons.as_slice() {
                    [] => String::new(),
                    [only] => format!(": {only}"),
                    [first, rest @ ..] => format!(": {first} (and {} more)", rest.len()),
                };
                vec![self.line("start", &format!("{node}{reason}"))]
            }
            RunEvent::NodeWaiting { node, .. } => {
                vec![self.line("wait", &format!("{node}: another process is computing it"))]
            }
            RunEvent::NodeRetried { node, attempt, of, error } => {
                let message = &error.message;
                self.steps.remove(node.as_str());
                vec![self.line("retry", &format!("{node}: attempt {attempt} of {of}: {message}"))]
            }
            RunEvent::Stage { node, said } => {
                self.said(node.as_str(), said, verbose, self.since.elapsed())
            }
            // The summary counts skipped nodes; a list of them would bury what failed.
            RunEvent::NodeFinished { node, outcome, seconds, .. } => {
                self.done += 1;
                self.steps.remove(node.as_str());
                vec![match outcome {
                    NodeOutcome::Ran => {
                        self.line("done", &format!("{node} in {}", duration(*seconds)))
                    }
                    NodeOutcome::Cached => self.line("cached", node.as_str()),
                    NodeOutcome::Skipped => return Vec::new(),
                    NodeOutcome::Failed { error } => {
                        self.line("failed", &format!("{node}: {}", error.message))
                    }
                }]
            }
            RunEvent::RunFinished { .. } => Vec::new(),
        }
    }

    fn line(&self, word: &str, rest: &str) -> String {
        let width = self.total.to_string().len();
        format!("[{:>width$}/{}] {word:<7} {rest}", self.done, self.total)
    }

    /// What a node says at a moment.
    fn said(&mut self, node: &str, said: &StageEvent, verbose: bool, now: Duration) -> Vec<String> {
        match said {
            StageEvent::Progress { done, total, message } if *total > 0 => {
                let step = done * STEPS / total;
                let told = self.steps.entry(node.to_owned());
                let told = told.or_insert_with(|| Told { step, at: now, pace: Pace::default() });
                told.pace.hear(*done, *total, now);
                let silence = now.saturating_sub(told.at);
                let late = silence >= LONGEST_PAUSE && step >= told.step;
                // The first step and the last are told by the lines of the node itself; parts that
                // are done in parallel may report out of order.
                if done == total || !(late || step > told.step && silence >= self.pause) {
                    return Vec::new();
                }
                (told.step, told.at) = (step, now);
                let percent = done * 100 / total;
                let left = time_left(told.pace.seconds_left(now));
                let left = left.map(|left| format!(", {left}")).unwrap_or_default();
                let far = format!("{percent}% {message}");
                vec![self.line("at", &format!("{node}: {}{left}", far.trim_end()))]
            }
            StageEvent::Log { level, message } if verbose => {
                vec![format!("  {node} | {level}: {message}")]
            }
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use pipeline_engine::{DirtyReason, Granted, NodeId, RunSummary};

    use super::*;

    fn node(name: &str) -> NodeId {
        NodeId::new(name, &BTreeMap::new())
    }

    #[test]
    fn a_run_reads_like_a_log() {
        let mut inner = Inner::new(Duration::ZERO);
        let said = |done| RunEvent::Stage {
            node: node("train"),
            said: StageEvent::Progress { done, total: 20, message: "epoch".to_owned() },
        };
        let events = [
            RunEvent::RunStarted {
                run_id: "id".to_owned(),
                experiment: "e".to_owned(),
                nodes: 12,
                graph: Vec::new(),
            },
            RunEvent::NodeFinished {
                node: node("cases"),
                outcome: NodeOutcome::Cached,
                seconds: 4.0,
                warnings: Vec::new(),
            },
            RunEvent::NodeStarted {
                node: node("train"),
                stage: "train",
                key: "k".to_owned(),
                reasons: vec![DirtyReason::NeverRun, DirtyReason::Version { old: 1, new: 2 }],
                granted: Granted::cpus_only(1),
            },
            said(0),
            said(1),
            said(2),
            said(3),
            said(0),
            said(2),
            said(20),
            RunEvent::NodeFinished {
                node: node("train"),
                outcome: NodeOutcome::Ran,
                seconds: 83.0,
                warnings: Vec::new(),
            },
        ];
        let lines: Vec<String> =
            events.iter().flat_map(|event| inner.lines(event, false)).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        e: 12 nodes
        [ 1/12] cached  cases
        [ 1/12] start   train: has never been completed (and 1 more)
        [ 1/12] at      train: 10% epoch
        [ 2/12] done    train in 1m 23s
        ");
    }

    #[test]
    fn a_training_says_how_long_it_will_take() {
        let mut inner = Inner::new(PAUSE);
        inner.total = 3;
        let mut lines = Vec::new();
        // 1000 epochs of 3 s each, from epoch 500 on.
        for done in 500..1000 {
            let said = StageEvent::Progress {
                done,
                total: 1000,
                message: format!("epoch {done}/1000, loss 0.213, best dice 0.842"),
            };
            let now = Duration::from_secs(60 + 3 * (done - 500));
            lines.extend(inner.said("train", &said, false, now));
        }
        // Of the 400 epochs behind number 600: 1200 s.
        insta::assert_snapshot!(lines.join("\n"), @r"
        [0/3] at      train: 60% epoch 600/1000, loss 0.213, best dice 0.842, about 20m 00s left
        [0/3] at      train: 70% epoch 700/1000, loss 0.213, best dice 0.842, about 15m 00s left
        [0/3] at      train: 80% epoch 800/1000, loss 0.213, best dice 0.842, about 10m 00s left
        [0/3] at      train: 90% epoch 900/1000, loss 0.213, best dice 0.842, about 5m 00s left
        ");
    }

    #[test]
    fn a_slow_training_is_heard_of_now_and_then() {
        let mut inner = Inner::new(PAUSE);
        inner.total = 1;
        let mut lines = Vec::new();
        // 1000 epochs of 70 s each; the first of them.
        for done in 0..20 {
            let said = StageEvent::Progress { done, total: 1000, message: "epoch".to_owned() };
            lines.extend(inner.said("train", &said, false, Duration::from_secs(70 * done)));
        }
        // After 9 * 70 = 630 s: 991 epochs are left, 69370 s.
        assert_eq!(
            lines,
            [
                "[0/1] at      train: 0% epoch, about 19h 16m left",
                "[0/1] at      train: 1% epoch, about 19h 05m left",
            ]
        );
    }

    fn cached(name: &str) -> RunEvent {
        RunEvent::NodeFinished {
            node: node(name),
            outcome: NodeOutcome::Cached,
            seconds: 1.0,
            warnings: Vec::new(),
        }
    }

    #[test]
    fn a_thousand_cached_nodes_are_one_line() {
        let mut inner = Inner::new(Duration::ZERO);
        inner.total = 1000;
        let finished = RunEvent::RunFinished { summary: RunSummary::default() };
        let mut lines = Vec::new();
        for index in 0..1000 {
            lines.extend(inner.lines(&cached(&index.to_string()), false));
        }
        lines.extend(inner.lines(&finished, false));
        assert_eq!(lines, ["[1000/1000] cached  1000 nodes"]);
    }

    #[test]
    fn the_verbose_are_told_of_every_cached_node() {
        let mut inner = Inner::new(Duration::ZERO);
        inner.total = 2;
        assert_eq!(inner.lines(&cached("a"), true), ["[1/2] cached  a"]);
        assert_eq!(inner.lines(&cached("b"), true), ["[2/2] cached  b"]);
    }
}
