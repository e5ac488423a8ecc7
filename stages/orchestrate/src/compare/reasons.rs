//! Reasons why nodes differ, with the nodes that share them.

use std::collections::BTreeMap;

use pipeline_engine::{DirtyReason, NodeReport};
use serde::Serialize;

use super::variables::bare_name;

/// Why a node is not the same.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Why {
    /// This differs.
    Reason(DirtyReason),
    /// It is another action, and the store no longer knows what one of them was made of.
    Forgotten,
}

/// Nodes that share reasons.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Changed {
    /// In a word or two: `train`, `train[method=full]`.
    pub(super) which: String,
    /// The nodes, by their names in the second run.
    pub(super) nodes: Vec<String>,
    pub(super) why: Vec<Why>,
}

/// Every reason of every node.
#[derive(Default)]
pub(super) struct Reasons {
    /// By the node's name and the reason as text.
    found: BTreeMap<(String, String), Shared>,
}

struct Shared {
    /// How many reasons came up before this one.
    place: usize,
    why: Why,
    nodes: Vec<String>,
}

impl Reasons {
    /// Adds the reasons of a node.
    pub(super) fn add(&mut self, node: &NodeReport, reasons: Vec<Why>) {
        for why in reasons {
            let text = match &why {
                Why::Reason(reason) => reason.to_string(),
                Why::Forgotten => String::new(),
            };
            let place = self.found.len();
            let shared = self
                .found
                .entry((bare_name(node).to_owned(), text))
                .or_insert_with(|| Shared { place, why, nodes: Vec::new() });
            shared.nodes.push(node.node.to_string());
        }
    }

    /// Reasons that the same nodes share together, in the order in which they came up; those that
    /// more nodes share first.
    pub(super) fn grouped(self, matched: &[&NodeReport]) -> Vec<Changed> {
        let mut groups: BTreeMap<_, Vec<(usize, Why)>> = BTreeMap::new();
        for ((name, _), shared) in self.found {
            groups.entry((name, shared.nodes)).or_default().push((shared.place, shared.why));
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        for (_, reasons) in &mut groups {
            reasons.sort_by_key(|(place, _)| *place);
        }
        let position = |name: &str| matched.iter().position(|node| bare_name(node) == name);
        groups.sort_by_key(|((name, nodes), reasons)| {
            let first = reasons.first().map(|(place, _)| *place);
            (position(name), std::cmp::Reverse(nodes.len()), first)
        });
        groups
            .into_iter()
            .map(|((name, nodes), reasons)| Changed {
                which: which(&name, &nodes, matched),
                nodes,
                why: reasons.into_iter().map(|(_, why)| why).collect(),
            })
            .collect()
    }
}

/// The nodes by what they have in common, where no other node has that too.
fn which(name: &str, nodes: &[String], matched: &[&NodeReport]) -> String {
    let all: Vec<&&NodeReport> = matched.iter().filter(|node| bare_name(node) == name).collect();
    let is_meant = |node: &NodeReport| nodes.iter().any(|meant| meant == node.node.as_str());
    let [first, _, ..] = nodes else { return nodes.first().cloned().unwrap_or_default() };
    if all.len() == nodes.len() {
        return format!("{name} (all {})", nodes.len());
    }
    let meant: Vec<&NodeReport> =
        all.iter().map(|node| **node).filter(|node| is_meant(node)).collect();
    let mut common = meant.first().map(|node| node.coordinates.clone()).unwrap_or_default();
    common.retain(|variable, value| {
        meant.iter().all(|node| node.coordinates.get(variable) == Some(value))
    });
    let has_common = |node: &NodeReport| {
        common.iter().all(|(variable, value)| node.coordinates.get(variable) == Some(value))
    };
    if all.iter().filter(|node| has_common(node)).count() == nodes.len() {
        let common: Vec<String> =
            common.iter().map(|(variable, value)| format!("{variable}={value}")).collect();
        return format!("{name}[{}] (all {})", common.join(","), nodes.len());
    }
    format!("{first} and {} more", nodes.len() - 1)
}
