//! The list of runs, with what changed in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::SystemTime;

use pipeline_engine::Report;
use pipeline_ui::{RunCard, RunName, RunState, RunsChange};

use super::shelf;
use super::story::Story;
use crate::commands::experiments;
use crate::journal::{JournalFile, State, journals};

/// The file in a run's folder that people open.
pub(super) const REPORT_PAGE: &str = "report.html";

/// How many forgotten runs are remembered as such.
const MOST_GONE: usize = 1000;

/// The runs.
#[derive(Default)]
pub(super) struct Catalogue {
    entries: BTreeMap<RunName, Listed>,
    latest: BTreeMap<String, Latest>,
    gone: Vec<(u64, RunName)>,
    /// The revision in which something changed last.
    revision: u64,
    /// The revision up to which it is not known any more what was forgotten.
    dark: u64,
}

/// One run.
struct Listed {
    card: RunCard,
    /// The revision in which it changed last.
    changed: u64,
    /// None if it left none.
    journal: Option<JournalFile>,
    /// What the journal was when it was looked at.
    seen: Option<Signature>,
}

/// The report of the latest run of an experiment.
struct Latest {
    seen: Signature,
    run_id: String,
    has_page: bool,
}

type Signature = (u64, Option<SystemTime>);

impl Catalogue {
    /// Looks for runs. Gives those that live.
    pub(super) fn scan(&mut self, runs: &Path, revision: u64) -> Vec<(RunName, JournalFile)> {
        self.revision = self.revision.max(1);
        let mut living = Vec::new();
        let mut there = BTreeSet::new();
        for experiment in experiments(runs) {
            let run_dir = runs.join(&experiment);
            let report = self.read_latest(&experiment, &run_dir);
            for journal in journals(&run_dir) {
                let name = RunName { experiment: experiment.clone(), id: journal.id.clone() };
                if self.look_at(&name, &journal, revision) {
                    living.push((name.clone(), journal));
                }
                there.insert(name);
            }
            let latest = self.latest.get(&experiment);
            if let Some(id) = latest.map(|latest| latest.run_id.clone()) {
                let name = RunName { experiment, id };
                if let Some(report) = report.filter(|_| !there.contains(&name)) {
                    let card = Story::of_report(name.clone(), revision, &report).card();
                    self.put(card, None, None, revision);
                }
                // A run in which nothing ran left a report and no journal.
                if self.entries.contains_key(&name) {
                    there.insert(name);
                }
            }
        }
        self.keep_only(&there, revision);
        let reports: Vec<(RunName, bool)> =
            self.entries.keys().map(|name| (name.clone(), self.has_report(name))).collect();
        for (name, report) in reports {
            if let Some(listed) = self.entries.get_mut(&name)
                && listed.card.report != report
            {
                listed.card.report = report;
                listed.changed = revision;
                self.revision = revision;
            }
        }
        living
    }

    /// Reads the report of the latest run if it is another than before.
    fn read_latest(&mut self, experiment: &str, run_dir: &Path) -> Option<Report> {
        let Some(seen) = signature(&run_dir.join(Report::FILE)) else {
            self.latest.remove(experiment);
            return None;
        };
        let page = fs_err::symlink_metadata(run_dir.join(REPORT_PAGE));
        let has_page = page.is_ok_and(|page| page.is_file());
        if let Some(latest) = self.latest.get_mut(experiment)
            && latest.seen == seen
        {
            latest.has_page = has_page;
            return None;
        }
        let report = Report::read(run_dir).filter(|report| !report.run_id.is_empty())?;
        let latest = Latest { seen, run_id: report.run_id.clone(), has_page };
        self.latest.insert(experiment.to_owned(), latest);
        Some(report)
    }

    /// Whether the run lives. One that is over is looked at once.
    fn look_at(&mut self, name: &RunName, journal: &JournalFile, revision: u64) -> bool {
        let seen = signature(&journal.path);
        if let Some(listed) = self.entries.get(name) {
            let over = listed.card.state != RunState::Running;
            if over && listed.journal.is_some() && listed.seen == seen {
                return false;
            }
        }
        let state = journal.state();
        if state == State::Live {
            return true;
        }
        let report = self.has_report(name);
        if let Some(card) = shelf::card(name.clone(), &journal.path, state, report) {
            self.put(card, Some(journal.clone()), seen, revision);
        }
        false
    }

    /// Takes what is known of a living run, and of one that has just ended.
    pub(super) fn tell(&mut self, card: RunCard, journal: &JournalFile, revision: u64) {
        let seen = signature(&journal.path);
        self.put(card, Some(journal.clone()), seen, revision);
    }

    fn put(
        &mut self,
        card: RunCard,
        journal: Option<JournalFile>,
        seen: Option<Signature>,
        revision: u64,
    ) {
        if let Some(listed) = self.entries.get_mut(&card.name) {
            listed.seen = seen;
            listed.journal = journal;
            if listed.card != card {
                listed.card = card;
                listed.changed = revision;
                self.revision = revision;
            }
            return;
        }
        self.gone.retain(|(_, name)| *name != card.name);
        let name = card.name.clone();
        self.entries.insert(name, Listed { card, changed: revision, journal, seen });
        self.revision = revision;
    }

    fn keep_only(&mut self, there: &BTreeSet<RunName>, revision: u64) {
        let lost: Vec<RunName> =
            self.entries.keys().filter(|name| !there.contains(name)).cloned().collect();
        for name in lost {
            self.entries.remove(&name);
            self.gone.push((revision, name));
            self.revision = revision;
        }
        let surplus = self.gone.len().saturating_sub(MOST_GONE);
        for (when, _) in self.gone.drain(..surplus) {
            self.dark = self.dark.max(when);
        }
    }

    /// Whether there is such a run, and if so its journal.
    #[expect(clippy::option_option, reason = "a run may be known and have left no journal")]
    pub(super) fn journal(&self, run: &RunName) -> Option<Option<&JournalFile>> {
        self.entries.get(run).map(|listed| listed.journal.as_ref())
    }

    /// Whether the report page in the run's folder is of this run.
    pub(super) fn has_report(&self, run: &RunName) -> bool {
        let latest = self.latest.get(&run.experiment);
        latest.is_some_and(|latest| latest.has_page && latest.run_id == run.id)
    }

    pub(super) fn revision(&self) -> u64 {
        self.revision
    }

    /// What changed after a revision; none if nothing did.
    pub(super) fn since(&self, since: Option<u64>) -> Option<RunsChange> {
        let since = since.filter(|since| *since >= self.dark.max(1));
        if since.is_some_and(|since| since >= self.revision) {
            return None;
        }
        let after = since.unwrap_or(0);
        let changed = self.entries.values().filter(|listed| listed.changed > after);
        let gone = self.gone.iter().filter(|(when, _)| since.is_some_and(|since| *when > since));
        Some(RunsChange {
            revision: self.revision,
            whole: since.is_none(),
            runs: changed.map(|listed| listed.card.clone()).collect(),
            gone: gone.map(|(_, name)| name.clone()).collect(),
        })
    }
}

fn signature(path: &Path) -> Option<Signature> {
    let file = fs_err::metadata(path).ok()?;
    Some((file.len(), file.modified().ok()))
}
