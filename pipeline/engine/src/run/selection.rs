//! Running a part of a graph.

use std::collections::BTreeSet;

use crate::graph::Graph;

/// Which nodes of a graph a run is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Selection {
    /// All.
    #[default]
    All,
    /// These and everything they need.
    Until(Vec<usize>),
    /// These; what they need must be there.
    Only(Vec<usize>),
}

/// What a run may do with a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Run it if it is not done.
    Run,
    /// Use its result, which must be there.
    Use,
    /// Nothing.
    LeaveOut,
}

/// The role of every node.
pub(super) fn roles(graph: &Graph, selection: &Selection) -> Vec<Role> {
    let (chosen, others) = match selection {
        Selection::All => return vec![Role::Run; graph.nodes.len()],
        Selection::Until(chosen) => (chosen, Role::Run),
        Selection::Only(chosen) => (chosen, Role::Use),
    };
    let mut roles = vec![Role::LeaveOut; graph.nodes.len()];
    let chosen: BTreeSet<usize> = chosen.iter().copied().collect();
    // Every node comes after those it reads.
    for node in (0..graph.nodes.len()).rev() {
        if chosen.contains(&node) {
            roles[node] = Role::Run;
        }
        if roles[node] != Role::LeaveOut {
            for from in graph.upstream(node).collect::<Vec<_>>() {
                if roles[from] == Role::LeaveOut {
                    roles[from] = others;
                }
            }
        }
    }
    roles
}
