//! `orchestrate verify`.

use std::sync::atomic::{AtomicU64, Ordering};

use pipeline_store::{Damage, VerifyReport};
use serde_json::json;

use super::Session;
use crate::arguments::VerifyArguments;
use crate::error::{CommandError, Exit};
use crate::render::{AddLine, size};

/// Reading less than this takes no time worth a word.
const LARGE: u64 = 1 << 30;

/// Reads the whole store again, names what is damaged and removes it.
pub(crate) fn verify(
    session: &Session<'_>,
    arguments: &VerifyArguments,
) -> Result<Exit, CommandError> {
    let console = session.console;
    let store = session.open_store(arguments.store.as_deref())?;
    let told = AtomicU64::new(0);
    let progress = |done: u64, total: u64| {
        // Ten lines at most, whatever the size.
        let part = (done * 10).checked_div(total).unwrap_or(10);
        let before = told.fetch_max(part, Ordering::Relaxed);
        if part > before && total >= LARGE && !console.quiet && !arguments.json {
            console.note(&format!("{}% of {} read", part * 10, size(total)));
        }
    };
    let report = store.verify(!arguments.dry_run, &progress)?;
    console.data(&if arguments.json { as_json(&report) } else { as_text(&report) });
    Ok(if report.damage.is_empty() { Exit::Done } else { Exit::Failed })
}

fn as_text(report: &VerifyReport) -> String {
    let mut text = String::new();
    for damage in &report.damage {
        let verb = if damage.removed { "removed" } else { "found" };
        text.line(format_args!("{verb}: {} ({})", damage.what, damage.path.display()));
        for (key, node) in &damage.actions {
            text.line(format_args!("  will be computed again: {node}, action {}", key.0.short()));
        }
    }
    let outside = match report.outside {
        0 => String::new(),
        1 => ", 1 file outside the store".to_owned(),
        count => format!(", {count} files outside the store"),
    };
    text.line(format_args!(
        "{} actions, {} objects, {}{outside}: {}",
        report.actions,
        report.objects,
        size(report.bytes),
        verdict(&report.damage)
    ));
    text
}

fn verdict(damage: &[Damage]) -> String {
    let left = damage.iter().filter(|damage| !damage.removed).count();
    match (damage.len(), left) {
        (0, _) => "everything is whole".to_owned(),
        (count, 0) => format!("{count} damaged and removed; the next run computes what it needs"),
        (count, _) => format!("{count} damaged; run `verify` without --dry-run to remove them"),
    }
}

fn as_json(report: &VerifyReport) -> String {
    let damage: Vec<_> = report
        .damage
        .iter()
        .map(|damage| {
            let actions: Vec<_> = damage
                .actions
                .iter()
                .map(|(key, node)| json!({"key": key.to_string(), "node": node}))
                .collect();
            json!({
                "what": damage.what,
                "path": damage.path,
                "removed": damage.removed,
                "actions": actions,
            })
        })
        .collect();
    let fields = json!({
        "objects": report.objects,
        "bytes": report.bytes,
        "actions": report.actions,
        "outside": report.outside,
        "damage": damage,
    });
    format!("{fields:#}\n")
}
