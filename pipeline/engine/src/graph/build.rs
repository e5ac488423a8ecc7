//! Building the graph, reporting every mistake together.

use pipeline_spec::{Diagnostic, Experiment};

use super::cycle::dependency_order;
use super::expand::expand;
use super::node::{Node, NodeId};
use super::template::templates;
use super::wire::wire;
use crate::events::NodeOutline;
use crate::stage::Registry;

/// The nodes of an experiment, every node after those it reads.
#[derive(Clone)]
pub struct Graph {
    /// The experiment's name.
    pub experiment: String,
    /// All nodes, in topological order.
    pub nodes: Vec<Node>,
}

/// Everything wrong with an experiment's stages, found in one go.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("the experiment has {} {}", mistakes.len(), if mistakes.len() == 1 { "mistake" } else { "mistakes" })]
pub struct GraphErrors {
    /// One per mistake.
    #[related]
    pub mistakes: Vec<Diagnostic>,
}

impl Graph {
    /// Checks parameters, wires ports by artifact kind, and multiplies nodes by the matrix
    /// variables that they or something upstream of them use.
    pub fn build(experiment: &Experiment, registry: &Registry) -> Result<Self, GraphErrors> {
        let mut mistakes = Vec::new();
        let templates = templates(experiment, registry, &mut mistakes);
        // Wiring needs every node's ports; without them it would report consequences as causes.
        fail_if_any(&mut mistakes)?;
        let wires = wire(experiment, &templates, registry, &mut mistakes);
        fail_if_any(&mut mistakes)?;
        let order = dependency_order(experiment, &wires)
            .map_err(|mistake| GraphErrors { mistakes: vec![*mistake] })?;
        let nodes = expand(experiment, &templates, &wires, &order, &mut mistakes);
        fail_if_any(&mut mistakes)?;
        Ok(Self { experiment: experiment.name.clone(), nodes })
    }

    /// The position of the node with this id, or of every variant of the node with this name.
    pub fn find(&self, name: &str) -> Vec<usize> {
        let exact = self.nodes.iter().position(|node| node.id.as_str() == name);
        match exact {
            Some(index) => vec![index],
            None => (0..self.nodes.len()).filter(|i| self.nodes[*i].name == name).collect(),
        }
    }

    /// The positions of all nodes, grouped so that every node comes in a later group than those it
    /// reads.
    pub fn levels(&self) -> Vec<Vec<usize>> {
        let mut level_of = vec![0; self.nodes.len()];
        let mut levels: Vec<Vec<usize>> = Vec::new();
        for node in 0..self.nodes.len() {
            let level = self.upstream(node).map(|from| level_of[from] + 1).max().unwrap_or(0);
            level_of[node] = level;
            if levels.len() <= level {
                levels.resize_with(level + 1, Vec::new);
            }
            levels[level].push(node);
        }
        levels
    }

    /// The positions of the nodes that a node reads directly.
    pub fn upstream(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        self.nodes[node].inputs.iter().flat_map(|input| input.from.iter().map(|output| output.node))
    }

    /// The nodes whose outputs a node reads, each once, in topological order.
    pub fn after(&self, node: usize) -> Vec<NodeId> {
        let mut upstream: Vec<usize> = self.upstream(node).collect();
        upstream.sort_unstable();
        upstream.dedup();
        upstream.into_iter().map(|node| self.nodes[node].id.clone()).collect()
    }

    /// What a node is, without what it does.
    pub fn outline(&self, node: usize) -> NodeOutline {
        let after = self.after(node);
        let node = &self.nodes[node];
        NodeOutline {
            node: node.id.clone(),
            stage: node.stage.info().name.to_owned(),
            coordinates: node.coordinates.clone(),
            after,
        }
    }
}

fn fail_if_any(mistakes: &mut Vec<Diagnostic>) -> Result<(), GraphErrors> {
    if mistakes.is_empty() {
        return Ok(());
    }
    Err(GraphErrors { mistakes: std::mem::take(mistakes) })
}
