//! Finding a cycle and naming all of it.

use indexmap::IndexMap;
use pipeline_spec::{Diagnostic, Experiment};

use super::mistake::report;
use super::wire::Wire;

/// The first cycle in the order of the file, as a mistake that prints its path.
pub(super) fn find_cycle(
    experiment: &Experiment,
    wires: &IndexMap<String, Vec<Wire>>,
) -> Option<Diagnostic> {
    let mut done = Vec::new();
    for start in wires.keys() {
        let mut path = Vec::new();
        if let Some(cycle) = walk(start, wires, &mut path, &mut done) {
            let first = cycle.first()?.clone();
            let mut arrows = cycle.clone();
            arrows.push(first.clone());
            return Some(report(
                experiment,
                &["stages", &first],
                "graph::cycle",
                &format!("nodes wait for each other: {}", arrows.join(" -> ")),
                Some("read the arrow as \"feeds\"; remove one of these inputs"),
            ));
        }
    }
    None
}

/// Depth-first; returns the cycle in the direction in which data would flow.
fn walk<'a>(
    node: &'a str,
    wires: &'a IndexMap<String, Vec<Wire>>,
    path: &mut Vec<&'a str>,
    done: &mut Vec<&'a str>,
) -> Option<Vec<String>> {
    if done.contains(&node) {
        return None;
    }
    if let Some(start) = path.iter().position(|seen| *seen == node) {
        return Some(path[start..].iter().rev().map(|name| (*name).to_owned()).collect());
    }
    path.push(node);
    for wire in wires.get(node).into_iter().flatten() {
        if let Some(cycle) = walk(&wire.from, wires, path, done) {
            return Some(cycle);
        }
    }
    path.pop();
    done.push(node);
    None
}
