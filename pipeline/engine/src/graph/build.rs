//! Building the graph, reporting every mistake together.

use pipeline_spec::{Diagnostic, Experiment};

use super::cycle::find_cycle;
use super::expand::expand;
use super::node::Node;
use super::template::templates;
use super::wire::wire;
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
        if let Some(mistake) = find_cycle(experiment, &wires) {
            mistakes.push(mistake);
        }
        fail_if_any(&mut mistakes)?;
        let nodes = expand(experiment, &templates, &wires, &mut mistakes);
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

    /// The positions of the nodes that a node reads directly.
    pub fn upstream(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        self.nodes[node].inputs.iter().flat_map(|input| input.from.iter().map(|output| output.node))
    }
}

fn fail_if_any(mistakes: &mut Vec<Diagnostic>) -> Result<(), GraphErrors> {
    if mistakes.is_empty() {
        return Ok(());
    }
    Err(GraphErrors { mistakes: std::mem::take(mistakes) })
}
