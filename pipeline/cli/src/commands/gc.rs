//! `orchestrate gc`.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use pipeline_engine::reachable_actions;
use pipeline_store::{ActionKey, ForgottenAction, GcPolicy, GcReport, Usage};
use serde_json::{Value, json};

use super::Session;
use crate::arguments::GcArguments;
use crate::error::{CommandError, Exit};
use crate::render::{AddLine, columns, duration, size};
use crate::surroundings::now;

/// Younger results stay unless something else is asked for: a run may be about to refer to them.
const DAY: Duration = Duration::from_hours(24);
/// How many removed results are listed; `--json` lists all.
const MOST_LISTED: usize = 30;

/// Removes what nothing needs any more, or says what it would remove.
pub(crate) fn gc(session: &Session<'_>, arguments: &GcArguments) -> Result<Exit, CommandError> {
    let store = session.open_store(arguments.store.as_deref())?;
    let keep = reachable_actions(&store, arguments.keep_runs);
    let now = now();
    let report = store.collect(&policy(arguments, keep, now), arguments.dry_run)?;
    session.console.data(&if arguments.json {
        as_json(&report, arguments.dry_run)
    } else {
        as_text(&report, arguments.dry_run, now)
    });
    if !session.console.quiet {
        let folders = store.run_folders();
        let list: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
        session.console.note(&match list.len() {
            0 => "no run folder refers to this store".to_owned(),
            1..=MOST_LISTED => format!("kept for the runs in {}", list.join(", ")),
            many => format!("kept for the runs in {many} folders"),
        });
    }
    Ok(Exit::Done)
}

fn policy(arguments: &GcArguments, keep: BTreeSet<ActionKey>, now: Timestamp) -> GcPolicy {
    // A size alone says nothing of age.
    let default = if arguments.max_size.is_some() { Duration::MAX } else { DAY };
    GcPolicy {
        keep,
        older_than: arguments.older_than.unwrap_or(default),
        max_bytes: arguments.max_size,
        now: now.into(),
    }
}

fn as_text(report: &GcReport, dry_run: bool, now: Timestamp) -> String {
    let mut text = String::new();
    let rows: Vec<Vec<String>> =
        report.actions.iter().take(MOST_LISTED).map(|action| row(action, now)).collect();
    text.push_str(&columns(&rows));
    if let Some(more) = report.actions.len().checked_sub(MOST_LISTED).filter(|more| *more > 0) {
        text.line(format_args!("and {more} more"));
    }
    let verb = if dry_run { "would free" } else { "freed" };
    text.line(format_args!(
        "{verb} {}: {}; {} stay: {}",
        size(report.removed.bytes),
        counts(report.removed),
        size(report.kept.bytes),
        counts(report.kept)
    ));
    text
}

fn row(action: &ForgottenAction, now: Timestamp) -> Vec<String> {
    let age = Timestamp::try_from(action.written)
        .map(|at| duration(now.duration_since(at).as_secs_f64().max(0.0)))
        .unwrap_or_default();
    vec![action.key.0.short(), size(action.bytes), format!("{age} old"), action.node.clone()]
}

fn counts(usage: Usage) -> String {
    let plural = |count: u64, word: &str| match count {
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
    };
    format!("{}, {}", plural(usage.actions, "result"), plural(usage.objects, "file"))
}

fn as_json(report: &GcReport, dry_run: bool) -> String {
    let actions: Vec<Value> = report
        .actions
        .iter()
        .map(|action| {
            let written = Timestamp::try_from(action.written).ok().map(|at| format!("{at:.0}"));
            json!({
                "key": action.key.to_string(),
                "node": action.node,
                "bytes": action.bytes,
                "written": written,
            })
        })
        .collect();
    let usage = |usage: Usage| json!({"actions": usage.actions, "objects": usage.objects, "bytes": usage.bytes});
    let fields = json!({
        "dry_run": dry_run,
        "removed": usage(report.removed),
        "kept": usage(report.kept),
        "actions": actions,
    });
    format!("{fields:#}\n")
}
