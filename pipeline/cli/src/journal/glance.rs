//! What became of a run, from the ends of its journal and its report, without reading all of either.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use fs_err::File;
use jiff::Timestamp;
use pipeline_engine::Report;

use super::entry::{Entry, Line};
use super::head::{Head, ReportGlance, Summary, last_lines};
use super::history::{EXTENSION, JournalFile, State, folder};
use super::view::RunView;

/// Longer lines of a journal are passed over.
const LONGEST_LINE: u64 = 1 << 20;

/// The files of one run of an experiment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PastFiles {
    /// The run.
    pub(crate) id: String,
    /// What it wrote while it lived.
    pub(crate) journal: Option<PathBuf>,
    /// What it wrote when it was over.
    pub(crate) report: Option<PathBuf>,
}

/// How a run ended, if it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Its process lives.
    Running,
    /// All that was asked for is there.
    Done,
    /// All of it was there before.
    NothingToDo,
    /// A node failed.
    Failed,
    /// It was asked to stop.
    Stopped,
    /// Its process is gone, and it did not come to its end.
    Interrupted,
    /// Its files are damaged.
    Unknown,
}

/// A run at a glance.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Glance {
    /// The run.
    pub(crate) id: String,
    /// How it ended.
    pub(crate) fate: Fate,
    /// When it began.
    pub(crate) began: Option<Timestamp>,
    /// How long it took by the clock that nobody sets; of an interrupted one by the other clock, if
    /// that did not go backwards.
    pub(crate) seconds: Option<f64>,
    /// What is known of its nodes, and of those that run now.
    pub(crate) view: RunView,
    /// Files that cannot be read, with the reason.
    pub(crate) damaged: Vec<String>,
}

/// The runs of an experiment of which there are files, and files among them that are of no run.
pub(crate) fn past_files(run_dir: &Path) -> (Vec<PastFiles>, Vec<String>) {
    let mut found: BTreeMap<String, PastFiles> = BTreeMap::new();
    let mut foreign = Vec::new();
    for entry in fs_err::read_dir(folder(run_dir)).into_iter().flatten().flatten() {
        let path = entry.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        let extension = path.extension().and_then(|extension| extension.to_str());
        let is_journal = extension == Some(EXTENSION);
        // A page lies beside the report that it tells of.
        let page = path.with_extension("json");
        if stem.starts_with('.') || (extension == Some("html") && page.is_file()) {
            continue;
        }
        if began_by_id(&stem).is_none() || !(is_journal || extension == Some("json")) {
            foreign.push(format!("{} is not of a run", path.display()));
            continue;
        }
        let files = found.entry(stem.clone()).or_default();
        files.id = stem;
        if is_journal {
            files.journal = Some(path);
        } else {
            files.report = Some(path);
        }
    }
    // A run that executed nothing has no file of its own.
    let latest = run_dir.join(Report::FILE);
    match ReportGlance::read(&latest) {
        Ok(Some(report)) => {
            if let Some(id) = report.id() {
                found
                    .entry(id.clone())
                    .or_insert(PastFiles { id, ..PastFiles::default() })
                    .report = Some(latest);
            }
        }
        Ok(None) => {}
        Err(damage) => foreign.push(damage),
    }
    foreign.sort();
    (found.into_values().collect(), foreign)
}

/// When a run began, by its name.
fn began_by_id(id: &str) -> Option<Timestamp> {
    let (time, _) = id.split_once('-')?;
    let time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", time).ok()?;
    jiff::tz::TimeZone::UTC.to_timestamp(time).ok()
}

impl PastFiles {
    /// Looks at them.
    pub(crate) fn glance(&self, now: Timestamp) -> Glance {
        let mut glance = Glance {
            id: self.id.clone(),
            fate: Fate::Unknown,
            began: began_by_id(&self.id),
            seconds: None,
            view: RunView::default(),
            damaged: Vec::new(),
        };
        if let Some(path) = &self.journal {
            glance.take_journal(path, now);
        }
        let wanted = matches!(glance.fate, Fate::Unknown | Fate::Failed);
        if let Some(path) = self.report.as_ref().filter(|_| wanted) {
            match ReportGlance::read(path) {
                Ok(Some(report)) => glance.take_report(report),
                Ok(None) => {}
                Err(damage) => glance.damaged.push(damage),
            }
        }
        glance
    }
}

impl Glance {
    /// Of the nodes that were looked up, those whose result was there; none if there is none yet.
    pub(crate) fn cached_share(&self) -> Option<f64> {
        let RunView { ran, cached, failed, .. } = &self.view;
        let looked_up = ran + cached + failed;
        (looked_up > 0).then(|| *cached as f64 / looked_up as f64)
    }

    fn take_journal(&mut self, path: &Path, now: Timestamp) {
        match Head::read(path) {
            Ok(head) => {
                self.began = Some(head.at);
                self.view.started_at = Some(head.at);
                self.view.experiment = head.experiment;
                self.view.nodes = head.nodes;
                self.view.command = head.command;
            }
            Err(what) => self.damaged.push(format!("{}: {what}", path.display())),
        }
        let journal = JournalFile { id: self.id.clone(), path: path.to_owned() };
        let mut state = journal.state();
        let (summary, heard) = last_lines(path);
        if state == State::Finished && summary.is_none() {
            state = State::Interrupted;
        }
        match (state, summary) {
            (State::Live, _) => {
                self.fate = Fate::Running;
                self.follow(path, Wanted::Everything);
                self.seconds = self.since_it_began(now);
            }
            (State::Finished, Some(summary)) => self.take_summary(&summary),
            (State::Finished | State::Interrupted, _) => {
                self.fate = Fate::Interrupted;
                self.follow(path, Wanted::Outcomes);
                self.view.heard_at = heard.or(self.view.heard_at);
                self.seconds = self.view.heard_at.and_then(|heard| self.since_it_began(heard));
            }
        }
    }

    fn since_it_began(&self, until: Timestamp) -> Option<f64> {
        let seconds = until.duration_since(self.view.started_at?).as_secs_f64();
        (seconds >= 0.0).then_some(seconds)
    }

    fn take_summary(&mut self, summary: &Summary) {
        self.seconds = Some(summary.seconds);
        self.view.ran = summary.run;
        self.view.cached = summary.cached;
        self.view.failed = summary.failed;
        self.view.skipped = summary.skipped;
        self.fate = if summary.failed > 0 || summary.bug {
            Fate::Failed
        } else if summary.cancelled {
            Fate::Stopped
        } else if summary.skipped > 0 {
            Fate::Failed
        } else {
            Fate::Done
        };
    }

    /// The whole journal, line by line.
    fn follow(&mut self, path: &Path, wanted: Wanted) {
        let Ok(file) = File::open(path) else { return };
        let mut reader = BufReader::new(file);
        let mut line = Vec::new();
        loop {
            line.clear();
            match reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) if wanted.passes_over(&line) => {}
                Ok(_) => {
                    let parsed = Line::parse(&String::from_utf8_lossy(&line));
                    // The first line is known, and may be longer than any other.
                    if let Some(line) = parsed
                        && !matches!(line.entry, Entry::RunStarted { .. })
                    {
                        self.view.take(line);
                    }
                }
            }
        }
    }

    fn take_report(&mut self, report: ReportGlance) {
        let counts = report.counts();
        self.view.failures = report.failures();
        if self.fate != Fate::Unknown {
            return;
        }
        if let Ok(began) = report.started_at.parse() {
            self.began = Some(began);
        }
        self.seconds = Some(report.seconds);
        self.view.experiment = report.experiment;
        let of = |status: &str| counts.get(status).copied().unwrap_or_default();
        self.view.ran = of("ran");
        self.view.cached = of("cached");
        self.view.failed = of("failed");
        self.view.skipped = of("skipped");
        self.view.nodes = counts.values().sum::<usize>() - of("left out");
        self.fate = match (self.view.failed, self.view.skipped, self.view.ran) {
            (0, 0, 0) => Fate::NothingToDo,
            (0, 0, _) => Fate::Done,
            (0, ..) => Fate::Stopped,
            _ => Fate::Failed,
        };
    }
}

/// Which lines of a journal matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// All but logs.
    Everything,
    /// What became of the nodes.
    Outcomes,
}

impl Wanted {
    /// Most lines are of little interest, and taking them apart is most of the work. A quotation
    /// mark in a message is escaped, so that no message is taken for what it quotes.
    fn passes_over(self, line: &[u8]) -> bool {
        let has = |text: &[u8]| line.windows(text.len()).any(|window| window == text);
        match self {
            Self::Everything => has(br#""event":"log""#),
            Self::Outcomes => has(br#""type":"stage""#),
        }
    }
}

#[cfg(test)]
mod tests;
