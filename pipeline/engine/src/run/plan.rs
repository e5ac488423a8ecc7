//! What a run would do, without doing it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use pipeline_store::{ActionKey, Store};
use serde::Serialize;

use super::examine::{Examiner, Found, Previous, Seen};
use super::prepare::{Outputs, Places};
use super::report::Report;
use super::selection::{Role, Selection, roles};
use crate::explain::DirtyReason;
use crate::graph::{Graph, NodeId};

/// What is known of every node before anything runs.
#[derive(Debug, Clone)]
pub struct Plan {
    /// One per node of the graph, in its order.
    pub nodes: Vec<NodePlan>,
}

/// What a plan needs to know besides the graph.
#[derive(Debug, Clone, Default)]
pub struct PlanOptions {
    /// The folder of the experiment file.
    pub experiment_dir: PathBuf,
    /// The folder that holds the datasets.
    pub data_root: Option<PathBuf>,
    /// Which nodes it is about.
    pub selection: Selection,
    /// Positions of nodes that are to run again.
    pub force: BTreeSet<usize>,
}

/// What is known of one node.
#[derive(Debug, Clone)]
pub struct NodePlan {
    /// The node.
    pub id: NodeId,
    /// Whether it would run.
    pub state: NodeState,
}

/// Whether a node would run.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum NodeState {
    /// Its result is there.
    Cached {
        /// The action.
        key: ActionKey,
    },
    /// It has to run.
    Dirty {
        /// The action.
        key: ActionKey,
        /// Every reason.
        reasons: Vec<DirtyReason>,
    },
    /// Whether it has to run depends on what nodes before it will give.
    Unknown {
        /// The nodes directly before it whose results are not there.
        waiting_for: Vec<NodeId>,
    },
    /// It cannot run: a file it needs is missing, say.
    Impossible {
        /// Why.
        message: String,
        /// Causes and listed items.
        details: Vec<String>,
        /// What to do.
        help: Option<String>,
    },
    /// It is not part of what was asked for.
    LeftOut,
}

impl Plan {
    /// Looks at the store and at the declared files; runs nothing.
    pub fn resolve(
        graph: &Graph,
        store: &Store,
        previous: Option<&Report>,
        options: &PlanOptions,
    ) -> Self {
        let places = Places {
            experiment_dir: options.experiment_dir.clone(),
            data_root: options.data_root.clone(),
        };
        let previous = Previous::new(|| previous.cloned());
        let examiner = Examiner { graph, store, places: &places, previous, seen: Seen::default() };
        let roles = roles(graph, &options.selection);
        let mut outputs: Vec<Option<Outputs>> = vec![None; graph.nodes.len()];
        let mut states: Vec<Option<NodeState>> = vec![None; graph.nodes.len()];
        for level in graph.levels() {
            let (ready, waiting): (Vec<usize>, Vec<usize>) = level
                .into_iter()
                .filter(|node| roles[*node] != Role::LeaveOut)
                .partition(|node| graph.upstream(*node).all(|from| outputs[from].is_some()));
            for node in waiting {
                let mut waiting_for: Vec<NodeId> = graph
                    .upstream(node)
                    .filter(|upstream| outputs[*upstream].is_none())
                    .map(|upstream| graph.nodes[upstream].id.clone())
                    .collect();
                waiting_for.dedup();
                states[node] = Some(NodeState::Unknown { waiting_for });
            }
            let found = examiner.examine(&ready, &outputs, |_| {});
            for (node, found) in ready.into_iter().zip(found) {
                let id = &graph.nodes[node].id;
                let forced = options.force.contains(&node);
                states[node] = Some(match found {
                    Found::Done(result) => {
                        let key = result.key;
                        outputs[node] = Some(result.outputs);
                        if forced {
                            NodeState::Dirty { key, reasons: vec![DirtyReason::Forced] }
                        } else {
                            NodeState::Cached { key }
                        }
                    }
                    Found::Dirty(dirty) => NodeState::Dirty {
                        key: dirty.prepared.key,
                        reasons: examiner.reasons(id, &dirty),
                    },
                    Found::Impossible(error) => NodeState::Impossible {
                        message: error.message,
                        details: error.details,
                        help: error.help,
                    },
                });
            }
        }
        let nodes = graph
            .nodes
            .iter()
            .zip(states)
            .map(|(node, state)| NodePlan {
                id: node.id.clone(),
                state: state.unwrap_or(NodeState::LeftOut),
            })
            .collect();
        Self { nodes }
    }
}
