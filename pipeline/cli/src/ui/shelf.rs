//! Runs of the past, told from the two ends of their journals.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use fs_err::File;
use jiff::Timestamp;
use pipeline_ui::{RunCard, RunName, Tally};

use super::story::run_state;
use crate::journal::{Entry, Line, State};

/// The first line holds the graph; a longer one is not read.
const HEAD: u64 = 16 << 20;
/// The last line holds the counts.
const TAIL: u64 = 8 * 1024;

/// What the list says of a run that is over.
pub(super) fn card(name: RunName, path: &Path, state: State, report: bool) -> Option<RunCard> {
    let (first, last) = ends(path).ok()?;
    let mut tally = Tally::default();
    let mut started_at = None;
    if let Some(Line { at, entry: Entry::RunStarted { nodes, .. } }) = first {
        tally.nodes = nodes;
        started_at = Some(at);
    }
    let mut summary = None;
    if let Some(Line { entry: Entry::RunFinished { summary: counts }, .. }) = &last {
        tally.ran = counts.run;
        tally.cached = counts.cached;
        tally.failed = counts.failed;
        tally.skipped = counts.skipped;
        summary = Some(*counts);
    }
    let heard_at = last.map(|line| line.at);
    let took = started_at.zip(heard_at);
    let took = took.map(|(begin, end)| end.duration_since(begin).as_secs_f64().max(0.0));
    let time = |at: Option<Timestamp>| at.map(|at| format!("{at:.3}"));
    Some(RunCard {
        state: run_state(state, &tally, summary),
        started_at: time(started_at),
        heard_at: time(heard_at),
        seconds: summary.map(|summary| summary.seconds).or(took),
        name,
        tally,
        report,
    })
}

/// The first line, and the last that is whole.
fn ends(path: &Path) -> std::io::Result<(Option<Line>, Option<Line>)> {
    let mut file = BufReader::new(File::open(path)?);
    let mut first = Vec::new();
    file.by_ref().take(HEAD).read_until(b'\n', &mut first)?;
    let mut file = file.into_inner();
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    let end = String::from_utf8_lossy(&end);
    let last = end.lines().rev().find_map(Line::parse);
    Ok((Line::parse(&String::from_utf8_lossy(&first)), last))
}
