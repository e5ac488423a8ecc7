//! Dependency order, and naming all of a cycle.

use indexmap::IndexMap;
use pipeline_spec::{Diagnostic, Experiment};

use super::mistake::report;
use super::wire::Wire;

/// The positions of the nodes of the file in dependency order, otherwise as written.
///
/// # Errors
/// The first cycle in the order of the file, as a mistake that prints its path.
pub(super) fn dependency_order(
    experiment: &Experiment,
    wires: &IndexMap<&str, Vec<Wire<'_>>>,
) -> Result<Vec<usize>, Box<Diagnostic>> {
    let mut order = Vec::with_capacity(wires.len());
    let mut state = vec![State::New; wires.len()];
    for start in 0..wires.len() {
        // Depth first without recursion: chains may be as long as a file can be written.
        let mut path = vec![(start, 0)];
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            if state[node] == State::Done {
                path.pop();
                continue;
            }
            state[node] = State::Open;
            let Some(wire) = wires[node].get(*next) else {
                state[node] = State::Done;
                order.push(node);
                path.pop();
                continue;
            };
            *next += 1;
            let Some(from) = wires.get_index_of(wire.from) else { continue };
            match state[from] {
                State::New => path.push((from, 0)),
                State::Done => {}
                State::Open => return Err(Box::new(cycle(experiment, wires, &path, from))),
            }
        }
    }
    Ok(order)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

/// The path from `start` back to itself, in the direction in which data would flow.
fn cycle(
    experiment: &Experiment,
    wires: &IndexMap<&str, Vec<Wire<'_>>>,
    path: &[(usize, usize)],
    start: usize,
) -> Diagnostic {
    let name = |node: usize| wires.get_index(node).map_or("?", |(name, _)| *name);
    let first = path.iter().position(|(node, _)| *node == start).unwrap_or(0);
    let mut arrows: Vec<&str> = path[first..].iter().rev().map(|(node, _)| name(*node)).collect();
    let at = arrows[0];
    arrows.push(at);
    report(
        experiment,
        &["stages", at],
        "graph::cycle",
        &format!("nodes wait for each other: {}", arrows.join(" -> ")),
        Some("read the arrow as \"feeds\"; remove one of these inputs"),
    )
}
