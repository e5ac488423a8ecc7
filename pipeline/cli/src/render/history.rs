//! A list of runs.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::status::row;
use super::{AddLine, command_line, duration, wrap};
use crate::journal::{Fate, Glance};

/// Columns of an error under its run.
const WIDTH: usize = 96;
/// Lines of it; `show` has all of them.
const MOST_LINES: usize = 3;

/// One word or two for what became of a run.
pub(crate) fn status_word(fate: Fate) -> &'static str {
    match fate {
        Fate::Running => "running",
        Fate::Done => "done",
        Fate::NothingToDo => "nothing to do",
        Fate::Failed => "failed",
        Fate::Stopped => "stopped",
        Fate::Interrupted => "interrupted",
        Fate::Unknown => "damaged",
    }
}

/// The runs with a line each, and under it what is going on or went wrong. Without the names of
/// experiments if they are all of one.
pub(crate) fn history(runs: &[Glance], one: bool, now: Timestamp, zone: &TimeZone) -> String {
    let heads = ["run", "experiment", "began", "status", "time", "nodes", "command"];
    let mut table = vec![heads.map(str::to_owned)];
    for run in runs {
        table.push([
            run.id.clone(),
            run.view.experiment.clone(),
            run.began.map_or_else(|| "?".to_owned(), |at| when(at, now, zone)),
            status_word(run.fate).to_owned(),
            run.seconds.map_or_else(|| "?".to_owned(), duration),
            nodes(run),
            command(run),
        ]);
    }
    let kept: Vec<Vec<String>> = table
        .into_iter()
        .map(|row| {
            let columns = row.into_iter().enumerate().filter(|(at, _)| !(one && *at == 1));
            columns.map(|(_, cell)| cell).collect()
        })
        .collect();
    let lines = super::columns(&kept);
    let mut lines = lines.lines();
    let mut text = String::new();
    text.line(format_args!("{}", lines.next().unwrap_or_default()));
    for (line, run) in lines.zip(runs) {
        text.line(format_args!("{line}"));
        for more in below(run, now) {
            text.line(format_args!("  {more}"));
        }
    }
    text
}

/// `today 10:15`, `yesterday 23:50`, `2026-01-31 10:15`, by the clock of whoever reads it.
fn when(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (at, now) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let time = at.strftime("%H:%M");
    let yesterday = now.date().checked_sub(1.day()).ok();
    if at.date() == now.date() {
        format!("today {time}")
    } else if Some(at.date()) == yesterday {
        format!("yesterday {time}")
    } else {
        format!("{} {time}", at.date())
    }
}

/// `9 ran, 3 cached (25%)`; what is none is not said.
fn nodes(run: &Glance) -> String {
    let view = &run.view;
    let mut parts = Vec::new();
    let mut say = |count: usize, word: &str| {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    };
    say(view.ran, "ran");
    match run.cached_share() {
        Some(share) if view.ran + view.failed > 0 && view.cached > 0 => {
            // No run that computed something was all cached, nor one with a hit without any.
            let percent = (share * 100.0).round().clamp(1.0, 99.0);
            say(view.cached, &format!("cached ({percent}%)"));
        }
        _ => say(view.cached, "cached"),
    }
    say(view.failed, "failed");
    match run.fate {
        Fate::Running => {
            say(view.running.len(), "running");
            say(view.waiting(), "waiting");
        }
        Fate::Interrupted => {
            say(view.running.len(), "cut off");
            say(view.waiting(), "not begun");
        }
        _ => say(view.skipped, "skipped"),
    }
    parts.join(", ")
}

/// The command line without the program.
fn command(run: &Glance) -> String {
    command_line(run.view.command.get(1..).unwrap_or_default())
}

/// What runs now, and the first thing that went wrong.
fn below(run: &Glance, now: Timestamp) -> Vec<String> {
    let mut lines = Vec::new();
    if run.fate == Fate::Running {
        for (name, node) in &run.view.running {
            let words: Vec<String> =
                row(name, node, now).into_iter().filter(|word| !word.is_empty()).collect();
            lines.push(words.join("  "));
        }
    }
    if let Some((node, message)) = run.view.failures.iter().next() {
        let more = match run.view.failures.len() {
            1 => String::new(),
            count => format!(" (and {} more)", count - 1),
        };
        let reason = wrap(&format!("{node} failed{more}: {message}"), WIDTH);
        lines.extend(reason.into_iter().take(MOST_LINES));
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::journal::{Line, RunView};

    const BEGIN: &str = "2026-01-31T09:15:00Z";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn run(id: &str, fate: Fate, began: &str, view: RunView) -> Glance {
        let view = RunView { experiment: "e".to_owned(), ..view };
        let (id, began) = (id.to_owned(), Some(at(began)));
        Glance { id, fate, began, seconds: Some(192.0), view, damaged: Vec::new() }
    }

    fn live() -> RunView {
        let mut view = RunView { nodes: 9, ran: 1, cached: 2, ..RunView::default() };
        for text in [
            r#"{"type":"node_started","at":"2026-01-31T09:15:00Z","node":"train[seed=1]","stage":"train"}"#,
            r#"{"type":"stage","at":"2026-01-31T09:15:10Z","node":"train[seed=1]","said":{"event":"progress","done":0,"total":100,"message":"epoch"}}"#,
            r#"{"type":"stage","at":"2026-01-31T09:15:50Z","node":"train[seed=1]","said":{"event":"progress","done":40,"total":100,"message":"epoch"}}"#,
        ] {
            view.take(Line::parse(text).unwrap());
        }
        view
    }

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_list_for_people() {
        let command = words("bin/toy run e.yaml --set a.b=[1]");
        let failures = BTreeMap::from([
            ("b".to_owned(), "a long reason ".repeat(8)),
            ("c".to_owned(), String::new()),
        ]);
        let counts = |ran, cached| RunView { ran, cached, ..RunView::default() };
        let failed = RunView { failed: 2, skipped: 3, failures, ..counts(4, 2) };
        let runs = [
            run("r6", Fate::Running, BEGIN, live()),
            run("r5", Fate::Done, BEGIN, RunView { command, ..counts(1, 999) }),
            run("r4", Fate::NothingToDo, "2026-01-31T00:30:00Z", counts(0, 5)),
            run("r3", Fate::Failed, "2026-01-30T22:30:00Z", failed),
            run("r2", Fate::Interrupted, "2026-01-29T08:00:00Z", live()),
            Glance { seconds: None, ..run("r1", Fate::Unknown, BEGIN, RunView::default()) },
        ];
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let text = history(&runs, false, at("2026-01-31T09:16:00Z"), &zone);
        insta::assert_snapshot!(text, @r"
        run  experiment  began             status         time    nodes                                          command
        r6   e           today 10:15       running        3m 12s  1 ran, 2 cached (67%), 1 running, 5 waiting
          train[seed=1]  1m 00s  40% (40/100) epoch, about 50s left
        r5   e           today 10:15       done           3m 12s  1 ran, 999 cached (99%)                        run e.yaml --set 'a.b=[1]'
        r4   e           today 01:30       nothing to do  3m 12s  5 cached
        r3   e           yesterday 23:30   failed         3m 12s  4 ran, 2 cached (25%), 2 failed, 3 skipped
          b failed (and 1 more): a long reason a long reason a long reason a long reason a long reason a
          long reason a long reason a long reason
        r2   e           2026-01-29 09:00  interrupted    3m 12s  1 ran, 2 cached (67%), 1 cut off, 5 not begun
        r1   e           today 10:15       damaged        ?
        ");
        let one = history(&runs[1..2], true, at("2026-01-31T09:16:00Z"), &zone);
        insta::assert_snapshot!(one, @r"
        run  began        status  time    nodes                    command
        r5   today 10:15  done    3m 12s  1 ran, 999 cached (99%)  run e.yaml --set 'a.b=[1]'
        ");
    }
}
