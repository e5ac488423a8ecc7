//! `orchestrate runs`.

use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Session;
use super::runs::{experiment_name, experiments, no_run};
use crate::arguments::RunsArguments;
use crate::error::{CommandError, Exit};
use crate::journal::{Glance, PastFiles, past_files};
use crate::render::{history, status_word};
use crate::surroundings::{now, time_zone};

/// How many damaged files are named.
const MOST_DAMAGED: usize = 5;

/// Lists the runs so far, the newest first.
pub(crate) fn runs(session: &Session<'_>, arguments: &RunsArguments) -> Result<Exit, CommandError> {
    let names = match &arguments.run {
        Some(run) => {
            let name = experiment_name(run)?;
            if !arguments.runs.join(&name).is_dir() {
                return Err(no_run(&name, &arguments.runs).into());
            }
            vec![name]
        }
        None => experiments(&arguments.runs),
    };
    let now = now();
    let limit = if arguments.all { usize::MAX } else { arguments.limit as usize };
    let listed = listed(&arguments.runs, &names, limit, now);
    if arguments.json {
        session.console.data(&as_json(&listed, now));
        return Ok(Exit::Done);
    }
    if listed.runs.is_empty() {
        session.console.data(&nothing(session, arguments));
    } else {
        let one = arguments.run.is_some();
        session.console.data(&history(&listed.runs, one, now, &time_zone()));
    }
    if listed.more > 0 && !session.console.quiet {
        let more = format!("and {} older; `--all` or `--limit N` lists more", listed.more);
        session.console.note(&more);
    }
    for damage in listed.damaged.iter().take(MOST_DAMAGED) {
        session.console.note(&format!("{} {damage}", session.console.tag("warning")));
    }
    if let Some(more) = listed.damaged.len().checked_sub(MOST_DAMAGED).filter(|more| *more > 0) {
        session.console.note(&format!("and {more} more files that cannot be read"));
    }
    Ok(Exit::Done)
}

/// Runs that are listed, newest first.
struct Listed {
    runs: Vec<Glance>,
    /// How many there are besides.
    more: usize,
    /// Files that cannot be read.
    damaged: Vec<String>,
}

/// Only the files of runs that are listed are opened.
fn listed(runs: &Path, names: &[String], limit: usize, now: Timestamp) -> Listed {
    let mut damaged = Vec::new();
    let mut found: Vec<(PastFiles, &str)> = Vec::new();
    for name in names {
        let (files, foreign) = past_files(&runs.join(name));
        found.extend(files.into_iter().map(|files| (files, name.as_str())));
        damaged.extend(foreign);
    }
    found.sort_by(|(a, x), (b, y)| b.id.cmp(&a.id).then_with(|| x.cmp(y)));
    let more = found.len().saturating_sub(limit);
    let glance = |(files, name): &(PastFiles, &str)| {
        let mut glance = files.glance(now);
        // The folder is what other commands call it by.
        (*name).clone_into(&mut glance.view.experiment);
        glance
    };
    let runs: Vec<Glance> = found.iter().take(limit).map(glance).collect();
    damaged.extend(runs.iter().flat_map(|run| run.damaged.iter().cloned()));
    Listed { runs, more, damaged }
}

fn nothing(session: &Session<'_>, arguments: &RunsArguments) -> String {
    let program = session.about.name;
    let folder = arguments.runs.display();
    match &arguments.run {
        Some(run) => format!("no run of `{run}` is remembered in `{folder}`\n"),
        None => format!(
            "there is no run in `{folder}` yet; `{program} run EXPERIMENT.yaml` makes one, and \
             `--runs DIR` looks elsewhere\n"
        ),
    }
}

fn as_json(listed: &Listed, now: Timestamp) -> String {
    let runs: Vec<Value> = listed.runs.iter().map(|run| run_as_json(run, now)).collect();
    let all = json!({ "runs": runs, "more": listed.more, "damaged": listed.damaged });
    format!("{all:#}\n")
}

fn run_as_json(run: &Glance, now: Timestamp) -> Value {
    let view = &run.view;
    let running: serde_json::Map<String, Value> = view
        .running
        .iter()
        .map(|(name, node)| {
            let mut fields = json!(node);
            fields["seconds_left"] = json!(node.seconds_left(now));
            (name.clone(), fields)
        })
        .collect();
    json!({
        "run_id": run.id,
        "experiment": view.experiment,
        "status": status_word(run.fate),
        "began_at": run.began.map(|at| format!("{at:.3}")),
        "seconds": run.seconds,
        "nodes": {
            "all": view.nodes,
            "ran": view.ran,
            "cached": view.cached,
            "failed": view.failed,
            "skipped": view.skipped,
            "waiting": view.waiting(),
        },
        "cached_share": run.cached_share(),
        "command": view.command,
        "failures": view.failures,
        "running": running,
    })
}
