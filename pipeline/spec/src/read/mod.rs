//! From a document to an [`Experiment`](crate::Experiment).

mod arguments;
mod checks;
mod file;
mod matrix;
mod nodes;
mod problems;

pub use file::{load, parse};
pub(crate) use problems::Problems;
