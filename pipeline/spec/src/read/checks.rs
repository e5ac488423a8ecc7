//! What one part of an experiment says about another.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Problems;
use super::arguments::no_such_item_words;
use super::trail::Trail;
use crate::experiment::Assignment;
use crate::placeholder::{BadPlaceholder, Piece, is_name, may_mention, pieces};
use crate::set::{NoSuchItem, set};
use crate::suggest::unknown_name_help;
use crate::{Experiment, FieldPath, MatrixVariable};

/// More combinations of bundles than this are not tried one by one.
const MAX_COMBINATIONS: usize = 1024;

/// Checks an experiment, and gives the variables that the `with` of each node mentions.
pub(super) fn check(
    experiment: &Experiment,
    problems: &mut Problems,
) -> BTreeMap<String, BTreeSet<String>> {
    check_inputs(experiment, problems);
    check_bundles(experiment, problems);
    let mut mentioned = BTreeSet::new();
    let by_node = check_placeholders(experiment, &mut mentioned, problems);
    check_unused(experiment, &mentioned, problems);
    for node in experiment.assignments.keys() {
        check_assignments(experiment, node, problems);
    }
    by_node
}

fn check_inputs(experiment: &Experiment, problems: &mut Problems) {
    let path = Trail::Root.key("stages");
    for (name, node) in &experiment.nodes {
        for (port, inputs) in &node.inputs {
            for (position, input) in inputs.iter().enumerate() {
                let own = path.key(name);
                let own = own.key("inputs");
                let own = own.key(port);
                let item = own.index(position);
                let path = if inputs.len() > 1 { &item } else { &own };
                if !experiment.nodes.contains_key(&input.node) {
                    let nodes: Vec<&str> = experiment.nodes.keys().map(String::as_str).collect();
                    problems.value(
                        path,
                        "spec::unknown_node",
                        format!("`{path}`: there is no node `{}`", input.node),
                        unknown_name_help(&input.node, &nodes, "the experiment has"),
                    );
                }
                for (index, variable) in input.over.iter().flatten().enumerate() {
                    if !experiment.matrix.contains_key(variable) {
                        let over = path.key("over");
                        unknown_variable(experiment, &over.index(index), variable, problems);
                    }
                }
            }
        }
    }
}

fn check_bundles(experiment: &Experiment, problems: &mut Problems) {
    let path = Trail::Root.key("matrix");
    for (variable, kind) in &experiment.matrix {
        let path = path.key(variable);
        for (name, bundle) in kind.bundles().into_iter().flatten() {
            let path = path.key(name);
            for node in bundle.keys().filter(|node| !experiment.nodes.contains_key(*node)) {
                let nodes: Vec<&str> = experiment.nodes.keys().map(String::as_str).collect();
                problems.key(
                    &path.key(node),
                    "spec::unknown_node",
                    format!("the bundle `{name}` of `{variable}` names a node `{node}` that is not there"),
                    unknown_name_help(node, &nodes, "the experiment has"),
                );
            }
        }
    }
}

fn check_placeholders<'e>(
    experiment: &'e Experiment,
    mentioned: &mut BTreeSet<&'e str>,
    problems: &mut Problems,
) -> BTreeMap<String, BTreeSet<String>> {
    let mut by_node = BTreeMap::new();
    let stages = Trail::Root.key("stages");
    for (name, node) in &experiment.nodes {
        let path = stages.key(name);
        let mut own = BTreeSet::new();
        walk(experiment, &path.key("with"), &node.with, &mut own, problems);
        if !own.is_empty() {
            by_node.insert(name.clone(), own.iter().map(|name| (*name).to_owned()).collect());
            mentioned.extend(own);
        }
    }
    for (name, assignments) in &experiment.assignments {
        let with = FieldPath::root().key("stages").key(name).key("with");
        for Assignment { path: tail, value } in assignments {
            walk(experiment, &Trail::Path(&with.join(tail)), value, mentioned, problems);
        }
    }
    let path = Trail::Root.key("matrix");
    for (variable, kind) in &experiment.matrix {
        let path = path.key(variable);
        for (name, bundle) in kind.bundles().into_iter().flatten() {
            let path = path.key(name);
            for (node, overlay) in bundle {
                walk(experiment, &path.key(node), overlay, mentioned, problems);
            }
        }
    }
    by_node
}

fn walk<'e>(
    experiment: &'e Experiment,
    path: &Trail<'_>,
    value: &'e Value,
    mentioned: &mut BTreeSet<&'e str>,
    problems: &mut Problems,
) {
    match value {
        Value::String(text) if may_mention(text) => match pieces(text) {
            Ok(pieces) => {
                for piece in pieces {
                    let Piece::Variable(variable) = piece else { continue };
                    match experiment.matrix.get_key_value(variable) {
                        Some((variable, _)) => {
                            mentioned.insert(variable);
                        }
                        None => unknown_variable(experiment, path, variable, problems),
                    }
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

fn unknown_variable(
    experiment: &Experiment,
    path: &Trail<'_>,
    variable: &str,
    problems: &mut Problems,
) {
    let known: Vec<&str> = experiment.matrix.keys().map(String::as_str).collect();
    let help = if known.is_empty() {
        format!("the experiment has no matrix; add `matrix: {{{variable}: [...]}}`")
    } else {
        unknown_name_help(variable, &known, "the matrix has")
    };
    let message = format!("`{path}`: there is no matrix variable `{variable}`");
    problems.value(path, "spec::unknown_variable", message, help);
}

/// A list of values that no node mentions would silently run once.
fn check_unused(experiment: &Experiment, mentioned: &BTreeSet<&str>, problems: &mut Problems) {
    for (variable, kind) in &experiment.matrix {
        if matches!(kind, MatrixVariable::Values(_))
            && is_name(variable)
            && !mentioned.contains(variable.as_str())
        {
            let path = Trail::Root.key("matrix");
            problems.key(
                &path.key(variable),
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
            let path = base.join(&assignments[index].path);
            problems.key(&Trail::Path(&path), "spec::set", message, help);
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
