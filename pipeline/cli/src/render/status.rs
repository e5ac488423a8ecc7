//! How far a run is.

use jiff::Timestamp;

use super::{AddLine, columns, command_line, duration, metrics, time_left};
use crate::journal::{RunView, RunningNode};

/// How many failed nodes are listed.
const MOST_FAILURES: usize = 10;

/// A run in progress.
pub(crate) fn running(id: &str, view: &RunView, now: Timestamp) -> String {
    let since = view.started_at.map_or_else(|| "?".to_owned(), |at| elapsed(at, now));
    let mut text =
        format!("{}, run {id}, for {since}\n  {}\n", view.experiment, counts(view, "running"));
    let rows: Vec<Vec<String>> =
        view.running.iter().map(|(name, node)| row(name, node, now)).collect();
    for line in columns(&rows).lines() {
        text.line(format_args!("  {line}"));
    }
    failures(&mut text, view);
    text
}

/// A run whose process is gone.
pub(crate) fn interrupted(id: &str, view: &RunView, now: Timestamp) -> String {
    let heard = view.heard_at.map_or_else(String::new, |at| format!(" {} ago", elapsed(at, now)));
    let mut text = format!(
        "{}, run {id}, was interrupted{heard}\n  {}\n",
        view.experiment,
        counts(view, "cut off")
    );
    failures(&mut text, view);
    if !view.command.is_empty() {
        text.line(format_args!("  go on with: {}", command_line(&view.command)));
    }
    text
}

/// A run that came to its end.
pub(crate) fn ended(id: &str, view: &RunView) -> String {
    let took = view.started_at.zip(view.heard_at).map(|(begin, end)| elapsed(begin, end));
    let took = took.map(|took| format!(" after {took}")).unwrap_or_default();
    let experiment = &view.experiment;
    let mut text =
        format!("{experiment}, run {id}, is over{took}\n  {}\n", counts(view, "running"));
    failures(&mut text, view);
    text
}

fn counts(view: &RunView, begun: &str) -> String {
    let mut parts = vec![
        format!("{} done", view.ran),
        format!("{} cached", view.cached),
        format!("{} {begun}", view.running.len()),
        format!("{} failed", view.failed),
    ];
    if view.skipped > 0 {
        parts.push(format!("{} skipped", view.skipped));
    }
    parts.push(format!("{} waiting", view.waiting()));
    format!("{} nodes: {}", view.nodes, parts.join(", "))
}

pub(super) fn row(name: &str, node: &RunningNode, now: Timestamp) -> Vec<String> {
    let mut rest = Vec::new();
    if node.waits {
        rest.push("waits for another process that computes the same".to_owned());
    }
    if node.failed_attempts > 0 {
        rest.push(format!("attempt {}", node.failed_attempts + 1));
    }
    if let Some(progress) = &node.progress {
        let percent = progress.done.min(progress.total) * 100 / progress.total;
        let at = format!("{percent}% ({}/{}) {}", progress.done, progress.total, progress.message);
        rest.push(at.trim_end().to_owned());
        rest.extend(time_left(node.seconds_left(now)));
    }
    let message = node.progress.as_ref().map_or("", |progress| progress.message.as_str());
    rest.extend(metrics(&node.metrics, message));
    vec![name.to_owned(), elapsed(node.since, now), rest.join(", ")]
}

fn failures(text: &mut String, view: &RunView) {
    for (node, message) in view.failures.iter().take(MOST_FAILURES) {
        text.line(format_args!("  {node} failed: {message}"));
    }
    if let Some(more) = view.failures.len().checked_sub(MOST_FAILURES).filter(|more| *more > 0) {
        text.line(format_args!("  and {more} more"));
    }
}

fn elapsed(since: Timestamp, now: Timestamp) -> String {
    duration(now.duration_since(since).as_secs_f64().max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Line;

    const JOURNAL: &str = r#"
{"type":"run_started","at":"2026-01-31T10:00:00Z","experiment":"e","nodes":6,"command":["toy","run","e.yaml","--set","a.b=[1]"]}
{"type":"node_finished","at":"2026-01-31T10:00:00Z","node":"known","outcome":{"outcome":"cached"}}
{"type":"node_started","at":"2026-01-31T10:00:00Z","node":"train[seed=1]","stage":"train"}
{"type":"stage","at":"2026-01-31T10:00:10Z","node":"train[seed=1]","said":{"event":"progress","done":0,"total":100,"message":"epoch"}}
{"type":"stage","at":"2026-01-31T10:00:50Z","node":"train[seed=1]","said":{"event":"metric","name":"loss","step":40,"value":0.25}}
{"type":"stage","at":"2026-01-31T10:00:50Z","node":"train[seed=1]","said":{"event":"progress","done":40,"total":100,"message":"epoch"}}
{"type":"node_started","at":"2026-01-31T10:00:30Z","node":"b","stage":"s"}
{"type":"node_waiting","at":"2026-01-31T10:00:30Z","node":"b","key":"k"}
{"type":"node_finished","at":"2026-01-31T10:00:40Z","node":"c","outcome":{"outcome":"failed","error":{"message":"tripped"}}}
"#;

    fn view() -> RunView {
        let mut view = RunView::default();
        JOURNAL.lines().filter_map(Line::parse).for_each(|line| view.take(line));
        view
    }

    fn now() -> Timestamp {
        "2026-01-31T10:01:00Z".parse().unwrap()
    }

    #[test]
    fn a_run_in_progress_is_told_with_what_is_left() {
        insta::assert_snapshot!(running("id", &view(), now()), @r"
        e, run id, for 1m 00s
          6 nodes: 0 done, 1 cached, 2 running, 1 failed, 2 waiting
          b              30s     waits for another process that computes the same
          train[seed=1]  1m 00s  40% (40/100) epoch, about 50s left, loss 0.2500
          c failed: tripped
        ");
    }

    #[test]
    fn an_interrupted_run_says_how_to_go_on() {
        insta::assert_snapshot!(interrupted("id", &view(), now()), @r"
        e, run id, was interrupted 20s ago
          6 nodes: 0 done, 1 cached, 2 cut off, 1 failed, 2 waiting
          c failed: tripped
          go on with: toy run e.yaml --set 'a.b=[1]'
        ");
    }
}
