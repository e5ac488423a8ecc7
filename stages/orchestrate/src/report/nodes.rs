//! What each node was: its stage, parameters, inputs, environment, variants.

use std::collections::BTreeMap;
use std::fmt::Write;

use pipeline_cli::duration;
use pipeline_engine::{Fingerprint, NodeReport};
use pipeline_page::{escape, identifier};
use serde_json::Value;

use super::content::Content;
use super::parameters::{compare, inline, tree};
use super::words::{
    badge, base_name, coordinates, count, counts, digest, each, name, scrolling, state,
};

/// Columns of parameters in the table of variants; more make it unreadable.
const COLUMNS: usize = 8;
/// Files outside the store that are listed; of more, the first ones and how many others there are.
const SOURCES: usize = 40;

/// The id of what is told of the variants of a node.
pub(super) fn anchor(base: &str) -> String {
    // Different names can be alike as ids; their digest tells them apart.
    let plain = identifier(base);
    if plain == base {
        format!("node-{plain}")
    } else {
        let digest = pipeline_store::Digest::of_bytes(base.as_bytes());
        format!("node-{plain}-{}", digest.short())
    }
}

/// Writes a folded part for every name under `stages:` of the experiment.
pub(super) fn nodes(content: &Content) -> String {
    let mut groups: Vec<(&str, Vec<&NodeReport>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for node in &content.report.nodes {
        let place = *places.entry(base_name(node)).or_insert_with(|| {
            groups.push((base_name(node), Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(node);
    }
    groups.iter().map(|(base, nodes)| group(content, base, nodes)).collect()
}

fn group(content: &Content, base: &str, nodes: &[&NodeReport]) -> String {
    let first = nodes[0];
    let prints: Vec<Option<&Fingerprint>> =
        nodes.iter().map(|node| content.fingerprints.get(&node.node)).collect();
    let known: Vec<&Fingerprint> = prints.iter().copied().flatten().collect();
    let version =
        known.first().map_or(String::new(), |print| format!(", version {}", print.version));
    let seconds: f64 = nodes.iter().map(|node| node.seconds).sum();
    let variants = if nodes.len() > 1 { format!(" ×{}", nodes.len()) } else { String::new() };
    let mut html = format!(
        "<details class=\"node\" id=\"{}\">\n<summary><strong>{}{variants}</strong> \
         <span class=\"muted\">stage {}{version} · {} · {}</span></summary>\n",
        anchor(base),
        name(base),
        name(&first.stage),
        counts(nodes.iter().copied()),
        duration(seconds),
    );
    let parameters: Vec<&Value> = known.iter().map(|print| &print.params).collect();
    if parameters.is_empty() {
        html.push_str(
            "<p class=\"muted\">Its parameters are not known: it did not get its turn, or the store \
             has forgotten them.</p>\n",
        );
    }
    let compared = compare(&parameters);
    if known.len() == nodes.len() || !parameters.is_empty() {
        let heading = if nodes.len() > 1 { "Parameters of all variants" } else { "Parameters" };
        let tree = tree(&compared.same);
        let tree = if tree.is_empty() { "<p class=\"muted\">None.</p>\n".into() } else { tree };
        let _ = write!(html, "<h3>{heading}</h3>\n{tree}");
    }
    if nodes.len() > 1 {
        html.push_str(&variants_table(base, nodes, &prints, &compared.different));
    } else {
        html.push_str(&one(first, known.first().copied()));
    }
    html.push_str("</details>\n");
    html
}

/// Facts of a node without variants.
fn one(node: &NodeReport, print: Option<&Fingerprint>) -> String {
    let mut html = String::from("<h3>Result</h3>\n<dl class=\"facts\">\n");
    let mut fact = |what: &str, value: &str| {
        let _ = writeln!(html, "<div><dt>{what}</dt><dd>{value}</dd></div>");
    };
    fact("State", &badge(state(node), &node.status));
    fact("Took", &duration(node.seconds));
    if !node.environment.is_empty() {
        fact("Environment", &environment(node));
    }
    if !node.after.is_empty() {
        let reads: Vec<String> = node.after.iter().map(|id| name(id.as_str())).collect();
        fact("Reads", &shortened(&reads, 12));
    }
    if let Some(key) = node.key {
        fact("Action key", &digest(&key.to_string()));
    }
    html.push_str("</dl>\n");
    if let Some(print) = print {
        html.push_str(&sources(print));
    }
    if let Some(error) = &node.error {
        let _ = writeln!(html, "<div class=\"notice failed\"><p>{}</p></div>", escape(error));
    }
    html.push_str(&warnings(node));
    html
}

fn variants_table(
    base: &str,
    nodes: &[&NodeReport],
    prints: &[Option<&Fingerprint>],
    different: &BTreeMap<String, Vec<Option<Value>>>,
) -> String {
    let shown: Vec<&String> = different.keys().take(COLUMNS).collect();
    let mut head = String::from("<th scope=\"col\">Variant</th><th scope=\"col\">State</th>");
    for path in &shown {
        let _ = write!(head, "<th scope=\"col\">{}</th>", name(path));
    }
    head.push_str(
        "<th scope=\"col\" class=\"number\">Took</th><th scope=\"col\">Environment</th>\
         <th scope=\"col\">Action key</th>",
    );
    let mut rows = String::new();
    let mut known = 0;
    for (node, print) in nodes.iter().zip(prints) {
        let label = coordinates(node);
        let label = if label.is_empty() { node.node.as_str() } else { &label };
        let mut cells = format!(
            "<th scope=\"row\">{}</th><td>{}</td>",
            name(label),
            badge(state(node), &node.status)
        );
        for path in &shown {
            // Values stand in the order of the variants whose parameters are known.
            let value = print.and_then(|_| different[*path].get(known).cloned().flatten());
            let text = value.as_ref().map_or("<span class=\"muted\">–</span>".into(), inline);
            let _ = write!(cells, "<td>{text}</td>");
        }
        known += usize::from(print.is_some());
        let key = node.key.map_or(String::new(), |key| digest(&key.to_string()));
        let _ = writeln!(
            rows,
            "<tr>{cells}<td class=\"number\">{}</td><td>{}</td><td>{key}</td></tr>",
            duration(node.seconds),
            environment(node)
        );
    }
    let table = format!(
        "<table>\n<caption>{} of {}</caption>\n<thead><tr>{head}</tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table>\n",
        count(nodes.len(), "variant"),
        name(base)
    );
    let mut html =
        format!("<h3>Variants</h3>\n{}", scrolling(&format!("Variants of {base}"), &table));
    if different.len() > COLUMNS {
        let more: Vec<String> = different.keys().skip(COLUMNS).map(|path| name(path)).collect();
        let _ = writeln!(
            html,
            "<p class=\"small muted\">Variants also differ in: {}. <code>orchestrate show</code> \
             tells all parameters of one.</p>",
            shortened(&more, 40)
        );
    }
    if let Some(print) = prints.iter().flatten().next() {
        html.push_str(&sources(print));
    }
    html
}

/// Files outside the store that the key was made of.
fn sources(print: &Fingerprint) -> String {
    if print.sources.is_empty() {
        return String::new();
    }
    let rows = each(print.sources.iter().take(SOURCES), |(file, content)| {
        format!("<li><code>{}</code> {}</li>\n", name(file), digest(&content.to_string()))
    });
    let more = print.sources.len().saturating_sub(SOURCES);
    let more = if more > 0 { format!("<li>and {more} more</li>\n") } else { String::new() };
    format!(
        "<details><summary>{} outside the store, by content</summary>\n<ul>\n{rows}{more}</ul>\n\
         </details>\n",
        count(print.sources.len(), "file")
    )
}

fn warnings(node: &NodeReport) -> String {
    let items = each(&node.warnings, |text| format!("<li>{}</li>\n", escape(text)));
    if items.is_empty() {
        return String::new();
    }
    format!("<div class=\"notice warning\"><ul>\n{items}</ul></div>\n")
}

/// `device: cpu, threads: 2`.
pub(super) fn environment(node: &NodeReport) -> String {
    let facts: Vec<String> = node
        .environment
        .iter()
        .map(|(fact, value)| format!("{} {}", name(fact), name(value)))
        .collect();
    facts.join(", ")
}

/// A list in a sentence, with its first items only if it is long.
fn shortened(items: &[String], most: usize) -> String {
    if items.len() <= most {
        return items.join(", ");
    }
    format!("{} and {} more", items[..most].join(", "), items.len() - most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_alike_as_ids_have_different_anchors() {
        assert_eq!(anchor("train"), "node-train");
        assert_ne!(anchor("a b"), anchor("a-b"));
        assert_ne!(anchor("a b"), anchor("a.b"));
    }
}
