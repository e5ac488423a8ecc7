//! From the events of a run to those of a trace.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pipeline_engine::{Granted, NodeOutcome, RunEvent};
use serde_json::{Value, json};

use super::document::Document;
use super::lanes::Lanes;

/// The trace knows one process.
const PROCESS: u32 = 1;
/// The lane of what concerns the whole run; actions have lanes from 1.
const WHOLE: usize = 0;

/// Writes a trace of a run while it goes on.
pub(crate) struct Trace {
    path: PathBuf,
    begin: Instant,
    inner: Mutex<Inner>,
}

struct Inner {
    /// None after it could not be written.
    document: Option<Document>,
    lanes: Lanes,
    running: BTreeMap<String, Running>,
    counts: Counts,
}

struct Running {
    lane: usize,
    begin: Duration,
    granted: Granted,
    fields: Value,
}

#[derive(Default)]
struct Counts {
    cpus: u32,
    /// In thousandths of a device.
    gpus: usize,
    /// Nodes that are over, after their action ran or without.
    run: usize,
    cached: usize,
}

impl Trace {
    /// Begins the file.
    pub(crate) fn create(path: &Path) -> std::io::Result<Self> {
        let inner = Inner {
            document: Some(Document::create(path)?),
            lanes: Lanes::default(),
            running: BTreeMap::new(),
            counts: Counts::default(),
        };
        Ok(Self { path: path.to_owned(), begin: Instant::now(), inner: Mutex::new(inner) })
    }

    /// Takes one event. A file that cannot be written is a warning, once.
    pub(crate) fn event(&self, event: &RunEvent) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let events = inner.hear(event, self.begin.elapsed());
        if events.is_empty() {
            return;
        }
        let written = inner.document.as_mut().map(|document| document.add(&events));
        if let Some(Err(error)) = written {
            tracing::warn!(%error, "the trace in {} is not complete", self.path.display());
            inner.document = None;
        }
    }
}

impl Inner {
    fn hear(&mut self, event: &RunEvent, now: Duration) -> Vec<Value> {
        match event {
            RunEvent::RunStarted { experiment, run_id, .. } => vec![
                name("process_name", WHOLE, experiment),
                name("thread_name", WHOLE, &format!("run {run_id}")),
                slots(&self.counts, now),
                nodes(&self.counts, now),
            ],
            RunEvent::NodeStarted { node, stage, key, reasons, granted } => {
                let (lane, fresh) = self.lanes.take();
                self.counts.cpus += granted.cpus;
                self.counts.gpus += gpu_thousandths(granted);
                let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
                let fields = json!({
                    "node": node,
                    "stage": stage,
                    "key": key,
                    "reasons": reasons,
                    "cpus": granted.cpus,
                    "gpus": granted.gpus,
                    "gpu_share": granted.gpu_share,
                });
                let running =
                    Running { lane: lane + 1, begin: now, granted: granted.clone(), fields };
                self.running.insert(node.to_string(), running);
                let label =
                    fresh.then(|| name("thread_name", lane + 1, &format!("slot {}", lane + 1)));
                label.into_iter().chain([slots(&self.counts, now)]).collect()
            }
            RunEvent::NodeRetried { node, attempt, of, error } => {
                let lane = self.running.get(node.as_str()).map_or(WHOLE, |running| running.lane);
                let what = format!("attempt {attempt} of {of} failed: {}", error.message);
                vec![instant(&what, lane, now)]
            }
            RunEvent::NodeFinished { node, outcome, .. } => {
                self.finish(node.as_str(), outcome, now)
            }
            RunEvent::RunFinished { summary } => {
                let fields = json!(summary);
                vec![
                    complete("run", "run", WHOLE, (Duration::ZERO, now), &fields),
                    slots(&self.counts, now),
                    nodes(&self.counts, now),
                ]
            }
            RunEvent::Stage { .. } | RunEvent::NodeWaiting { .. } => Vec::new(),
        }
    }

    fn finish(&mut self, node: &str, outcome: &NodeOutcome, now: Duration) -> Vec<Value> {
        match outcome {
            NodeOutcome::Cached => self.counts.cached += 1,
            NodeOutcome::Ran | NodeOutcome::Failed { .. } => self.counts.run += 1,
            NodeOutcome::Skipped => {}
        }
        let Some(running) = self.running.remove(node) else {
            // Found in the store, or it did not get its turn.
            let NodeOutcome::Failed { error } = outcome else { return Vec::new() };
            return vec![instant(&format!("{node} failed: {}", error.message), WHOLE, now)];
        };
        self.lanes.give_back(running.lane - 1);
        self.counts.cpus = self.counts.cpus.saturating_sub(running.granted.cpus);
        let gpus = gpu_thousandths(&running.granted);
        self.counts.gpus = self.counts.gpus.saturating_sub(gpus);
        let mut fields = running.fields;
        fields["outcome"] = json!(outcome)["outcome"].take();
        if let NodeOutcome::Failed { error } = outcome {
            fields["error"] = json!(error.message);
        }
        let stage = fields["stage"].as_str().unwrap_or_default().to_owned();
        let span = (running.begin, now);
        vec![
            complete(node, &stage, running.lane, span, &fields),
            slots(&self.counts, now),
            nodes(&self.counts, now),
        ]
    }
}

fn gpu_thousandths(granted: &Granted) -> usize {
    granted.gpus.len() * usize::from(granted.gpu_share.thousandths())
}

/// What is in use from now on.
fn slots(counts: &Counts, now: Duration) -> Value {
    let gpus = counts.gpus as f64 / 1000.0;
    counter("in use", &json!({"CPU slots": counts.cpus, "GPUs": gpus}), now)
}

/// How many nodes are over.
fn nodes(counts: &Counts, now: Duration) -> Value {
    counter("nodes", &json!({"run": counts.run, "cached": counts.cached}), now)
}

fn counter(name: &str, values: &Value, now: Duration) -> Value {
    json!({"ph": "C", "pid": PROCESS, "ts": micros(now), "name": name, "args": values})
}

fn name(kind: &str, lane: usize, name: &str) -> Value {
    json!({"ph": "M", "pid": PROCESS, "tid": lane, "name": kind, "args": {"name": name}})
}

fn instant(what: &str, lane: usize, now: Duration) -> Value {
    json!({"ph": "i", "s": "t", "pid": PROCESS, "tid": lane, "ts": micros(now), "name": what})
}

fn complete(
    name: &str,
    category: &str,
    lane: usize,
    (begin, end): (Duration, Duration),
    fields: &Value,
) -> Value {
    // Both ends are rounded alike, so that neighbours in a lane never overlap.
    let (begin, end) = (micros(begin), micros(end));
    json!({
        "ph": "X", "pid": PROCESS, "tid": lane, "ts": begin, "dur": end - begin,
        "name": name, "cat": category, "args": fields,
    })
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
