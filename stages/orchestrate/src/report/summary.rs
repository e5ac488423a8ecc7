//! What ran: the head of the page.

use std::collections::BTreeSet;
use std::fmt::Write;

use pipeline_cli::{command_line, duration};
use pipeline_engine::Report;
use pipeline_page::{NodeState, escape};

use super::content::Content;
use super::words::{badge, count, counts, name, state};

/// How a run ended, in a word, with the colours of a state.
pub(super) fn ending(report: &Report) -> (NodeState, &'static str) {
    let any = |wanted: NodeState| report.nodes.iter().any(|node| state(node) == wanted);
    if any(NodeState::Failed) {
        (NodeState::Failed, "failed")
    } else if any(NodeState::Skipped) || any(NodeState::Waiting) {
        (NodeState::Skipped, "stopped before its end")
    } else if any(NodeState::LeftOut) {
        (NodeState::Skipped, "done in part")
    } else if any(NodeState::Ran) {
        (NodeState::Ran, "done")
    } else {
        (NodeState::Cached, "done, nothing had to run")
    }
}

/// The heading and the facts of the run.
pub(super) fn summary(content: &Content) -> String {
    let report = &content.report;
    let (state, word) = ending(report);
    let mut html = format!(
        "<h1>{} <span class=\"offscreen\">(report of a run)</span></h1>\n<p>{}</p>\n",
        name(&report.experiment),
        badge(state, word)
    );
    html.push_str("<dl class=\"facts\">\n");
    let mut fact = |what: &str, value: &str| {
        let _ = writeln!(html, "<div><dt>{what}</dt><dd>{value}</dd></div>");
    };
    let time = escape(&report.started_at);
    fact("Started", &format!("<time datetime=\"{time}\">{}</time>", readable_time(&time)));
    fact("Took", &escape(&duration(report.seconds)));
    let nodes = count(report.nodes.len(), "node");
    fact("Nodes", &escape(&format!("{nodes}: {}", counts(&report.nodes))));
    let computed: f64 = report.nodes.iter().map(|node| node.seconds).sum();
    fact("Computing time", &format!("{} in all actions, when they ran", duration(computed)));
    let devices: BTreeSet<&str> = report
        .nodes
        .iter()
        .filter_map(|node| Some(node.environment.get("device")?.as_str()))
        .collect();
    if !devices.is_empty() {
        let devices: Vec<String> = devices.into_iter().map(name).collect();
        fact("Devices", &devices.join(", "));
    }
    fact("Experiment file", &format!("<code>{}</code>", name(&report.file)));
    fact("Program", &name(&report.program));
    if !report.run_id.is_empty() {
        fact("Run", &format!("<code>{}</code>", name(&report.run_id)));
    }
    html.push_str("</dl>\n");
    html
}

/// The command that does it again.
pub(super) fn reproduce(content: &Content) -> String {
    let report = &content.report;
    let (command, note) = match &content.command {
        Some(words) => (
            command_line(words),
            if report.nodes.iter().all(|node| matches!(node.status.as_str(), "ran" | "cached")) {
                "The command line of this run. Run again where its results are stored, it finds \
                 everything done."
            } else {
                "The command line of this run. Run again where its results are stored, it goes on from \
                 what is done."
            },
        ),
        None => (
            command_line(&["orchestrate", "run", &report.file]),
            "This run executed nothing or left no journal, so that its own command line is not \
             known; this one runs the experiment's file as it is.",
        ),
    };
    format!(
        "<h2 id=\"reproduce\">Reproduce it</h2>\n<pre tabindex=\"0\" role=\"region\" \
         aria-label=\"Command line\"><code id=\"command\">{}</code></pre>\n\
         <p class=\"actions\"><button type=\"button\" data-copy=\"command\" hidden>Copy the \
         command</button></p>\n<p class=\"small muted\">{note}</p>\n",
        escape(&command)
    )
}

/// `2026-01-31T10:00:00Z` without what only machines need.
pub(super) fn readable_time(time: &str) -> String {
    let short = |text: &str| text.split('.').next().unwrap_or(text).to_owned();
    match time.split_once('T') {
        Some((day, rest)) if rest.ends_with('Z') => {
            format!("{day} {} UTC", short(rest.trim_end_matches('Z')))
        }
        _ => time.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_readable() {
        assert_eq!(readable_time("2026-01-31T10:00:00Z"), "2026-01-31 10:00:00 UTC");
        assert_eq!(readable_time("2026-01-31T10:00:00.123Z"), "2026-01-31 10:00:00 UTC");
        assert_eq!(readable_time("once"), "once");
    }
}
