//! From a document to an [`Experiment`](crate::Experiment).

mod arguments;
mod checks;
mod file;
mod index;
mod inputs;
mod matrix;
mod nodes;
mod problems;
mod sweeps;
mod trail;

pub use file::{load, parse};
pub(crate) use problems::Problems;
