//! The tables of a whole run: the rows of all its evaluations under each other, with what made them.

mod columns;
mod dictionary;
mod metadata;
mod read;
mod source;
#[cfg(test)]
mod tests;
mod write;

pub use metadata::RunVariable;
pub use read::RunTable;
pub use source::RunPart;
pub use write::{RunClinical, RunMetrics};
