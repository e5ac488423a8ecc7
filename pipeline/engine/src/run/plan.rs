//! What a run would do, without doing it.

use std::path::PathBuf;

use pipeline_store::{ActionKey, Lookup, Store};
use serde::Serialize;

use super::prepare::{Outputs, Places, Prepared, prepare};
use super::report::Report;
use crate::explain::{DirtyReason, differences};
use crate::fingerprint::Fingerprint;
use crate::graph::{Graph, NodeId};
use crate::stage::StageError;

/// What is known of every node before anything runs.
#[derive(Debug, Clone)]
pub struct Plan {
    /// One per node of the graph, in its order.
    pub nodes: Vec<NodePlan>,
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
}

impl Plan {
    /// Looks at the store and at the declared files; runs nothing.
    pub fn resolve(
        graph: &Graph,
        store: &Store,
        previous: Option<&Report>,
        experiment_dir: PathBuf,
        data_root: Option<PathBuf>,
    ) -> Self {
        let places = Places { experiment_dir, data_root };
        let mut outputs: Vec<Option<Outputs>> = vec![None; graph.nodes.len()];
        let mut nodes = Vec::with_capacity(graph.nodes.len());
        for (index, node) in graph.nodes.iter().enumerate() {
            let mut waiting_for: Vec<NodeId> = graph
                .upstream(index)
                .filter(|upstream| outputs[*upstream].is_none())
                .map(|upstream| graph.nodes[upstream].id.clone())
                .collect();
            waiting_for.dedup();
            let state = if waiting_for.is_empty() {
                match prepare(graph, node, &outputs, store, &places) {
                    Err(error) => impossible(error),
                    Ok(prepared) => match store.lookup(prepared.key) {
                        Lookup::Hit(record) => {
                            outputs[index] = Some(record.outputs);
                            NodeState::Cached { key: prepared.key }
                        }
                        missed => NodeState::Dirty {
                            key: prepared.key,
                            reasons: reasons(store, previous, &node.id, &prepared, missed),
                        },
                    },
                }
            } else {
                NodeState::Unknown { waiting_for }
            };
            nodes.push(NodePlan { id: node.id.clone(), state });
        }
        Self { nodes }
    }
}

/// Why a lookup missed, against what this node was the last time.
pub(super) fn reasons(
    store: &Store,
    previous: Option<&Report>,
    id: &NodeId,
    now: &Prepared,
    missed: Lookup,
) -> Vec<DirtyReason> {
    if let Lookup::Damaged(what) = missed {
        return vec![DirtyReason::ResultLost { what }];
    }
    let Some(key) = previous.and_then(|report| report.key_of(id)) else {
        return vec![DirtyReason::NeverRun];
    };
    if key == now.key {
        return vec![DirtyReason::ResultLost { what: format!("the record of action {key}") }];
    }
    let old = store.record(key).and_then(|record| Fingerprint::from_json(&record.fingerprint));
    match old {
        Some(old) => differences(&old, &now.fingerprint),
        None => vec![DirtyReason::ResultLost { what: format!("the record of action {key}") }],
    }
}

fn impossible(error: StageError) -> NodeState {
    NodeState::Impossible { message: error.message, details: error.details, help: error.help }
}
