//! What one part of an experiment says about another.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Problems;
use super::arguments::no_such_item_words;
use crate::experiment::Assignment;
use crate::placeholder::{BadPlaceholder, Piece, is_name, pieces};
use crate::set::{NoSuchItem, set};
use crate::suggest::unknown_name_help;
use crate::{Experiment, FieldPath, MatrixVariable};

/// More combinations of bundles than this are not tried one by one.
const MAX_COMBINATIONS: usize = 1024;

pub(super) fn check(experiment: &Experiment, problems: &mut Problems) {
    check_inputs(experiment, problems);
    check_bundles(experiment, problems);
    let mut mentioned = BTreeSet::new();
    check_placeholders(experiment, &mut mentioned, problems);
    check_unused(experiment, &mentioned, problems);
    for node in experiment.assignments.keys() {
        check_assignments(experiment, node, problems);
    }
}

fn check_inputs(experiment: &Experiment, problems: &mut Problems) {
    let nodes: Vec<&str> = experiment.nodes.keys().map(String::as_str).collect();
    let variables: Vec<&str> = experiment.matrix.keys().map(String::as_str).collect();
    for (name, node) in &experiment.nodes {
        for (port, input) in &node.inputs {
            let path = FieldPath::root().key("stages").key(name).key("inputs").key(port);
            if !nodes.contains(&input.node.as_str()) {
                problems.value(
                    &path,
                    "spec::unknown_node",
                    format!("`{path}`: there is no node `{}`", input.node),
                    unknown_name_help(&input.node, &nodes, "the experiment has"),
                );
            }
            for (index, variable) in input.over.iter().flatten().enumerate() {
                if !variables.contains(&variable.as_str()) {
                    let path = path.key("over").index(index);
                    unknown_variable(&path, variable, &variables, problems);
                }
            }
        }
    }
}

fn check_bundles(experiment: &Experiment, problems: &mut Problems) {
    let nodes: Vec<&str> = experiment.nodes.keys().map(String::as_str).collect();
    for (variable, kind) in &experiment.matrix {
        for (name, bundle) in kind.bundles().into_iter().flatten() {
            for node in bundle.keys().filter(|node| !nodes.contains(&node.as_str())) {
                let path = FieldPath::root().key("matrix").key(variable).key(name).key(node);
                problems.key(
                    &path,
                    "spec::unknown_node",
                    format!("the bundle `{name}` of `{variable}` names a node `{node}` that is not there"),
                    unknown_name_help(node, &nodes, "the experiment has"),
                );
            }
        }
    }
}

fn check_placeholders(
    experiment: &Experiment,
    mentioned: &mut BTreeSet<String>,
    problems: &mut Problems,
) {
    let stages = FieldPath::root().key("stages");
    for (name, node) in &experiment.nodes {
        let path = stages.key(name).key("with");
        walk(experiment, &path, &node.with, mentioned, problems);
        for Assignment { path: tail, value } in
            experiment.assignments.get(name).into_iter().flatten()
        {
            walk(experiment, &path.join(tail), value, mentioned, problems);
        }
    }
    for (variable, kind) in &experiment.matrix {
        for (name, bundle) in kind.bundles().into_iter().flatten() {
            for (node, overlay) in bundle {
                let path = FieldPath::root().key("matrix").key(variable).key(name).key(node);
                walk(experiment, &path, overlay, mentioned, problems);
            }
        }
    }
}

fn walk(
    experiment: &Experiment,
    path: &FieldPath,
    value: &Value,
    mentioned: &mut BTreeSet<String>,
    problems: &mut Problems,
) {
    match value {
        Value::String(text) => match pieces(text) {
            Ok(pieces) => {
                for piece in pieces {
                    let Piece::Variable(variable) = piece else { continue };
                    if !experiment.matrix.contains_key(&variable) {
                        let known: Vec<&str> =
                            experiment.matrix.keys().map(String::as_str).collect();
                        unknown_variable(path, &variable, &known, problems);
                    }
                    mentioned.insert(variable);
                }
            }
            Err(BadPlaceholder { found }) => problems.value(
                path,
                "spec::placeholder",
                format!("`{path}`: `{found}` is not a placeholder"),
                "write `${variable}` with a variable of the matrix, or `$${` for a plain `${`",
            ),
        },
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(experiment, &path.index(index), item, mentioned, problems);
            }
        }
        Value::Object(fields) => {
            for (key, item) in fields {
                walk(experiment, &path.key(key), item, mentioned, problems);
            }
        }
        _ => {}
    }
}

fn unknown_variable(path: &FieldPath, variable: &str, known: &[&str], problems: &mut Problems) {
    let help = if known.is_empty() {
        format!("the experiment has no matrix; add `matrix: {{{variable}: [...]}}`")
    } else {
        unknown_name_help(variable, known, "the matrix has")
    };
    let message = format!("`{path}`: there is no matrix variable `{variable}`");
    problems.value(path, "spec::unknown_variable", message, help);
}

/// A list of values that no node mentions would silently run once.
fn check_unused(experiment: &Experiment, mentioned: &BTreeSet<String>, problems: &mut Problems) {
    for (variable, kind) in &experiment.matrix {
        if matches!(kind, MatrixVariable::Values(_))
            && is_name(variable)
            && !mentioned.contains(variable)
        {
            let path = FieldPath::root().key("matrix").key(variable);
            problems.key(
                &path,
                "spec::unused_variable",
                format!("no node uses the matrix variable `{variable}`, so its values would change nothing"),
                format!("write `${{{variable}}}` as the value of a parameter, or remove the variable"),
            );
        }
    }
}

/// Every `--set` into a list must find its item in at least one combination of bundles.
fn check_assignments(experiment: &Experiment, node: &str, problems: &mut Problems) {
    let mut failures: BTreeMap<usize, NoSuchItem> = BTreeMap::new();
    let mut succeeded = BTreeSet::new();
    let assignments = &experiment.assignments[node];
    for coordinates in combinations(experiment, node) {
        let mut params = experiment.layered(node, &coordinates);
        for (index, assignment) in assignments.iter().enumerate() {
            match set(&mut params, &assignment.path, &assignment.value) {
                Ok(()) => {
                    succeeded.insert(index);
                }
                Err(error) => {
                    failures.insert(index, error);
                }
            }
        }
    }
    for (index, error) in failures {
        if !succeeded.contains(&index) {
            let base = FieldPath::root().key("stages").key(node).key("with");
            let (message, help) = no_such_item_words(&error.path, error.length);
            problems.key(&base.join(&assignments[index].path), "spec::set", message, help);
        }
    }
}

/// Every choice of bundles that concern a node.
fn combinations(experiment: &Experiment, node: &str) -> Vec<BTreeMap<String, String>> {
    let mut all = vec![BTreeMap::new()];
    for (variable, kind) in &experiment.matrix {
        let Some(bundles) = kind.bundles() else { continue };
        if !bundles.values().any(|bundle| bundle.contains_key(node)) {
            continue;
        }
        all = all
            .into_iter()
            .flat_map(|base: BTreeMap<String, String>| {
                bundles.keys().map(move |name| {
                    let mut one = base.clone();
                    one.insert(variable.clone(), name.clone());
                    one
                })
            })
            .take(MAX_COMBINATIONS)
            .collect();
    }
    all
}
