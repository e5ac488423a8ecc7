//! Laying `--set` arguments over a document.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::Value;

use super::Problems;
use crate::experiment::Assignment;
use crate::set::set;
use crate::suggest::unknown_name_help;
use crate::yaml::Tree;
use crate::{FieldPath, Override};

const SECTIONS: [&str; 4] = ["experiment", "description", "matrix", "stages"];
const NODE_FIELDS: [&str; 4] = ["uses", "with", "inputs", "resources"];

/// Lays the arguments over the document, in order. Parameters are not laid over `with` but given
/// back by node, because they win over bundles too.
pub(super) fn apply(
    root: &mut Tree,
    overrides: &[Override],
    problems: &mut Problems,
) -> BTreeMap<String, Vec<Assignment>> {
    let mut assignments: BTreeMap<String, Vec<Assignment>> = BTreeMap::new();
    for argument in overrides {
        match place(root, argument) {
            Ok(Placed::Document(path)) => problems.source.set(path, &argument.argument),
            Ok(Placed::Parameter { node, path }) => {
                let full = FieldPath::root().key("stages").key(&node).key("with").join(&path);
                problems.source.set(full, &argument.argument);
                let value = argument.value.clone();
                assignments.entry(node).or_default().push(Assignment { path, value });
            }
            Err(Misplaced { message, help }) => {
                let mut blamed = problems.source.clone();
                blamed.set(argument.path.clone(), &argument.argument);
                let part = crate::source::Part::Key;
                let diagnostic =
                    blamed.report(&argument.path, part, "spec::set", message, Some(help));
                problems.found.push(diagnostic);
            }
        }
    }
    assignments
}

enum Placed {
    Document(FieldPath),
    Parameter { node: String, path: FieldPath },
}

struct Misplaced {
    message: String,
    help: String,
}

impl Misplaced {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }

    fn unknown(what: &str, found: &str, known: &[&str], accepted: &str) -> Self {
        Self::new(
            format!("the experiment has no {what} `{found}`"),
            unknown_name_help(found, known, accepted),
        )
    }
}

fn place(root: &mut Tree, argument: &Override) -> Result<Placed, Misplaced> {
    let path = &argument.path;
    let first = path.key_at(0).unwrap_or_default().to_owned();
    match first.as_str() {
        "experiment" | "description" if path.segments().len() == 1 => {
            if let Some(fields) = root.as_map_mut() {
                fields.insert(first, argument.tree.clone());
            }
            Ok(Placed::Document(path.clone()))
        }
        "matrix" => place_in_matrix(root, argument).map(Placed::Document),
        "stages" => place_in_stages(root, argument),
        _ => {
            let node = known_node(root, &first, &SECTIONS)?;
            parameter(node, path.tail(1))
        }
    }
}

fn parameter(node: String, path: FieldPath) -> Result<Placed, Misplaced> {
    if path.segments().is_empty() {
        return Err(Misplaced::new(
            format!("`{node}` is a node; name one of its parameters"),
            format!("write `{node}.PARAMETER=VALUE`"),
        ));
    }
    Ok(Placed::Parameter { node, path })
}

fn known_node(root: &Tree, found: &str, more: &[&str]) -> Result<String, Misplaced> {
    let nodes = section(root, "stages");
    if nodes.is_some_and(|nodes| nodes.contains_key(found)) {
        return Ok(found.to_owned());
    }
    let known: Vec<&str> = nodes
        .iter()
        .flat_map(|nodes| nodes.keys().map(String::as_str))
        .chain(more.iter().copied())
        .collect();
    Err(Misplaced::unknown("node", found, &known, "a path starts with one of"))
}

fn section<'t>(root: &'t Tree, name: &str) -> Option<&'t IndexMap<String, Tree>> {
    root.as_map()?.get(name)?.as_map()
}

fn place_in_stages(root: &mut Tree, argument: &Override) -> Result<Placed, Misplaced> {
    let path = &argument.path;
    let Some(node) = path.key_at(1) else {
        return Err(Misplaced::new(
            "`stages` as a whole cannot be set",
            "name a node and a parameter: `train.epochs=5`",
        ));
    };
    let node = known_node(root, node, &[])?;
    match path.key_at(2) {
        Some("with") => parameter(node, path.tail(3)),
        Some(field) if NODE_FIELDS.contains(&field) => {
            let spec = root
                .as_map_mut()
                .and_then(|fields| fields.get_mut("stages")?.as_map_mut()?.get_mut(&node));
            if let Some(spec) = spec {
                set_in(spec, &path.tail(2), argument)?;
            }
            Ok(Placed::Document(path.clone()))
        }
        other => Err(Misplaced::unknown(
            "node field",
            other.unwrap_or_default(),
            &NODE_FIELDS,
            "fields of a node",
        )),
    }
}

fn place_in_matrix(root: &mut Tree, argument: &Override) -> Result<FieldPath, Misplaced> {
    let path = &argument.path;
    let known: Vec<String> =
        section(root, "matrix").into_iter().flat_map(IndexMap::keys).cloned().collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let Some(variable) = path.key_at(1) else {
        return Err(Misplaced::new(
            "the matrix as a whole cannot be set",
            format!("name a variable: {}", crate::quoted_list(&known)),
        ));
    };
    if !known.contains(&variable) {
        return Err(Misplaced::unknown("matrix variable", variable, &known, "its variables"));
    }
    if let (Some(bundle), Some(node)) = (path.key_at(2), path.key_at(3)) {
        let bundles = section(root, "matrix").and_then(|matrix| matrix.get(variable)?.as_map());
        let names: Vec<&str> =
            bundles.iter().flat_map(|bundles| bundles.keys().map(String::as_str)).collect();
        if !names.contains(&bundle) {
            return Err(Misplaced::unknown(
                &format!("bundle of `{variable}`"),
                bundle,
                &names,
                "its bundles",
            ));
        }
        known_node(root, node, &[])?;
    }
    let target = root
        .as_map_mut()
        .and_then(|fields| fields.get_mut("matrix")?.as_map_mut()?.get_mut(variable));
    let Some(target) = target else { return Ok(path.clone()) };
    if path.segments().len() > 2 {
        set_in(target, &path.tail(2), argument)?;
        return Ok(path.clone());
    }
    match (target.as_map(), choices(&argument.tree)) {
        (Some(bundles), Some(chosen)) => *target = select(variable, bundles, &chosen)?,
        (None, Some(values)) => *target = Tree::List(values),
        (_, None) => *target = argument.tree.clone(),
    }
    Ok(path.clone())
}

/// The items of a list; a scalar counts as a list of one.
fn choices(tree: &Tree) -> Option<Vec<Tree>> {
    match tree {
        Tree::List(items) => Some(items.clone()),
        Tree::Scalar(_) => Some(vec![tree.clone()]),
        Tree::Map(_) => None,
    }
}

/// The bundles of these names, in this order.
fn select(
    variable: &str,
    bundles: &IndexMap<String, Tree>,
    chosen: &[Tree],
) -> Result<Tree, Misplaced> {
    let names: Vec<&str> = bundles.keys().map(String::as_str).collect();
    let mut selected = IndexMap::new();
    for choice in chosen {
        let name = match choice {
            Tree::Scalar(value) => crate::placeholder::label(value),
            other => other.describe(),
        };
        let Some(bundle) = bundles.get(&name) else {
            let what = format!("bundle of `{variable}`");
            return Err(Misplaced::unknown(&what, &name, &names, "its bundles"));
        };
        selected.insert(name, bundle.clone());
    }
    Ok(Tree::Map(selected))
}

fn set_in(target: &mut Tree, path: &FieldPath, argument: &Override) -> Result<(), Misplaced> {
    let Some(first) = path.key_at(0) else {
        return Err(Misplaced::new(
            format!("`{}` names a position in a list that is not there", argument.path),
            "set the whole list",
        ));
    };
    if !matches!(target, Tree::Map(_)) {
        *target = Tree::Map(IndexMap::new());
    }
    let Some(fields) = target.as_map_mut() else { return Ok(()) };
    if path.segments().len() == 1 {
        fields.insert(first.to_owned(), argument.tree.clone());
        return Ok(());
    }
    let field = fields.entry(first.to_owned()).or_insert_with(|| Tree::Scalar(Value::Null));
    let mut value = field.to_json();
    set(&mut value, &path.tail(1), &argument.value)
        .map_err(|error| no_such_item(&error.path, error.length))?;
    *field = Tree::from_json(&value);
    Ok(())
}

pub(super) fn no_such_item_words(path: &FieldPath, length: Option<usize>) -> (String, String) {
    let message = format!("there is no list item at `{path}`");
    let help = match length {
        Some(0) => "the list is empty; set the whole list".to_owned(),
        Some(length) => format!("the list has {length} items, numbered from 0"),
        None => "there is no list there".to_owned(),
    };
    (message, help)
}

fn no_such_item(path: &FieldPath, length: Option<usize>) -> Misplaced {
    let (message, help) = no_such_item_words(path, length);
    Misplaced { message, help }
}
