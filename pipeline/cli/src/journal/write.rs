//! Writing the journal of a run.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use fs_err::{File, OpenOptions};
use jiff::Timestamp;
use pipeline_engine::{NodeOutcome, RunEvent};
use serde_json::{Value, json};

use super::history::{EXTENSION, KEEP, folder, prune};
use super::throttle::Throttle;

/// The run that a journal belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    /// The run.
    pub(crate) run_id: String,
    /// The command line, so that others can say how to go on with an interrupted run.
    pub(crate) command: Vec<String>,
    /// The process.
    pub(crate) pid: u32,
}

/// Keeps the journal of one run. Nothing is written for a run that executes nothing.
pub(crate) struct Journal<'a> {
    run_dir: PathBuf,
    origin: Origin,
    now: &'a (dyn Fn() -> Timestamp + Sync),
    inner: Mutex<Inner>,
}

struct Inner {
    throttle: Throttle,
    file: Target,
}

enum Target {
    /// Nothing has run yet; this is what happened.
    Waiting(Vec<(Timestamp, RunEvent)>),
    Open(File),
    /// It could not be written. What is open stays locked as long as the run lives.
    Broken {
        _held: Option<File>,
    },
}

impl<'a> Journal<'a> {
    /// Prepares the journal of a run.
    pub(crate) fn new(
        run_dir: &Path,
        origin: Origin,
        now: &'a (dyn Fn() -> Timestamp + Sync),
    ) -> Self {
        let inner = Inner { throttle: Throttle::default(), file: Target::Waiting(Vec::new()) };
        Self { run_dir: run_dir.to_owned(), origin, now, inner: Mutex::new(inner) }
    }

    /// Takes one event. A journal that cannot be written is a warning, once.
    pub(crate) fn event(&self, event: &RunEvent) {
        let at = (self.now)();
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut inner.file {
            Target::Waiting(before) if is_quiet(event) => before.push((at, event.clone())),
            Target::Waiting(before) => {
                let before = std::mem::take(before);
                match open(&self.run_dir, &self.origin.run_id) {
                    Ok(file) => inner.file = Target::Open(file),
                    Err(error) => return inner.give_up(&error),
                }
                let events: Vec<_> = before.into_iter().chain([(at, event.clone())]).collect();
                self.write(&mut inner, events);
            }
            Target::Open(_) => {
                let events = inner.throttle.pass(at, event.clone());
                self.write(&mut inner, events);
            }
            Target::Broken { .. } => {}
        }
    }

    fn write(&self, inner: &mut Inner, events: Vec<(Timestamp, RunEvent)>) {
        let Target::Open(file) = &mut inner.file else { return };
        let mut text = String::new();
        for (at, event) in events {
            text.push_str(&self.line(at, &event));
        }
        if let Err(error) = file.write_all(text.as_bytes()) {
            inner.give_up(&error);
        }
    }

    /// The event's JSON and its time; the first line also says who runs.
    fn line(&self, at: Timestamp, event: &RunEvent) -> String {
        let mut fields = json!(event);
        fields["at"] = Value::String(format!("{at:.3}"));
        if let RunEvent::RunStarted { .. } = event {
            fields["command"] = json!(self.origin.command);
            fields["pid"] = json!(self.origin.pid);
        }
        format!("{fields}\n")
    }
}

impl Inner {
    fn give_up(&mut self, error: &std::io::Error) {
        tracing::warn!(%error, "the journal of this run is not written; `status` and `logs` do not see the run");
        let held = match std::mem::replace(&mut self.file, Target::Broken { _held: None }) {
            Target::Open(file) => Some(file),
            _ => None,
        };
        self.file = Target::Broken { _held: held };
    }
}

/// What happens also when nothing runs.
fn is_quiet(event: &RunEvent) -> bool {
    match event {
        RunEvent::RunStarted { .. } | RunEvent::RunFinished { .. } => true,
        RunEvent::NodeFinished { outcome, .. } => {
            matches!(outcome, NodeOutcome::Cached | NodeOutcome::Skipped)
        }
        _ => false,
    }
}

/// Makes the file under another name and locks it before anyone can see it. Room is made for it
/// among the journals that are kept.
fn open(run_dir: &Path, run_id: &str) -> std::io::Result<File> {
    let folder = folder(run_dir);
    fs_err::create_dir_all(&folder)?;
    prune(run_dir, KEEP - 1);
    let path = folder.join(format!("{run_id}.{EXTENSION}"));
    let hidden = folder.join(format!(".{run_id}.{EXTENSION}"));
    let file = OpenOptions::new().create(true).write(true).truncate(true).open(&hidden)?;
    if let Err(error) = file.file().lock() {
        tracing::debug!(%error, "no locks here; `status` takes this run for an interrupted one");
    }
    fs_err::rename(&hidden, &path)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use pipeline_engine::{NodeFailure, NodeId, RunSummary, StageError};

    use super::super::history::{State, journals};
    use super::super::{Entry, Follower, Outcome};
    use super::*;

    fn noon() -> Timestamp {
        "2026-01-31T12:00:00.5Z".parse().unwrap()
    }

    fn origin() -> Origin {
        let command = ["toy", "run", "e.yaml"].map(str::to_owned).to_vec();
        Origin { run_id: "20260131T120000Z-00ff".to_owned(), command, pid: 7 }
    }

    fn finished(name: &str, outcome: NodeOutcome) -> RunEvent {
        RunEvent::NodeFinished {
            node: NodeId::new(name, &BTreeMap::new()),
            outcome,
            seconds: 1.0,
            warnings: Vec::new(),
        }
    }

    fn started() -> RunEvent {
        RunEvent::RunStarted {
            run_id: origin().run_id,
            experiment: "e".to_owned(),
            nodes: 3,
            graph: Vec::new(),
        }
    }

    #[test]
    fn a_run_in_which_nothing_runs_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::new(dir.path(), origin(), &noon);
        journal.event(&started());
        journal.event(&finished("a", NodeOutcome::Cached));
        journal.event(&RunEvent::RunFinished { summary: RunSummary::default() });
        drop(journal);
        assert_eq!(fs_err::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_was_cached_before_the_first_action_is_not_lost() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::new(dir.path(), origin(), &noon);
        journal.event(&started());
        journal.event(&finished("a", NodeOutcome::Cached));
        let error = NodeFailure::from_error(StageError::message("tripped"));
        journal.event(&finished("b", NodeOutcome::Failed { error }));
        let [file] = &journals(dir.path())[..] else { panic!("not one journal") };
        assert_eq!(file.state(), State::Live);
        journal.event(&RunEvent::RunFinished { summary: RunSummary::default() });
        drop(journal);
        assert_eq!(file.state(), State::Finished);
        let lines = Follower::open(&file.path).unwrap().read().unwrap();
        assert!(lines.iter().all(|line| line.at == noon()));
        let Entry::RunStarted { nodes, command, .. } = &lines[0].entry else { panic!("{lines:?}") };
        assert_eq!((*nodes, command), (3, &origin().command));
        let Entry::NodeFinished { node, outcome: Outcome::Cached, .. } = &lines[1].entry else {
            panic!("{lines:?}")
        };
        assert_eq!(node, "a");
        let Entry::NodeFinished { outcome: Outcome::Failed { error }, .. } = &lines[2].entry else {
            panic!("{lines:?}")
        };
        assert_eq!(error.message, "tripped");
        assert!(matches!(lines[3].entry, Entry::RunFinished { .. }));
    }

    #[test]
    fn a_folder_that_cannot_be_made_does_not_stop_the_run() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs_err::write(&file, "").unwrap();
        let journal = Journal::new(&file, origin(), &noon);
        for _ in 0..2 {
            journal.event(&RunEvent::NodeWaiting {
                node: NodeId::new("a", &BTreeMap::new()),
                key: String::new(),
            });
        }
        let inner = journal.inner.lock().unwrap();
        assert!(matches!(inner.file, Target::Broken { _held: None }));
    }
}
