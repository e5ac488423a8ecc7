//! From an experiment to plain nodes: wiring by artifact kind, then matrix expansion.

mod build;
mod cycle;
mod expand;
mod mistake;
mod node;
mod render;
mod template;
mod wire;

pub use build::{Graph, GraphErrors};
pub use node::{Node, NodeId, NodeInput, OutputOf};
