//! Small pieces of text and HTML that several parts of the page use.

use pipeline_engine::NodeReport;
use pipeline_page::{NodeState, clean, escape};

/// `1 node`, `2 nodes`.
pub(super) fn count(number: usize, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

/// A name on one line, as HTML.
pub(super) fn name(text: &str) -> String {
    escape(&clean(text))
}

/// The HTML of all items under each other.
pub(super) fn each<T>(items: impl IntoIterator<Item = T>, html: impl Fn(T) -> String) -> String {
    let mut all = String::new();
    for item in items {
        all.push_str(&html(item));
    }
    all
}

/// What variants of one node have in common: the name in the experiment.
pub(super) fn base_name(node: &NodeReport) -> &str {
    let id = node.node.as_str();
    id.split('[').next().unwrap_or(id)
}

/// What tells a variant from the others: `method=full, seed=8`; empty for a node without variants.
pub(super) fn coordinates(node: &NodeReport) -> String {
    let pairs: Vec<String> =
        node.coordinates.iter().map(|(variable, value)| format!("{variable}={value}")).collect();
    pairs.join(", ")
}

/// What has become of a node. Reports know a few words; others are of a later version.
pub(super) fn state(node: &NodeReport) -> NodeState {
    NodeState::parse(&node.status).unwrap_or(NodeState::Waiting)
}

/// A state as a coloured word.
pub(super) fn badge(state: NodeState, text: &str) -> String {
    format!("<span class=\"state {}\">{}</span>", state.class(), escape(text))
}

/// How many nodes are in which state: `10 cached, 2 ran`.
pub(super) fn counts<'a>(nodes: impl IntoIterator<Item = &'a NodeReport>) -> String {
    let states: Vec<NodeState> = nodes.into_iter().map(state).collect();
    let parts: Vec<String> = NodeState::ALL
        .into_iter()
        .filter_map(|one| {
            let number = states.iter().filter(|state| **state == one).count();
            (number > 0).then(|| format!("{number} {}", one.word()))
        })
        .collect();
    parts.join(", ")
}

/// A digest: whole for who copies or prints it, short for who looks.
pub(super) fn digest(text: &str) -> String {
    let text = escape(text);
    format!("<code class=\"digest\" title=\"{text}\">{text}</code>")
}

/// A part of the page with its heading.
pub(super) fn section(id: &str, heading: &str, body: &str) -> String {
    format!(
        "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{}</h2>\n{body}</section>\n",
        escape(heading)
    )
}

/// A table that may be wider than the page, in a box that scrolls.
pub(super) fn scrolling(label: &str, table: &str) -> String {
    format!(
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">\n{table}</div>\n",
        escape(label)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many() {
        assert_eq!(count(1, "node"), "1 node");
        assert_eq!(count(0, "node"), "0 nodes");
    }
}
