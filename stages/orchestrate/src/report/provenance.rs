//! Where every result came from: keys, digests, versions, devices, durations.

use std::fmt::Write;

use pipeline_cli::duration;
use pipeline_engine::NodeReport;
use pipeline_page::escape;

use super::content::Content;
use super::nodes::environment;
use super::words::{badge, count, digest, each, name, scrolling, state};

/// Writes the table of actions and the list of exported files.
pub(super) fn provenance(content: &Content) -> String {
    let report = &content.report;
    let titles = ["Node", "State", "Stage", "Action key", "Outputs", "Environment"];
    let head = each(titles, |title| format!("<th scope=\"col\">{title}</th>"));
    let rows = each(&report.nodes, |node| row(content, node));
    let table = format!(
        "<table class=\"provenance\">\n<caption>{}. A key is the digest of stage, version, \
         parameters, inputs and files; an output is the digest of its content. Both are BLAKE3.\
         </caption>\n<thead><tr>{head}<th scope=\"col\" class=\"number\">Took</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table>\n",
        count(report.nodes.len(), "action")
    );
    let mut html = scrolling("Provenance of every node", &table);
    if !report.exported.is_empty() {
        let items = each(&report.exported, |(path, content)| {
            format!("<li><code>{}</code> {}</li>\n", name(path), digest(&content.to_string()))
        });
        let _ = write!(
            html,
            "<details><summary>{} beside this one, by content</summary>\n<ul>\n{items}</ul>\n\
             </details>\n",
            count(report.exported.len(), "file")
        );
    }
    html
}

fn row(content: &Content, node: &NodeReport) -> String {
    let version = content
        .fingerprints
        .get(&node.node)
        .map_or(String::new(), |print| format!(" v{}", print.version));
    let key =
        node.key.map_or("<span class=\"muted\">–</span>".into(), |key| digest(&key.to_string()));
    let outputs: Vec<String> = node
        .outputs
        .iter()
        .map(|(port, content)| format!("{}: {}", name(port), digest(&content.to_string())))
        .collect();
    format!(
        "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}{}</td><td>{key}</td><td>{}</td><td>{}</td>\
         <td class=\"number\">{}</td></tr>\n",
        name(node.node.as_str()),
        badge(state(node), &node.status),
        name(&node.stage),
        escape(&version),
        outputs.join("<br>"),
        environment(node),
        duration(node.seconds)
    )
}
