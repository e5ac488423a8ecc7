//! The plain nodes of a graph.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::stage::{Arity, ConfiguredStage, Limits, Name, Resources};

/// The name of a node: its name in the experiment and the values of the matrix variables it uses,
/// such as `train[method=partial,seed=8]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(String);

impl NodeId {
    /// The id of the variant of `name` at these coordinates.
    pub fn new(name: &str, coordinates: &BTreeMap<String, String>) -> Self {
        if coordinates.is_empty() {
            return Self(name.to_owned());
        }
        let inside: Vec<_> =
            coordinates.iter().map(|(variable, label)| format!("{variable}={label}")).collect();
        Self(format!("{name}[{}]", inside.join(",")))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One action to be: a stage bound to parameters and to the outputs it reads.
#[derive(Clone)]
pub struct Node {
    /// Unique in the graph.
    pub id: NodeId,
    /// The name under `stages:` in the experiment.
    pub name: String,
    /// The values of the matrix variables that it or something upstream uses.
    pub coordinates: BTreeMap<String, String>,
    /// What it does.
    pub stage: Arc<dyn ConfiguredStage>,
    /// What it reads, by port, in the stage's order.
    pub inputs: Vec<NodeInput>,
    /// What it asks for.
    pub resources: Resources,
    /// What it must not exceed.
    pub limits: Limits,
    /// How often a failed action is tried again.
    pub retries: u32,
}

/// What one input port of a node reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeInput {
    /// The port.
    pub port: Name,
    /// How many artifacts the port takes.
    pub arity: Arity,
    /// The outputs it reads, ordered by coordinates; one, unless the port gathers.
    pub from: Vec<OutputOf>,
}

/// An output port of a node, by the node's position in [`Graph::nodes`](crate::Graph::nodes).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputOf {
    /// Position of the node.
    pub node: usize,
    /// The output port.
    pub port: Name,
    /// Coordinates that the experiment gives to what is read here, besides the node's own.
    pub labels: BTreeMap<String, String>,
}

impl OutputOf {
    /// The coordinates under which the reader sees the artifact.
    pub fn coordinates(&self, nodes: &[Node]) -> BTreeMap<String, String> {
        let mut coordinates = nodes[self.node].coordinates.clone();
        coordinates.extend(self.labels.clone());
        coordinates
    }
}
