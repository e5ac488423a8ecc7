//! A graph of nodes as a picture.

mod acyclic;
mod draw;
mod group;
mod layout;
mod model;
mod order;
mod place;
mod state;
#[cfg(test)]
mod tests;
mod text;

pub use model::{Dag, DagBox, DagNode, DagOptions, Direction, Drawing};
pub use state::NodeState;
