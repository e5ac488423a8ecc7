//! The whole file.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::{Problems, arguments, checks, matrix, nodes};
use crate::placeholder::is_name;
use crate::yaml::{Document, Tree};
use crate::{Diagnostic, Experiment, FieldPath, Override, Place, SpecErrors};

const FIELDS: [&str; 4] = ["experiment", "description", "matrix", "stages"];

/// Reads an experiment file and lays the `--set` arguments over it.
///
/// # Errors
/// Every mistake of the file and the arguments, each with its place and what would be accepted.
pub fn load(path: &Path, overrides: &[Override]) -> Result<Experiment, SpecErrors> {
    let fail = |diagnostic| Err(SpecErrors::new(path, vec![diagnostic]));
    let bytes = match fs_err::read(path) {
        Ok(bytes) => bytes,
        Err(error) => return fail(unreadable(path, &error)),
    };
    match String::from_utf8(bytes) {
        Ok(text) => parse(&text, path, overrides),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let text: Arc<str> = String::from_utf8_lossy(error.as_bytes()).into();
            fail(
                Diagnostic::new(
                    "spec::encoding",
                    format!(
                        "the file is not UTF-8: byte {} is {:#04x}",
                        at + 1,
                        error.as_bytes()[at]
                    ),
                )
                .with_help("save the file as UTF-8 text")
                .at(Place::new(&path.display().to_string(), &text, at..at + 3)),
            )
        }
    }
}

/// Reads an experiment from text; `path` is only named.
///
/// # Errors
/// As [`load`].
pub fn parse(text: &str, path: &Path, overrides: &[Override]) -> Result<Experiment, SpecErrors> {
    let Document { tree: mut root, source } = Document::parse(text, path)?;
    let mut problems = Problems::new(source);
    let bundle_nodes = matrix::bundle_nodes(&root);
    let assigned = arguments::apply(&mut root, overrides, &mut problems);
    let here = FieldPath::root();
    let experiment = problems.fields(&here, &root, &FIELDS).map(|fields| Experiment {
        name: read_name(fields.get("experiment"), &mut problems),
        description: read_description(fields.get("description"), &mut problems),
        matrix: matrix::read(fields.get("matrix"), &mut problems),
        nodes: nodes::read(fields.get("stages"), &mut problems),
        source: problems.source.clone(),
        path: path.to_owned(),
        bundle_nodes,
        assignments: BTreeMap::new(),
    });
    let Some(mut experiment) = experiment else {
        return Err(SpecErrors::new(path, problems.found));
    };
    experiment.assignments = assigned;
    checks::check(&experiment, &mut problems);
    experiment.source = problems.source;
    if problems.found.is_empty() {
        Ok(experiment)
    } else {
        Err(SpecErrors::new(path, problems.found))
    }
}

fn read_name(tree: Option<&Tree>, problems: &mut Problems) -> String {
    const HELP: &str = "letters, digits, `-` and `_`; it names the folder under `runs/`";
    let path = FieldPath::root().key("experiment");
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
        let path = FieldPath::root().key("description");
        problems.wrong_type(&path, tree, "text", "write a sentence or two");
    }
    tree.as_text().map(str::to_owned)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    let file = path.display();
    if path.is_dir() {
        return Diagnostic::new("spec::file", format!("`{file}` is a folder, not a file"))
            .with_help("name the experiment file inside it");
    }
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            Diagnostic::new("spec::file", format!("there is no file `{file}`"))
                .with_help(neighbours(path))
        }
        _ => Diagnostic::new("spec::file", format!("cannot read `{file}`: {error}")),
    }
}

/// The experiment files beside the one that does not exist.
fn neighbours(path: &Path) -> String {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    let mut names: Vec<String> = fs_err::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| Path::new(name).extension().is_some_and(|end| end == "yaml" || end == "yml"))
        .collect();
    names.sort();
    let wanted = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let near = wanted.and_then(|wanted| {
        let with_end = format!("{wanted}.yaml");
        if known.contains(&with_end.as_str()) {
            return Some(with_end);
        }
        crate::suggest(&wanted, &known)
    });
    match near {
        Some(name) => format!("did you mean `{}`?", path.with_file_name(name).display()),
        None if names.is_empty() => format!("there are no YAML files in `{}`", folder.display()),
        None => format!("`{}` holds {}", folder.display(), crate::quoted_list(names)),
    }
}
