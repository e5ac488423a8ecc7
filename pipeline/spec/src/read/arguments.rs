//! Laying the changes of the command line over a document.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Problems;
use super::nodes::FIELDS as NODE_FIELDS;
use super::sweeps::{self, Swept};
use crate::experiment::Assignment;
use crate::origin::Origin;
use crate::set::set;
use crate::source::Part;
use crate::suggest::unknown_name_help;
use crate::yaml::{Fields, Tree};
use crate::{Changes, Diagnostic, FieldPath, Override};

const SECTIONS: [&str; 4] = ["experiment", "description", "matrix", "stages"];

/// Lays the changes over the document, values first. Parameters are not laid over `with` but given
/// back by node, because they win over bundles too.
pub(super) fn apply(
    root: &mut Tree,
    changes: &Changes,
    problems: &mut Problems,
) -> BTreeMap<String, Vec<Assignment>> {
    let mut assignments: BTreeMap<String, Vec<Assignment>> = BTreeMap::new();
    for change in &changes.overrides {
        match place(root, change) {
            Ok(Placed::Document(path)) => problems.source.set(path, change.origin.clone()),
            Ok(Placed::Parameter { node, path }) => {
                problems.source.set(param_field(&node, &path), change.origin.clone());
                let value = change.value.clone();
                assignments.entry(node).or_default().push(Assignment { path, value });
            }
            Err(misplaced) => problems.found.push(misplaced.report("spec::set", &change.origin)),
        }
    }
    let mut swept = Vec::new();
    for sweep in &changes.sweeps {
        match sweeps::apply(root, sweep, &changes.overrides, &mut swept) {
            Ok(Swept { node, path, variable }) => {
                problems.source.set(param_field(&node, &path), sweep.origin.clone());
                let list = FieldPath::root().key("matrix").key(&variable);
                problems.source.set(list, sweep.origin.clone());
                let value = Value::String(format!("${{{variable}}}"));
                assignments.entry(node).or_default().push(Assignment { path, value });
            }
            Err(misplaced) => problems.found.push(misplaced.report("spec::sweep", &sweep.origin)),
        }
    }
    assignments
}

/// The field of a node's parameter.
fn param_field(node: &str, param: &FieldPath) -> FieldPath {
    FieldPath::root().key("stages").key(node).key("with").join(param)
}

enum Placed {
    Document(FieldPath),
    Parameter { node: String, path: FieldPath },
}

/// A change that fits nowhere.
pub(super) struct Misplaced {
    pub(super) message: String,
    pub(super) help: String,
}

impl Misplaced {
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }

    fn report(self, code: &str, origin: &Origin) -> Diagnostic {
        let place = origin.place(&FieldPath::root(), Part::Key);
        Diagnostic::new(code, self.message).with_help(self.help).at(place)
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
            parameter(node, path.tail(1), argument)
        }
    }
}

fn parameter(node: String, path: FieldPath, change: &Override) -> Result<Placed, Misplaced> {
    if path.segments().is_empty() {
        return Err(Misplaced::new(
            format!("`{node}` is a node; name one of its parameters"),
            format!("write `{}`", change.origin.assignment(&format!("{node}.PARAMETER"))),
        ));
    }
    Ok(Placed::Parameter { node, path })
}

pub(super) fn known_node(root: &Tree, found: &str, more: &[&str]) -> Result<String, Misplaced> {
    let nodes = section(root, "stages");
    if nodes.is_some_and(|nodes| nodes.contains(found)) {
        return Ok(found.to_owned());
    }
    let known: Vec<&str> = nodes
        .iter()
        .flat_map(|nodes| nodes.keys().map(String::as_str))
        .chain(more.iter().copied())
        .collect();
    Err(Misplaced::unknown("node", found, &known, "a path starts with one of"))
}

pub(super) fn section<'t>(root: &'t Tree, name: &str) -> Option<&'t Fields> {
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
        Some("with") => parameter(node, path.tail(3), argument),
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
        section(root, "matrix").into_iter().flat_map(Fields::keys).cloned().collect();
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
fn select(variable: &str, bundles: &Fields, chosen: &[Tree]) -> Result<Tree, Misplaced> {
    let names: Vec<&str> = bundles.keys().map(String::as_str).collect();
    let mut selected = Fields::new();
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
        *target = Tree::Map(Fields::new());
    }
    let Some(fields) = target.as_map_mut() else { return Ok(()) };
    if path.segments().len() == 1 {
        fields.insert(first.to_owned(), argument.tree.clone());
        return Ok(());
    }
    let mut value = fields.get(first).map_or(Value::Null, Tree::to_json);
    set(&mut value, &path.tail(1), &argument.value)
        .map_err(|error| no_such_item(&error.path, error.length))?;
    fields.insert(first.to_owned(), Tree::from_json(&value));
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
