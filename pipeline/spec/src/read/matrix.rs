//! `matrix:`.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde_json::Value;

use super::Problems;
use super::trail::Trail;
use crate::MatrixVariable;
use crate::placeholder::{is_label, is_name, label};
use crate::yaml::{Fields, Tree};

const FORM: &str = "write a list of values (`seed: [8, 9, 10]`) or named bundles (`method: {partial: {}, full: {partition: {ratio: 1.0}}}`)";

/// The nodes that the bundles of each variable speak of.
pub(super) fn bundle_nodes(root: &Tree) -> BTreeMap<String, BTreeSet<String>> {
    let matrix = root.as_map().and_then(|fields| fields.get("matrix")?.as_map());
    let mut found = BTreeMap::new();
    for (variable, tree) in matrix.into_iter().flat_map(Fields::iter) {
        let Some(bundles) = tree.as_map() else { continue };
        let nodes = bundles.values().filter_map(Tree::as_map).flat_map(Fields::keys).cloned();
        found.insert(variable.clone(), nodes.collect());
    }
    found
}

pub(super) fn read(
    tree: Option<&Tree>,
    problems: &mut Problems,
) -> IndexMap<String, MatrixVariable> {
    let path = Trail::Root.key("matrix");
    let Some(tree) = tree.filter(|tree| !tree.is_null()) else { return IndexMap::new() };
    let Some(variables) = tree.as_map() else {
        problems.wrong_type(&path, tree, "a map of variables", FORM);
        return IndexMap::new();
    };
    let mut matrix = IndexMap::new();
    for (name, tree) in variables.iter() {
        let path = path.key(name);
        if !is_name(name) {
            problems.key(
                &path,
                "spec::name",
                format!("`{name}` cannot be the name of a matrix variable"),
                "letters, digits, `-` and `_`",
            );
        }
        let variable = match tree {
            Tree::List(items) => MatrixVariable::Values(read_values(&path, items, problems)),
            Tree::Map(bundles) => MatrixVariable::Bundles(read_bundles(&path, bundles, problems)),
            Tree::Scalar(_) => {
                problems.wrong_type(&path, tree, "a list of values or a map of bundles", FORM);
                continue;
            }
        };
        matrix.insert(name.clone(), variable);
    }
    matrix
}

fn read_values(path: &Trail<'_>, items: &[Tree], problems: &mut Problems) -> Vec<Value> {
    let mut values = Vec::new();
    let mut labels = BTreeSet::new();
    if items.is_empty() {
        empty(path, problems);
    }
    for (index, item) in items.iter().enumerate() {
        let path = path.index(index);
        let Tree::Scalar(value) = item else {
            problems.wrong_type(
                &path,
                item,
                "a number, a boolean or text",
                "to vary several parameters together, write named bundles: `small: {train: {batch: 4}}`",
            );
            continue;
        };
        if let Some(text) = value.as_str()
            && !is_label(text)
        {
            problems.value(
                &path,
                "spec::name",
                format!("`{path}`: the text `{text}` cannot be a matrix value"),
                "letters, digits and `_ - + . : /`, because it becomes part of node names; for longer text use named bundles",
            );
        }
        if !labels.insert(label(value)) {
            problems.value(
                &path,
                "spec::duplicate_value",
                format!("`{path}`: the value `{}` is there twice", label(value)),
                if value.is_f64() {
                    "remove one of the two; a version such as `1.10` is a number unless it is in quotes"
                } else {
                    "remove one of the two"
                },
            );
        }
        values.push(value.clone());
    }
    values
}

fn read_bundles(
    path: &Trail<'_>,
    bundles: &Fields,
    problems: &mut Problems,
) -> IndexMap<String, IndexMap<String, Value>> {
    let mut read = IndexMap::new();
    if bundles.is_empty() {
        empty(path, problems);
    }
    for (name, tree) in bundles.iter() {
        let path = path.key(name);
        if !is_label(name) {
            problems.key(
                &path,
                "spec::name",
                format!("`{name}` cannot be the name of a bundle"),
                "letters, digits and `_ - + . : /`",
            );
        }
        let mut overlays = IndexMap::new();
        match tree {
            Tree::Map(nodes) => {
                for (node, overlay) in nodes.iter() {
                    let path = path.key(node);
                    match overlay {
                        Tree::Map(_) => {
                            overlays.insert(node.clone(), overlay.to_json());
                        }
                        other if other.is_null() => {
                            overlays.insert(node.clone(), Value::Object(serde_json::Map::new()));
                        }
                        other => problems.wrong_type(
                            &path,
                            other,
                            "a map of parameters",
                            "a bundle holds nodes, and each node parameters: `full: {partition: {ratio: 1.0}}`",
                        ),
                    }
                }
            }
            other if other.is_null() => {}
            other => problems.wrong_type(
                &path,
                other,
                "a map from nodes to parameters",
                "write `{}` for a bundle that changes nothing",
            ),
        }
        read.insert(name.clone(), overlays);
    }
    read
}

fn empty(path: &Trail<'_>, problems: &mut Problems) {
    problems.value(
        path,
        "spec::empty_variable",
        format!("`{path}` has no values, so nothing would run"),
        "give at least one value, or remove the variable",
    );
}
