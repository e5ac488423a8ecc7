//! `orchestrate status`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use pipeline_engine::Report;
use serde_json::{Value, json};

use super::Session;
use super::runs::{experiment_name, experiments, no_run};
use crate::arguments::StatusArguments;
use crate::error::{CommandError, Exit};
use crate::journal::{Follower, JournalFile, RunView, State, journals};
use crate::render;
use crate::surroundings::now;

/// How often `--watch` looks again.
const PAUSE: Duration = Duration::from_secs(1);

/// Says how far the runs in progress are, and which were interrupted.
pub(crate) fn status(
    session: &Session<'_>,
    arguments: &StatusArguments,
) -> Result<Exit, CommandError> {
    let names = match &arguments.run {
        Some(run) => {
            let name = experiment_name(run)?;
            if !arguments.runs.join(&name).is_dir() {
                return Err(no_run(&name, &arguments.runs).into());
            }
            Some(vec![name])
        }
        None => None,
    };
    let mut watched = Watched::default();
    let redraw = std::io::stdout().is_terminal();
    let mut drawn = 0;
    loop {
        // Without a name also experiments that begin while this one watches.
        let names = names.clone().unwrap_or_else(|| experiments(&arguments.runs));
        let found = watched.look(&arguments.runs, &names);
        let now = now();
        if arguments.json {
            session.console.data(&as_json(&found, now));
            return Ok(Exit::Done);
        }
        let text = as_text(&found, &arguments.runs, now);
        let back = if redraw && drawn > 0 { format!("\x1b[{drawn}A\x1b[J") } else { String::new() };
        drawn = text.lines().count();
        session.console.data(&format!("{back}{text}"));
        let live = found.iter().any(|run| run.state == State::Live);
        if !arguments.watch || !live {
            return Ok(Exit::Done);
        }
        std::thread::sleep(PAUSE);
        if !redraw {
            session.console.data("\n");
        }
    }
}

/// A run that is worth a word.
struct Found {
    id: String,
    state: State,
    view: RunView,
}

/// Journals that were read already, so that only what was added is read again.
#[derive(Default)]
struct Watched {
    /// Runs that lived when this one looked before.
    lived: BTreeSet<PathBuf>,
    open: BTreeMap<PathBuf, (Follower, RunView)>,
}

impl Watched {
    /// The runs of these experiments that live, were interrupted, or ended while this one watched;
    /// a run that came after an interrupted one settles it.
    fn look(&mut self, runs: &Path, names: &[String]) -> Vec<Found> {
        let mut found = Vec::new();
        for name in names {
            let run_dir = runs.join(name);
            for (position, journal) in journals(&run_dir).into_iter().enumerate() {
                // Read first: a run that ends in between is then seen as finished.
                let state = journal.state();
                let of_interest = match state {
                    State::Live => true,
                    State::Interrupted => position == 0,
                    State::Finished => self.lived.contains(&journal.path),
                };
                if !of_interest {
                    continue;
                }
                let Some(view) = self.read(&journal) else { continue };
                if state == State::Live {
                    self.lived.insert(journal.path.clone());
                }
                let settled = state == State::Interrupted && later_report(&run_dir, &journal.id);
                if !settled {
                    found.push(Found { id: journal.id, state, view });
                }
            }
        }
        found
    }

    fn read(&mut self, journal: &JournalFile) -> Option<RunView> {
        if !self.open.contains_key(&journal.path) {
            let follower = Follower::open(&journal.path).ok()?;
            self.open.insert(journal.path.clone(), (follower, RunView::default()));
        }
        let (follower, view) = self.open.get_mut(&journal.path)?;
        for line in follower.read().ok()? {
            view.take(line);
        }
        Some(view.clone())
    }
}

/// Whether a report was written by a run that began later: one in which nothing had to run leaves
/// no journal.
fn later_report(run_dir: &Path, id: &str) -> bool {
    Report::read(run_dir).is_some_and(|report| report.run_id.as_str() > id)
}

fn as_text(found: &[Found], runs: &Path, now: Timestamp) -> String {
    if found.is_empty() {
        return format!("no run is in progress in `{}`\n", runs.display());
    }
    let blocks: Vec<String> = found
        .iter()
        .map(|run| match run.state {
            State::Live => render::running(&run.id, &run.view, now),
            State::Interrupted => render::interrupted(&run.id, &run.view, now),
            State::Finished => render::ended(&run.id, &run.view),
        })
        .collect();
    blocks.join("\n")
}

fn as_json(found: &[Found], now: Timestamp) -> String {
    let runs: Vec<Value> = found
        .iter()
        .map(|run| {
            let mut fields = json!(run.view);
            let time = |at: Option<Timestamp>| at.map(|at| format!("{at:.3}"));
            fields["run_id"] = json!(run.id);
            fields["started_at"] = json!(time(run.view.started_at));
            fields["heard_at"] = json!(time(run.view.heard_at));
            fields["state"] = json!(match run.state {
                State::Live => "running",
                State::Interrupted => "interrupted",
                State::Finished => "finished",
            });
            fields["waiting"] = json!(run.view.waiting());
            for (name, node) in &run.view.running {
                let seconds = now.duration_since(node.since).as_secs_f64().max(0.0);
                fields["running"][name]["seconds"] = json!(seconds);
                fields["running"][name]["seconds_left"] = json!(node.seconds_left(now));
            }
            fields
        })
        .collect();
    format!("{:#}\n", json!({"runs": runs}))
}
