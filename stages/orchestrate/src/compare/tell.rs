//! What differs between two runs, in words.

use std::collections::BTreeSet;

use pipeline_cli::RecordedRun;
use pipeline_engine::DirtyReason;

use super::page::Part;
use super::reasons::Why;
use super::structure::Structure;
use super::variables::VariableChange;

/// How many files, variants or nodes are named.
const MOST: usize = 5;

/// Which two runs these are.
pub(super) fn runs(a: &RecordedRun, b: &RecordedRun) -> Vec<Part> {
    let line = |name: &str, run: &RecordedRun| {
        let report = run.report();
        let id = match report.run_id.as_str() {
            "" => String::new(),
            id => format!(", run {id}"),
        };
        let begun = &report.started_at;
        Part::Line(
            0,
            format!("{name}: {}{id}, begun {begun}, {}", run.experiment(), report.program),
        )
    };
    vec![Part::Heading("runs".to_owned()), line("A", a), line("B", b)]
}

/// What differs between their nodes.
pub(super) fn structure(found: &Structure) -> Vec<Part> {
    let mut parts = vec![Part::Heading("what differs, from A to B".to_owned())];
    let mut say = |level: usize, line: String| parts.push(Part::Line(level, line));
    if found.is_same() {
        say(
            0,
            format!(
                "nothing differs: all {} nodes are the same actions with the same results",
                found.nodes
            ),
        );
    } else {
        say(0, counts(found));
    }
    for change in &found.variables {
        say(0, variable(change));
    }
    for changed in &found.changed {
        say(0, format!("{}:", changed.which));
        for line in why(&changed.why) {
            say(1, line);
        }
    }
    if !found.follow.is_empty() {
        let nodes = found.follow.iter().map(|(node, count)| match count {
            1 => node.clone(),
            count => format!("{node} ({count})"),
        });
        let nodes: Vec<String> = nodes.collect();
        say(0, format!("only because of what they read: {}", nodes.join(", ")));
    }
    if !found.other_result.is_empty() {
        let nodes = some(&found.other_result);
        say(0, format!("the same actions with another result, so not repeatable: {nodes}"));
    }
    for node in found.unfinished.iter().take(MOST) {
        say(
            0,
            format!(
                "not completed: {}, which {} in A and {} in B",
                node.node,
                was(&node.a),
                was(&node.b)
            ),
        );
    }
    if let Some(more) = found.unfinished.len().checked_sub(MOST).filter(|more| *more > 0) {
        say(0, format!("not completed: {more} more nodes"));
    }
    for (run, only) in [("A", &found.only_a), ("B", &found.only_b)] {
        if !only.is_empty() {
            say(0, format!("only in {run}: {}", some(only)));
        }
    }
    for fact in &found.surroundings {
        say(0, format!("{}: {} -> {}", fact.name, list(&fact.a), list(&fact.b)));
    }
    parts
}

fn counts(found: &Structure) -> String {
    let mut parts = vec![format!("{} nodes are the same", found.same)];
    let mut say = |count: usize, word: &str| {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    };
    say(found.differing, "differ");
    say(found.unfinished.len(), "were not completed in both");
    say(found.only_a.len(), "only in A");
    say(found.only_b.len(), "only in B");
    parts.join(", ")
}

fn variable(change: &VariableChange) -> String {
    let name = &change.variable;
    match (change.a.is_empty(), change.b.is_empty()) {
        (true, _) => format!("variable {name}: only in B, {}", list(&change.b)),
        (_, true) => format!("variable {name}: only in A, {}", list(&change.a)),
        _ => format!("variable {name}: {} -> {}", list(&change.a), list(&change.b)),
    }
}

fn list(values: &BTreeSet<String>) -> String {
    match values.len() {
        0 => "(none)".to_owned(),
        1 => values.first().cloned().unwrap_or_default(),
        _ => format!("[{}]", values.iter().map(String::as_str).collect::<Vec<_>>().join(", ")),
    }
}

fn was(status: &str) -> &str {
    match status {
        "ran" | "cached" => "was completed",
        "left out" => "was left out",
        "skipped" => "was skipped",
        other => other,
    }
}

/// The first few of many.
fn some(nodes: &[String]) -> String {
    let named = nodes.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ");
    match nodes.len().checked_sub(MOST).filter(|more| *more > 0) {
        Some(more) => format!("{named} and {more} more"),
        None => named,
    }
}

fn why(why: &[Why]) -> Vec<String> {
    let is_file = |why: &&Why| matches!(why, Why::Reason(DirtyReason::Source { .. }));
    let files = why.iter().filter(is_file).count();
    let rest = why.iter().filter(|why| !is_file(why));
    let line = |why: &Why| match why {
        Why::Reason(reason) => reason.to_string(),
        Why::Forgotten => {
            "another action; the store no longer knows what it was made of".to_owned()
        }
    };
    let mut lines: Vec<String> =
        rest.chain(why.iter().filter(is_file).take(MOST)).map(line).collect();
    if let Some(more) = files.checked_sub(MOST).filter(|more| *more > 0) {
        lines.push(format!("and {more} more files"));
    }
    lines
}
