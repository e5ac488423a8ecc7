//! `inputs:` of a node.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::Problems;
use super::trail::Trail;
use crate::InputSpec;
use crate::placeholder::{is_name, label};
use crate::yaml::Tree;

const HELP: &str = "write `port: node`, `port: node.output`, `port: {from: node, over: [seed]}`, or a list of these for a port that gathers";
const FIELDS: [&str; 3] = ["from", "over", "as"];

pub(super) fn read(
    path: &Trail<'_>,
    tree: Option<&Tree>,
    problems: &mut Problems,
) -> IndexMap<String, Vec<InputSpec>> {
    let mut inputs = IndexMap::new();
    let Some(tree) = tree.filter(|tree| !tree.is_null()) else { return inputs };
    let Some(ports) = tree.as_map() else {
        problems.wrong_type(path, tree, "a map from ports to nodes", HELP);
        return inputs;
    };
    for (port, tree) in ports.iter() {
        let sources = read_port(&path.key(port), tree, problems);
        if !sources.is_empty() {
            inputs.insert(port.clone(), sources);
        }
    }
    inputs
}

fn read_port(path: &Trail<'_>, tree: &Tree, problems: &mut Problems) -> Vec<InputSpec> {
    let Tree::List(items) = tree else {
        return read_source(path, tree, problems).into_iter().collect();
    };
    if items.is_empty() {
        problems.value(
            path,
            "spec::empty_input",
            format!("`{path}` names no node"),
            "name at least one node, or leave the port out to have it connected by kind",
        );
    }
    let mut sources: Vec<InputSpec> = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let path = path.index(index);
        let Some(source) = read_source(&path, item, problems) else { continue };
        if sources.contains(&source) {
            problems.value(
                &path,
                "spec::duplicate_value",
                format!("`{path}`: the same source is there twice"),
                "remove one of the two, or tell them apart with `as: {method: name}`",
            );
        }
        sources.push(source);
    }
    sources
}

fn read_source(path: &Trail<'_>, tree: &Tree, problems: &mut Problems) -> Option<InputSpec> {
    match tree {
        Tree::Map(_) => read_long(path, tree, problems),
        other => read_reference(path, other, HELP, problems),
    }
}

fn read_long(path: &Trail<'_>, tree: &Tree, problems: &mut Problems) -> Option<InputSpec> {
    let fields = problems.fields(path, tree, &FIELDS)?;
    let from = path.key("from");
    let mut input = match fields.get("from") {
        None => {
            problems.key(
                &from,
                "spec::missing_field",
                format!("in `{path}`, the field `from` is missing"),
                "add `from: node` or `from: node.output`",
            );
            return None;
        }
        Some(tree) => read_reference(&from, tree, "write `from: node`", problems)?,
    };
    input.over = fields.get("over").and_then(|tree| read_over(&path.key("over"), tree, problems));
    input.labels = read_labels(&path.key("as"), fields.get("as"), problems);
    Some(input)
}

fn read_over(path: &Trail<'_>, tree: &Tree, problems: &mut Problems) -> Option<Vec<String>> {
    let names = match tree {
        Tree::List(items) => {
            items.iter().map(|item| item.as_text().map(str::to_owned)).collect::<Option<Vec<_>>>()
        }
        _ => None,
    };
    if names.is_none() {
        let help = "write `over: [seed]`; without `over` all variables are gathered";
        problems.wrong_type(path, tree, "a list of matrix variables", help);
    }
    names
}

fn read_labels(
    path: &Trail<'_>,
    tree: Option<&Tree>,
    problems: &mut Problems,
) -> BTreeMap<String, String> {
    const HELP: &str = "write `as: {method: \"Softmax\"}`";
    let mut labels = BTreeMap::new();
    let Some(tree) = tree.filter(|tree| !tree.is_null()) else { return labels };
    let Some(fields) = tree.as_map() else {
        problems.wrong_type(path, tree, "a map from names to labels", HELP);
        return labels;
    };
    for (name, tree) in fields.iter() {
        let path = path.key(name);
        if !is_name(name) {
            problems.key(
                &path,
                "spec::name",
                format!("`{name}` cannot be the name of a label"),
                "letters, digits, `-` and `_`",
            );
        }
        match tree {
            Tree::Scalar(value) if !value.is_null() && !label(value).trim().is_empty() => {
                labels.insert(name.clone(), label(value));
            }
            other => problems.wrong_type(&path, other, "text, a number or a boolean", HELP),
        }
    }
    labels
}

fn read_reference(
    path: &Trail<'_>,
    tree: &Tree,
    help: &str,
    problems: &mut Problems,
) -> Option<InputSpec> {
    let Some(text) = tree.as_text() else {
        problems.wrong_type(path, tree, "a node", help);
        return None;
    };
    let (node, port) = match text.split_once('.') {
        Some((node, port)) => (node, Some(port)),
        None => (text, None),
    };
    if !is_name(node) || port.is_some_and(|port| !is_name(port)) {
        problems.value(
            path,
            "spec::name",
            format!("`{path}`: `{text}` is neither a node nor an output of one"),
            "write `node` or `node.output`",
        );
        return None;
    }
    Some(InputSpec {
        node: node.to_owned(),
        port: port.map(str::to_owned),
        over: None,
        labels: BTreeMap::new(),
    })
}
