//! All runs under a folder, as the page asks for them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use pipeline_engine::Report;
use pipeline_store::Store;
use pipeline_ui::{LogChange, RunChange, RunName, Runs, RunsChange, StopRefusal};

use super::catalogue::{Catalogue, REPORT_PAGE};
use super::story::Story;
use super::{node_log, stop};
use crate::commands::kept_log;
use crate::journal::{Follower, JournalFile, State};

/// How often journals of living runs are read at most.
const FOLLOW: Duration = Duration::from_millis(200);
/// How often it looks for runs at most.
const SCAN: Duration = Duration::from_secs(1);
/// How many runs that are over are kept in memory.
const MOST_OPEN: usize = 4;
/// A larger file is no report.
const LARGEST_REPORT: u64 = 256 << 20;

/// Runs, read from files when somebody asks and no more often than makes sense.
pub(crate) struct Library {
    runs: PathBuf,
    store: PathBuf,
    now: fn() -> Timestamp,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    scanned: Option<Instant>,
    followed: Option<Instant>,
    catalogue: Catalogue,
    open: BTreeMap<RunName, Open>,
    /// The last one that was given out, for the list and all runs.
    revision: u64,
}

/// A run that is followed, or was asked for.
struct Open {
    /// None for a run that left no journal.
    source: Option<(JournalFile, Follower)>,
    story: Story,
    live: bool,
    asked: Instant,
}

impl Library {
    /// The runs in a folder, with logs from a store.
    pub(crate) fn new(runs: &Path, store: PathBuf, now: fn() -> Timestamp) -> Self {
        Self { runs: runs.to_owned(), store, now, inner: Mutex::default() }
    }

    /// Everything, as new as it has to be.
    fn fresh(&self) -> MutexGuard<'_, Inner> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let due = |last: Option<Instant>, pause| last.is_none_or(|last| last.elapsed() >= pause);
        if due(inner.scanned, SCAN) {
            inner.scan(&self.runs);
            inner.scanned = Some(Instant::now());
        }
        if due(inner.followed, FOLLOW) {
            inner.follow();
            inner.followed = Some(Instant::now());
        }
        inner
    }

    fn run_dir(&self, run: &RunName) -> PathBuf {
        self.runs.join(&run.experiment)
    }

    fn report_of(&self, run: &RunName) -> Option<Report> {
        let run_dir = self.run_dir(run);
        let latest = || Report::read(&run_dir).filter(|report| report.run_id == run.id);
        Report::read_run(&run_dir, &run.id).or_else(latest)
    }

    /// The log that is kept with a node's result, or with its failure.
    fn kept(&self, run: &RunName, node: &str) -> Option<LogChange> {
        let report = self.report_of(run)?;
        let node = report.nodes.iter().find(|found| found.node.as_str() == node)?;
        let store = self.store.is_dir().then(|| Store::open(&self.store).ok()).flatten()?;
        Some(node_log::kept(&kept_log(node, &self.run_dir(run), &store)?))
    }
}

impl Inner {
    fn scan(&mut self, runs: &Path) {
        let next = self.revision + 1;
        let living = self.catalogue.scan(runs, next);
        for (name, journal) in living {
            if !self.open.contains_key(&name)
                && let Some(open) = Open::journal(name.clone(), journal, next)
            {
                self.revision = next;
                self.open.insert(name, open);
            }
        }
        self.revision = self.revision.max(self.catalogue.revision());
    }

    /// Reads what living runs have written since, and forgets what nobody asked for lately.
    fn follow(&mut self) {
        let next = self.revision + 1;
        for (name, open) in &mut self.open {
            if open.live {
                open.read(next);
                open.story.has_report(self.catalogue.has_report(name), next);
                let card = open.story.card();
                if let Some((journal, _)) = &open.source {
                    self.catalogue.tell(card, journal, next);
                }
                self.revision = self.revision.max(open.story.revision());
            }
        }
        self.revision = self.revision.max(self.catalogue.revision());
        while self.open.values().filter(|open| !open.live).count() > MOST_OPEN {
            let over = self.open.iter().filter(|(_, open)| !open.live);
            let Some((name, _)) = over.min_by_key(|(_, open)| open.asked) else { return };
            let name = name.clone();
            self.open.remove(&name);
        }
    }

    fn story(&mut self, library: &Library, run: &RunName) -> Option<&mut Story> {
        if !self.open.contains_key(run) {
            let next = self.revision + 1;
            let open = match self.catalogue.journal(run)? {
                Some(journal) => Open::journal(run.clone(), journal.clone(), next)?,
                None => Open {
                    source: None,
                    story: Story::of_report(run.clone(), next, &library.report_of(run)?),
                    live: false,
                    asked: Instant::now(),
                },
            };
            self.revision = next;
            self.open.insert(run.clone(), open);
        }
        let open = self.open.get_mut(run)?;
        open.asked = Instant::now();
        Some(&mut open.story)
    }
}

impl Open {
    /// Reads the journal up to now.
    fn journal(name: RunName, journal: JournalFile, revision: u64) -> Option<Self> {
        let follower = Follower::open(&journal.path).ok()?;
        let story = Story::new(name, revision);
        let source = Some((journal, follower));
        let mut open = Self { source, story, live: true, asked: Instant::now() };
        open.read(revision);
        Some(open)
    }

    fn read(&mut self, revision: u64) {
        let Some((journal, follower)) = &mut self.source else { return };
        // Asked before reading, so that nothing that a dying run wrote is missed.
        let state = journal.state();
        self.live = state == State::Live;
        match follower.read() {
            Ok(lines) => self.story.take(lines, state, revision),
            Err(error) => tracing::debug!(%error, "a journal cannot be read"),
        }
    }
}

impl Runs for Library {
    fn now(&self) -> String {
        format!("{:.3}", (self.now)())
    }

    fn list(&self, since: Option<u64>) -> Option<RunsChange> {
        self.fresh().catalogue.since(since)
    }

    fn knows(&self, run: &RunName) -> bool {
        self.fresh().catalogue.journal(run).is_some()
    }

    fn run(&self, run: &RunName, since: Option<u64>) -> Option<RunChange> {
        let mut inner = self.fresh();
        let report = inner.catalogue.has_report(run);
        let next = inner.revision + 1;
        // Asked for in any case, so that what somebody looks at stays.
        let story = inner.story(self, run)?;
        // It may come when everything else is over.
        let came = story.has_report(report, next);
        let change = story.since(since, (self.now)());
        if came {
            inner.revision = next.max(inner.revision);
        }
        change
    }

    fn log(&self, run: &RunName, node: &str, from: Option<u64>) -> Option<LogChange> {
        let journal = self.fresh().catalogue.journal(run)?.cloned();
        let Some(journal) = journal else {
            // Everything was told at once.
            return from.is_none().then(|| self.kept(run, node).unwrap_or_default());
        };
        let mut change = node_log::read(&journal.path, node, from).ok()?;
        if change.whole && change.lines.is_empty() && journal.state() != State::Live {
            let position = change.position;
            change = self.kept(run, node).unwrap_or(change);
            change.position = position;
        }
        Some(change)
    }

    fn stop(&self, run: &RunName) -> Result<(), StopRefusal> {
        let refusal = |message: &str| StopRefusal { message: message.to_owned() };
        let found = {
            let mut inner = self.fresh();
            let journal = inner.catalogue.journal(run).flatten().cloned();
            let process = inner.story(self, run).and_then(|story| story.process());
            journal.filter(|journal| journal.state() == State::Live).zip(process)
        };
        let (journal, process) = found.ok_or_else(|| refusal("the run is over"))?;
        stop::stop(&journal.path, process)
    }

    fn report(&self, run: &RunName) -> Option<Vec<u8>> {
        if !self.fresh().catalogue.has_report(run) {
            return None;
        }
        let path = self.run_dir(run).join(REPORT_PAGE);
        let small = fs_err::symlink_metadata(&path)
            .is_ok_and(|file| file.is_file() && file.len() <= LARGEST_REPORT);
        small.then(|| fs_err::read(path).ok()).flatten()
    }
}
