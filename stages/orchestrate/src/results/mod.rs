//! What the program adds to the folder of every run.

mod labels;
mod parts;
mod tables;

pub(crate) use parts::RunParts;
pub(crate) use tables::RunTables;
