//! `stages:`.

use indexmap::IndexMap;
use serde_json::Value;

use super::trail::Trail;
use super::{Problems, inputs};
use crate::placeholder::is_name;
use crate::yaml::{Fields, Tree};
use crate::{
    DurationError, GpuError, Gpus, LimitsSpec, MemoryError, NodeSpec, ResourcesSpec,
    parse_duration, parse_memory,
};

/// The fields of a node.
pub(super) const FIELDS: [&str; 6] = ["uses", "with", "inputs", "resources", "limits", "retries"];
/// More attempts than this are a slip of the finger.
const MOST_RETRIES: u64 = 100;
/// Names that paths start with, so that no node may have them.
const RESERVED: [&str; 4] = ["experiment", "description", "matrix", "stages"];

pub(super) fn read(tree: Option<Tree>, problems: &mut Problems) -> IndexMap<String, NodeSpec> {
    const HELP: &str = "add `stages:` with one entry per node, such as `cases: {uses: ingest}`";
    let path = Trail::Root.key("stages");
    match tree {
        None => {
            let message = "the field `stages` is missing".to_owned();
            problems.key(&path, "spec::missing_field", message, HELP);
        }
        Some(Tree::Map(entries)) if !entries.is_empty() => {
            let mut nodes = IndexMap::with_capacity(entries.len());
            for (name, tree) in entries.into_pairs() {
                if let Some(node) = read_node(&path.key(&name), &name, tree, problems) {
                    nodes.insert(name, node);
                }
            }
            return nodes;
        }
        Some(other) => {
            let message = match &other {
                Tree::Map(_) => "`stages` has no nodes".to_owned(),
                other => format!("`stages`: found {}, expected a map of nodes", other.describe()),
            };
            problems.value(&path, "spec::wrong_type", message, HELP);
        }
    }
    IndexMap::new()
}

fn read_node(
    path: &Trail<'_>,
    name: &str,
    tree: Tree,
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
    let mut tree = if tree.is_null() { Tree::Map(Fields::new()) } else { tree };
    problems.fields(path, &tree, &FIELDS)?;
    let fields = tree.as_map_mut()?;
    let with = fields.take("with");
    Some(NodeSpec {
        uses: read_uses(&path.key("uses"), name, fields.get("uses"), problems),
        with: read_with(&path.key("with"), with, problems),
        inputs: inputs::read(&path.key("inputs"), fields.get("inputs"), problems),
        resources: read_resources(&path.key("resources"), fields.get("resources"), problems),
        limits: read_limits(&path.key("limits"), fields.get("limits"), problems),
        retries: read_retries(&path.key("retries"), fields.get("retries"), problems),
    })
}

fn read_uses(path: &Trail<'_>, name: &str, tree: Option<&Tree>, problems: &mut Problems) -> String {
    let Some(tree) = tree else { return name.to_owned() };
    match tree.as_text() {
        Some(stage) if !stage.is_empty() => stage.to_owned(),
        _ => {
            problems.wrong_type(path, tree, "the name of a stage", "see `orchestrate stages`");
            name.to_owned()
        }
    }
}

fn read_with(path: &Trail<'_>, tree: Option<Tree>, problems: &mut Problems) -> Value {
    match tree {
        Some(tree @ Tree::Map(_)) => return tree.into_json(),
        Some(other) if !other.is_null() => problems.wrong_type(
            path,
            &other,
            "a map of parameters",
            "write `with: {parameter: value}`; see `orchestrate stages NAME`",
        ),
        _ => {}
    }
    Value::Object(serde_json::Map::new())
}

fn read_resources(path: &Trail<'_>, tree: Option<&Tree>, problems: &mut Problems) -> ResourcesSpec {
    let mut resources = ResourcesSpec::default();
    let Some(tree) = tree.filter(|tree| !tree.is_null()) else { return resources };
    let Some(fields) = problems.fields(path, tree, &["cpus", "memory", "gpus"]) else {
        return resources;
    };
    resources.cpus = read_cpus(&path.key("cpus"), fields.get("cpus"), problems);
    resources.gpus = read_gpus(&path.key("gpus"), fields.get("gpus"), problems);
    resources.memory_mib = read_memory(&path.key("memory"), fields.get("memory"), problems);
    resources
}

fn read_cpus(path: &Trail<'_>, tree: Option<&Tree>, problems: &mut Problems) -> Option<u32> {
    let tree = tree?;
    let number = match tree {
        Tree::Scalar(Value::Number(number)) => number.as_u64().and_then(|n| u32::try_from(n).ok()),
        _ => None,
    };
    let number = number.filter(|number| *number >= 1);
    if number.is_none() {
        problems.wrong_type(path, tree, "a whole number, 1 or more", "write `cpus: 1`");
    }
    number
}

fn read_gpus(path: &Trail<'_>, tree: Option<&Tree>, problems: &mut Problems) -> Option<Gpus> {
    let tree = tree?;
    let number = match tree {
        Tree::Scalar(Value::Number(number)) => number.as_f64(),
        _ => None,
    };
    let gpus = number.and_then(|number| Gpus::new(number).ok());
    if gpus.is_none() {
        let expected = "a whole number of GPUs, or a part of one GPU";
        problems.wrong_type(path, tree, expected, GpuError::HELP);
    }
    gpus
}

fn read_memory(path: &Trail<'_>, tree: Option<&Tree>, problems: &mut Problems) -> Option<u64> {
    let tree = tree?;
    let amount = tree.as_text().and_then(|text| parse_memory(text).ok());
    if amount.is_none() {
        problems.wrong_type(path, tree, "an amount of memory with its unit", MemoryError::HELP);
    }
    amount
}

fn read_limits(path: &Trail<'_>, tree: Option<&Tree>, problems: &mut Problems) -> LimitsSpec {
    let mut limits = LimitsSpec::default();
    let Some(tree) = tree.filter(|tree| !tree.is_null()) else { return limits };
    let Some(fields) = problems.fields(path, tree, &["time", "memory"]) else { return limits };
    limits.memory_mib = read_memory(&path.key("memory"), fields.get("memory"), problems);
    if let Some(tree) = fields.get("time") {
        limits.time = tree.as_text().and_then(|text| parse_duration(text).ok());
        if limits.time.is_none() {
            let expected = "an amount of time with its unit";
            problems.wrong_type(&path.key("time"), tree, expected, DurationError::HELP);
        }
    }
    limits
}

fn read_retries(path: &Trail<'_>, tree: Option<&Tree>, problems: &mut Problems) -> u32 {
    let Some(tree) = tree.filter(|tree| !tree.is_null()) else { return 0 };
    let number = match tree {
        Tree::Scalar(value) => value.as_u64().filter(|number| *number <= MOST_RETRIES),
        _ => None,
    };
    let number = number.and_then(|number| u32::try_from(number).ok());
    if number.is_none() {
        let expected = format!("a whole number from 0 to {MOST_RETRIES}");
        problems.wrong_type(path, tree, &expected, "write `retries: 2`; without it, none");
    }
    number.unwrap_or_default()
}
