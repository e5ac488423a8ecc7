//! What a reader has to know before believing any number: failures, what is missing, warnings.

use std::collections::BTreeMap;
use std::fmt::Write;

use pipeline_engine::{NodeReport, Report};
use pipeline_page::{NodeState, escape};

use super::words::{base_name, count, name, state};

/// Nodes that are named one by one; of more, the first ones and how many others there are.
const NAMED: usize = 6;
/// Notices of a kind that are shown; more are folded.
const SHOWN: usize = 12;

/// Writes the notices, what weighs most first.
pub(super) fn notices(report: &Report) -> String {
    let mut html = String::new();
    failures(&mut html, report);
    missing(&mut html, report);
    warnings(&mut html, report);
    if html.is_empty() {
        html.push_str(
            "<div class=\"notice done\"><p>Every node is done, and no action gave a warning.</p>\
             </div>\n",
        );
    }
    html
}

fn failures(html: &mut String, report: &Report) {
    let mut by_error: BTreeMap<&str, Vec<&NodeReport>> = BTreeMap::new();
    for node in report.nodes.iter().filter(|node| state(node) == NodeState::Failed) {
        let error = node.error.as_deref().unwrap_or("it failed without a word");
        by_error.entry(error).or_default().push(node);
    }
    let items = by_error.iter().map(|(error, nodes)| item(error, nodes)).collect();
    let failed: usize = by_error.values().map(Vec::len).sum();
    put(html, "failed", &format!("{} failed", count(failed, "node")), items);
}

/// What did not run, and so is missing from every table and figure.
fn missing(html: &mut String, report: &Report) {
    let of = |wanted: NodeState| -> Vec<&NodeReport> {
        report.nodes.iter().filter(|node| state(node) == wanted).collect()
    };
    let reasons = [
        (
            NodeState::Skipped,
            "did not come to their end: something they need failed, or the run was stopped",
        ),
        (NodeState::Waiting, "have no result in this report"),
        (NodeState::LeftOut, "were not asked for"),
    ];
    let mut items = Vec::new();
    let mut total = 0;
    for (wanted, reason) in reasons {
        let nodes = of(wanted);
        total += nodes.len();
        if !nodes.is_empty() {
            items.push(item(reason, &nodes));
        }
    }
    let title =
        format!("{} without results: tables and figures may lack them", count(total, "node"));
    put(html, "warning", &title, items);
}

fn warnings(html: &mut String, report: &Report) {
    // In the order of the nodes that gave them first.
    let mut by_text: Vec<(&str, Vec<&NodeReport>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for node in &report.nodes {
        for warning in &node.warnings {
            let place = *places.entry(warning).or_insert_with(|| {
                by_text.push((warning, Vec::new()));
                by_text.len() - 1
            });
            by_text[place].1.push(node);
        }
    }
    let title = count(by_text.len(), "warning");
    let items = by_text.iter().map(|(text, nodes)| item(text, nodes)).collect();
    put(html, "warning", &title, items);
}

fn item(text: &str, nodes: &[&NodeReport]) -> String {
    format!("<li>{}<br><span class=\"small muted\">{}</span></li>\n", escape(text), named(nodes))
}

/// The nodes, as links to what is told of them.
fn named(nodes: &[&NodeReport]) -> String {
    let mut nodes: Vec<&NodeReport> = nodes.to_vec();
    nodes.dedup_by(|a, b| a.node == b.node);
    let mut links: Vec<String> = nodes
        .iter()
        .take(NAMED)
        .map(|node| {
            let anchor = super::nodes::anchor(base_name(node));
            format!("<a href=\"#{anchor}\">{}</a>", name(node.node.as_str()))
        })
        .collect();
    if nodes.len() > NAMED {
        links.push(format!("and {} more", nodes.len() - NAMED));
    }
    links.join(", ")
}

fn put(html: &mut String, class: &str, title: &str, mut items: Vec<String>) {
    if items.is_empty() {
        return;
    }
    let folded = items.split_off(items.len().min(SHOWN));
    let _ = write!(
        html,
        "<div class=\"notice {class}\">\n<p class=\"notice-title\">{}</p>\n<ul>\n{}</ul>\n",
        escape(title),
        items.concat()
    );
    if !folded.is_empty() {
        let _ = write!(
            html,
            "<details data-print><summary>{} more</summary>\n<ul>\n{}</ul>\n</details>\n",
            folded.len(),
            folded.concat()
        );
    }
    html.push_str("</div>\n");
}
