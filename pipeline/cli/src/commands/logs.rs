//! `orchestrate logs`.

use std::path::Path;
use std::time::Duration;

use pipeline_engine::{NodeReport, Report};
use pipeline_store::Store;

use super::Session;
use super::runs::{experiment_name, is_wanted, no_run};
use super::session::unknown;
use crate::arguments::LogsArguments;
use crate::error::{CommandError, Exit};
use crate::journal::{Entry, Follower, JournalFile, Line, Outcome, State, journals};
use crate::render::log_line;

/// How often `--follow` looks for new lines.
const PAUSE: Duration = Duration::from_millis(200);

/// Prints what a node's action said: of the run in progress, otherwise of the latest run.
pub(crate) fn logs(session: &Session<'_>, arguments: &LogsArguments) -> Result<Exit, CommandError> {
    let name = experiment_name(&arguments.run)?;
    let run_dir = arguments.places.runs.join(&name);
    let report = Report::read(&run_dir);
    let journals = journals(&run_dir);
    let newest = journals.first();
    if newest.is_none() && report.is_none() {
        return Err(no_run(&name, &arguments.places.runs).into());
    }
    if let Some(journal) = newest
        && journal.state() == State::Live
    {
        return Live::new(session, arguments, report.as_ref()).follow(journal);
    }
    // A run that was interrupted left a journal but no report.
    let unfinished =
        newest.filter(|journal| report.as_ref().is_none_or(|report| report.run_id < journal.id));
    let mut said = unfinished.map(|journal| heard(journal, &arguments.node)).unwrap_or_default();
    if said.is_empty() {
        let store = session.store(&arguments.places)?;
        let report = report.unwrap_or_default();
        said = of_report(session, &report, &run_dir, &store, &journals, &arguments.node)?;
    }
    print(session, &last(said, arguments.tail));
    Ok(Exit::Done)
}

/// A line and the node that said it.
type Said = (String, String);

/// Everything a journal knows of the wanted nodes.
fn heard(journal: &JournalFile, wanted: &str) -> Vec<Said> {
    let lines = Follower::open(&journal.path).and_then(|mut follower| follower.read());
    lines.unwrap_or_default().into_iter().filter_map(|line| spoken(line, wanted)).collect()
}

/// What one line of a journal adds to the log of a wanted node.
fn spoken(line: Line, wanted: &str) -> Option<Said> {
    let node = line.entry.node().filter(|node| is_wanted(node, wanted))?.to_owned();
    let text = match line.entry {
        Entry::Stage { said, .. } => log_line(&said)?,
        Entry::NodeRetried { attempt, of, error, .. } => {
            format!("attempt {attempt} of {of} failed: {}", error.message)
        }
        Entry::NodeFinished { outcome: Outcome::Failed { error }, .. } => {
            format!("failed: {}", error.message)
        }
        _ => return None,
    };
    Some((node, text))
}

/// The logs of the wanted nodes in the latest run that came to its end.
fn of_report(
    session: &Session<'_>,
    report: &Report,
    run_dir: &Path,
    store: &Store,
    journals: &[JournalFile],
    wanted: &str,
) -> Result<Vec<Said>, CommandError> {
    let nodes: Vec<&NodeReport> =
        report.nodes.iter().filter(|node| is_wanted(node.node.as_str(), wanted)).collect();
    if nodes.is_empty() {
        let known: Vec<&str> = report.nodes.iter().map(|node| node.node.as_str()).collect();
        return Err(unknown("cli::unknown_node", "node", wanted, &known).into());
    }
    let journal = journals.iter().find(|journal| journal.id == report.run_id);
    let mut said = Vec::new();
    for node in nodes {
        let id = node.node.as_str();
        if matches!(node.status.as_str(), "skipped" | "left out") && node.key.is_some() {
            let what = format!("`{id}` did not run in the latest run; this is from before");
            session.console.note(&what);
        }
        let kept = kept_log(node, run_dir, store).unwrap_or_default();
        let mut lines: Vec<Said> =
            kept.lines().map(|line| (id.to_owned(), line.to_owned())).collect();
        if let Some(error) = &node.error {
            lines.push((id.to_owned(), format!("failed: {error}")));
        }
        let lost = kept.is_empty() && matches!(node.status.as_str(), "ran" | "failed");
        if let Some(journal) = journal.filter(|_| lost) {
            lines = heard(journal, id);
        }
        if lines.is_empty() {
            session.console.note(&format!("`{id}` wrote no log (its status is {})", node.status));
        }
        said.extend(lines);
    }
    Ok(said)
}

/// The whole log of a node: of a failed action beside the report, otherwise in the store.
pub(crate) fn kept_log(node: &NodeReport, run_dir: &Path, store: &Store) -> Option<String> {
    if node.status == "failed" {
        return fs_err::read_to_string(run_dir.join("logs").join(format!("{}.log", node.node)))
            .ok();
    }
    let log = store.record(node.key?)?.provenance.log?;
    store.get_bytes(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn last(mut said: Vec<Said>, tail: Option<usize>) -> Vec<Said> {
    let skipped = tail.map_or(0, |tail| said.len().saturating_sub(tail));
    said.split_off(skipped)
}

/// Prints lines; of several nodes each with its name.
fn print(session: &Session<'_>, said: &[Said]) {
    let several = said.iter().any(|(node, _)| *node != said[0].0);
    let text: Vec<String> = said.iter().map(|(node, line)| named(several, node, line)).collect();
    session.console.data(&text.concat());
}

fn named(several: bool, node: &str, line: &str) -> String {
    if several { format!("{node} | {line}\n") } else { format!("{line}\n") }
}

/// The log of a run in progress.
struct Live<'a> {
    session: &'a Session<'a>,
    arguments: &'a LogsArguments,
    /// Every node that is known by name.
    known: Vec<String>,
    found: bool,
    /// Whether anything that is wanted has begun, or needed not to.
    begun: bool,
    /// Whether everything that is wanted is over.
    over: bool,
    said: Vec<Said>,
}

impl<'a> Live<'a> {
    fn new(
        session: &'a Session<'a>,
        arguments: &'a LogsArguments,
        report: Option<&Report>,
    ) -> Self {
        let nodes = report.map(|report| &report.nodes[..]).unwrap_or_default();
        let known: Vec<String> = nodes.iter().map(|node| node.node.to_string()).collect();
        let found = known.iter().any(|node| is_wanted(node, &arguments.node));
        Self { session, arguments, known, found, begun: false, over: false, said: Vec::new() }
    }

    /// Prints what there is, and with `--follow` what comes, until the node or the run ends.
    fn follow(mut self, journal: &JournalFile) -> Result<Exit, CommandError> {
        let mut follower = Follower::open(&journal.path).map_err(pipeline_store::StoreError::Io)?;
        let mut first = true;
        loop {
            // Asked before reading, so that nothing a dying run wrote is missed.
            let alive = journal.state() == State::Live;
            for line in follower.read().map_err(pipeline_store::StoreError::Io)? {
                self.take(line);
            }
            let said = std::mem::take(&mut self.said);
            let tail = self.arguments.tail.filter(|_| first);
            let several = !self.known.contains(&self.arguments.node);
            for (node, line) in last(said, tail) {
                let several = several && node != self.arguments.node;
                self.session.console.data(&named(several, &node, &line));
            }
            first = false;
            if self.over || !self.arguments.follow || !alive {
                return self.end(alive);
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn take(&mut self, line: Line) {
        if matches!(line.entry, Entry::RunFinished { .. }) {
            self.over = true;
        }
        if let Some(node) = line.entry.node() {
            if is_wanted(node, &self.arguments.node) {
                self.found = true;
                let cached =
                    matches!(&line.entry, Entry::NodeFinished { outcome: Outcome::Cached, .. });
                if !self.begun && cached {
                    let what = format!("`{node}` is taken from the store; `show` prints its log");
                    self.session.console.note(&what);
                }
                self.begun = true;
                let ended = matches!(line.entry, Entry::NodeFinished { .. });
                self.over |= ended && node == self.arguments.node;
            }
            if !self.known.iter().any(|known| known == node) {
                self.known.push(node.to_owned());
            }
        }
        self.said.extend(spoken(line, &self.arguments.node));
    }

    fn end(self, alive: bool) -> Result<Exit, CommandError> {
        let wanted = &self.arguments.node;
        if !self.found {
            let known: Vec<&str> = self.known.iter().map(String::as_str).collect();
            return Err(unknown("cli::unknown_node", "node", wanted, &known).into());
        }
        if !self.begun && !self.arguments.follow {
            self.session.console.note(&format!("`{wanted}` has not begun"));
        }
        if !self.over && !alive && self.arguments.follow {
            self.session.console.note(&format!("the run ended before `{wanted}` did"));
            return Ok(Exit::Failed);
        }
        Ok(Exit::Done)
    }
}
