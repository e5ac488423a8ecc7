//! `stages:`.

use indexmap::IndexMap;
use serde_json::Value;

use super::Problems;
use crate::placeholder::is_name;
use crate::yaml::Tree;
use crate::{FieldPath, InputSpec, MemoryError, NodeSpec, ResourcesSpec, parse_memory};

const FIELDS: [&str; 4] = ["uses", "with", "inputs", "resources"];
/// Names that paths start with, so that no node may have them.
const RESERVED: [&str; 4] = ["experiment", "description", "matrix", "stages"];

pub(super) fn read(tree: Option<&Tree>, problems: &mut Problems) -> IndexMap<String, NodeSpec> {
    const HELP: &str = "add `stages:` with one entry per node, such as `cases: {uses: ingest}`";
    let path = FieldPath::root().key("stages");
    let mut nodes = IndexMap::new();
    match tree {
        None => problems.key(
            &path,
            "spec::missing_field",
            "the field `stages` is missing".to_owned(),
            HELP,
        ),
        Some(Tree::Map(entries)) if !entries.is_empty() => {
            for (name, tree) in entries {
                if let Some(node) = read_node(&path.key(name), name, tree, problems) {
                    nodes.insert(name.clone(), node);
                }
            }
        }
        Some(other) => {
            let message = match other {
                Tree::Map(_) => "`stages` has no nodes".to_owned(),
                other => format!("`stages`: found {}, expected a map of nodes", other.describe()),
            };
            problems.value(&path, "spec::wrong_type", message, HELP);
        }
    }
    nodes
}

fn read_node(
    path: &FieldPath,
    name: &str,
    tree: &Tree,
    problems: &mut Problems,
) -> Option<NodeSpec> {
    if !is_name(name) || RESERVED.contains(&name) {
        let help = if is_name(name) {
            "choose another name; this one starts other paths of the file"
        } else {
            "letters, digits, `-` and `_`"
        };
        let message = format!("`{name}` cannot be the name of a node");
        problems.key(path, "spec::name", message, help);
    }
    let empty = Tree::Map(IndexMap::new());
    let tree = if tree.is_null() { &empty } else { tree };
    let fields = problems.fields(path, tree, &FIELDS)?;
    Some(NodeSpec {
        uses: read_uses(&path.key("uses"), name, fields.get("uses"), problems),
        with: read_with(&path.key("with"), fields.get("with"), problems),
        inputs: read_inputs(&path.key("inputs"), fields.get("inputs"), problems),
        resources: read_resources(&path.key("resources"), fields.get("resources"), problems),
    })
}

fn read_uses(path: &FieldPath, name: &str, tree: Option<&Tree>, problems: &mut Problems) -> String {
    let Some(tree) = tree else { return name.to_owned() };
    match tree.as_text() {
        Some(stage) if !stage.is_empty() => stage.to_owned(),
        _ => {
            problems.wrong_type(path, tree, "the name of a stage", "see `orchestrate stages`");
            name.to_owned()
        }
    }
}

fn read_with(path: &FieldPath, tree: Option<&Tree>, problems: &mut Problems) -> Value {
    match tree {
        Some(Tree::Map(_)) => return tree.map_or(Value::Null, Tree::to_json),
        Some(other) if !other.is_null() => problems.wrong_type(
            path,
            other,
            "a map of parameters",
            "write `with: {parameter: value}`; see `orchestrate stages NAME`",
        ),
        _ => {}
    }
    Value::Object(serde_json::Map::new())
}

fn read_inputs(
    path: &FieldPath,
    tree: Option<&Tree>,
    problems: &mut Problems,
) -> IndexMap<String, InputSpec> {
    const HELP: &str =
        "write `port: node`, `port: node.output` or `port: {from: node, over: [seed]}`";
    let mut inputs = IndexMap::new();
    let Some(tree) = tree.filter(|tree| !tree.is_null()) else { return inputs };
    let Some(ports) = tree.as_map() else {
        problems.wrong_type(path, tree, "a map from ports to nodes", HELP);
        return inputs;
    };
    for (port, tree) in ports {
        let path = path.key(port);
        let input = match tree {
            Tree::Map(_) => read_long_input(&path, tree, problems),
            other => read_reference(&path, other, HELP, problems),
        };
        if let Some(input) = input {
            inputs.insert(port.clone(), input);
        }
    }
    inputs
}

fn read_long_input(path: &FieldPath, tree: &Tree, problems: &mut Problems) -> Option<InputSpec> {
    let fields = problems.fields(path, tree, &["from", "over"])?;
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
    Some(input)
}

fn read_over(path: &FieldPath, tree: &Tree, problems: &mut Problems) -> Option<Vec<String>> {
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

fn read_reference(
    path: &FieldPath,
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
    Some(InputSpec { node: node.to_owned(), port: port.map(str::to_owned), over: None })
}

fn read_resources(path: &FieldPath, tree: Option<&Tree>, problems: &mut Problems) -> ResourcesSpec {
    let mut resources = ResourcesSpec::default();
    let Some(tree) = tree.filter(|tree| !tree.is_null()) else { return resources };
    let Some(fields) = problems.fields(path, tree, &["cpus", "memory", "gpus"]) else {
        return resources;
    };
    let mut count = |name: &str, least: u32| {
        let tree = fields.get(name)?;
        let path = path.key(name);
        let number = match tree {
            Tree::Scalar(Value::Number(number)) => {
                number.as_u64().and_then(|n| u32::try_from(n).ok())
            }
            _ => None,
        };
        let number = number.filter(|number| *number >= least);
        if number.is_none() {
            let expected = format!("a whole number, {least} or more");
            problems.wrong_type(
                &path,
                tree,
                &expected,
                &format!("write `{name}: {}`", least.max(1)),
            );
        }
        number
    };
    resources.cpus = count("cpus", 1);
    resources.gpus = count("gpus", 0);
    if let Some(tree) = fields.get("memory") {
        match tree.as_text().map(parse_memory) {
            Some(Ok(mib)) => resources.memory_mib = Some(mib),
            _ => problems.wrong_type(
                &path.key("memory"),
                tree,
                "an amount of memory with its unit",
                MemoryError::HELP,
            ),
        }
    }
    resources
}
