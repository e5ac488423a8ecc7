//! What is asked of the rows.

use std::collections::{BTreeMap, BTreeSet};

/// Which rows, and what tells their groups apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Request {
    /// The fields by which rows are grouped, `class` for the class; without repetitions.
    pub(crate) fields: Vec<String>,
    /// The values of a field that are wanted; of a field without an entry, all are.
    pub(crate) wanted: BTreeMap<String, BTreeSet<String>>,
}
