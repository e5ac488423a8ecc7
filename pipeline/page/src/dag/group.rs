//! Puts variants of one thing into one box.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Dag, DagBox, DagNode, DagOptions};
use super::state::NodeState;
use crate::escape::clean;

/// Makes the boxes of a graph, in the order of their first nodes.
pub(super) fn boxes(dag: &Dag, options: &DagOptions<'_>) -> Vec<DagBox> {
    let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (position, node) in dag.nodes.iter().enumerate() {
        members.entry(&node.group).or_default().push(position);
    }
    let mut boxes = Vec::new();
    let mut box_of = vec![0; dag.nodes.len()];
    for (position, node) in dag.nodes.iter().enumerate() {
        let variants = &members[node.group.as_str()];
        let collapsed = variants.len() > options.collapse_above.max(1);
        if collapsed && variants[0] != position {
            continue;
        }
        let nodes = if collapsed { variants.clone() } else { vec![position] };
        for member in &nodes {
            box_of[*member] = boxes.len();
        }
        boxes.push(if collapsed { group(dag, nodes, options) } else { single(node, position) });
    }
    let edges: BTreeSet<(usize, usize)> = dag
        .edges
        .iter()
        .filter(|(from, to)| *from < dag.nodes.len() && *to < dag.nodes.len())
        .map(|(from, to)| (box_of[*from], box_of[*to]))
        .filter(|(from, to)| from != to)
        .collect();
    for (from, to) in edges {
        boxes[to].reads.push(from);
    }
    boxes
}

fn single(node: &DagNode, position: usize) -> DagBox {
    let note = clean(&node.note);
    let word = node.state.word();
    DagBox {
        nodes: vec![position],
        label: clean(&node.label),
        detail: clean(&node.detail),
        state: node.state,
        summary: if note.is_empty() { word.to_owned() } else { format!("{word} · {note}") },
        reads: Vec::new(),
        link: node.link.clone(),
    }
}

fn group(dag: &Dag, nodes: Vec<usize>, options: &DagOptions<'_>) -> DagBox {
    let first = &dag.nodes[nodes[0]];
    let counts = counts(dag, &nodes);
    let words: Vec<String> =
        counts.iter().map(|(state, count)| format!("{count} {}", state.word())).collect();
    DagBox {
        label: format!("{} ×{}", clean(&first.label), nodes.len()),
        detail: format!("{} variants", nodes.len()),
        // The counts are in order, and a group has members.
        state: counts.first().map_or(NodeState::Waiting, |(state, _)| *state),
        summary: words.join(", "),
        reads: Vec::new(),
        link: (options.group_link)(&first.group),
        nodes,
    }
}

/// How many of the nodes are in each state that any of them is in, what needs a look first.
pub(super) fn counts(dag: &Dag, nodes: &[usize]) -> Vec<(NodeState, usize)> {
    let mut counts: BTreeMap<NodeState, usize> = BTreeMap::new();
    for node in nodes {
        *counts.entry(dag.nodes[*node].state).or_default() += 1;
    }
    counts.into_iter().collect()
}
