//! The matrix variables of two runs, and which of them tell nodes apart.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_engine::NodeReport;
use serde::Serialize;

/// A variable that has other values in one run than in the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct VariableChange {
    pub(super) variable: String,
    /// Its values in the first run; none if that does not have it.
    pub(super) a: BTreeSet<String>,
    /// In the second.
    pub(super) b: BTreeSet<String>,
}

/// What the variables of two runs have in common.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Variables {
    pub(super) changes: Vec<VariableChange>,
    /// Variables with at most one value in each run: they tell nothing apart, and nodes that differ
    /// in nothing else are counterparts.
    pub(super) ignored: BTreeSet<String>,
}

/// A node's name and the values of the variables that tell its variants apart.
pub(super) type Counterpart = (String, BTreeMap<String, String>);

impl Variables {
    pub(super) fn of(a: &[NodeReport], b: &[NodeReport]) -> Self {
        let (a, b) = (values(a), values(b));
        let names: BTreeSet<&str> = a.keys().chain(b.keys()).copied().collect();
        let mut found = Self::default();
        for name in names {
            let of = |side: &BTreeMap<&str, BTreeSet<String>>| -> BTreeSet<String> {
                side.get(name).cloned().unwrap_or_default()
            };
            let (a, b) = (of(&a), of(&b));
            if a.len() <= 1 && b.len() <= 1 {
                found.ignored.insert(name.to_owned());
            }
            if a != b {
                found.changes.push(VariableChange { variable: name.to_owned(), a, b });
            }
        }
        found
    }

    /// What a node of one run and its counterpart in the other have in common.
    pub(super) fn counterpart(&self, node: &NodeReport) -> Counterpart {
        let told = node.coordinates.iter().filter(|(name, _)| !self.ignored.contains(*name));
        let coordinates = told.map(|(name, value)| (name.clone(), value.clone())).collect();
        (bare_name(node).to_owned(), coordinates)
    }
}

/// The name of a node without the values of its variables.
pub(super) fn bare_name(node: &NodeReport) -> &str {
    node.node.as_str().split('[').next().unwrap_or_default()
}

fn values(nodes: &[NodeReport]) -> BTreeMap<&str, BTreeSet<String>> {
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (name, value) in nodes.iter().flat_map(|node| &node.coordinates) {
        found.entry(name).or_default().insert(value.clone());
    }
    found
}
