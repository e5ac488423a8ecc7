//! The whole file.

use std::collections::BTreeMap;
use std::path::Path;

use super::trail::Trail;
use super::{Problems, arguments, checks, matrix, nodes};
use crate::placeholder::is_name;
use crate::text::read_text;
use crate::yaml::{Document, Tree};
use crate::{Changes, Experiment, SpecErrors};

const FIELDS: [&str; 4] = ["experiment", "description", "matrix", "stages"];

/// Reads an experiment file and lays the changes of the command line over it.
///
/// # Errors
/// Every mistake of the file and the changes, each with its place and what would be accepted.
pub fn load(path: &Path, changes: &Changes) -> Result<Experiment, SpecErrors> {
    parse(&read_text(path)?, path, changes)
}

/// Reads an experiment from text; `path` is only named.
///
/// # Errors
/// As [`load`].
pub fn parse(text: &str, path: &Path, changes: &Changes) -> Result<Experiment, SpecErrors> {
    let Document { tree: mut root, source } = Document::parse(text, path)?;
    let mut problems = Problems::new(source);
    let bundle_nodes = matrix::bundle_nodes(&root);
    let assignments = arguments::apply(&mut root, changes, &mut problems);
    let known = problems.fields(&Trail::Root, &root, &FIELDS).is_some();
    let Some(fields) = root.as_map_mut().filter(|_| known) else {
        return Err(SpecErrors::new(path, problems.found));
    };
    let stages = fields.take("stages");
    let mut experiment = Experiment {
        name: read_name(fields.get("experiment"), &mut problems),
        description: read_description(fields.get("description"), &mut problems),
        matrix: matrix::read(fields.get("matrix"), &mut problems),
        nodes: nodes::read(stages, &mut problems),
        source: problems.source.clone(),
        path: path.to_owned(),
        assignments,
        choices: BTreeMap::new(),
        variables: BTreeMap::new(),
    };
    let mentioned = checks::check(&experiment, &mut problems);
    experiment.index(mentioned, &bundle_nodes);
    experiment.source = problems.source;
    if problems.found.is_empty() {
        Ok(experiment)
    } else {
        Err(SpecErrors::new(path, problems.found))
    }
}

fn read_name(tree: Option<&Tree>, problems: &mut Problems) -> String {
    const HELP: &str = "letters, digits, `-` and `_`; it names the folder under `runs/`";
    let path = Trail::Root.key("experiment");
    match tree {
        None => problems.key(
            &path,
            "spec::missing_field",
            "the field `experiment`, the experiment's name, is missing".to_owned(),
            "add `experiment: my-experiment` as the first line",
        ),
        Some(tree) => match tree.as_text() {
            Some(name) if is_name(name) => return name.to_owned(),
            Some(name) => problems.value(
                &path,
                "spec::name",
                format!("`{name}` cannot be the name of an experiment"),
                HELP,
            ),
            None => problems.wrong_type(&path, tree, "a name", HELP),
        },
    }
    String::new()
}

fn read_description(tree: Option<&Tree>, problems: &mut Problems) -> Option<String> {
    let tree = tree.filter(|tree| !tree.is_null())?;
    if tree.as_text().is_none() {
        let path = Trail::Root.key("description");
        problems.wrong_type(&path, tree, "text", "write a sentence or two");
    }
    tree.as_text().map(str::to_owned)
}
