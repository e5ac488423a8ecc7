//! A table over many metric rows beside the same in Python.

mod options;
mod session;

pub(crate) use options::{EXAMPLES, TablesArguments};
pub(crate) use session::run;
