//! `--set PATH=VALUE` and `--param-file FILE`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use crate::diagnostic::SET;
use crate::origin::Origin;
use crate::source::Part;
use crate::text::read_text;
use crate::yaml::{Document, Tree};
use crate::{Diagnostic, FieldPath, SpecErrors};

/// One value to put into an experiment.
///
/// The path is `NODE.PARAMETER…` for a parameter, `matrix.VARIABLE…` for the matrix, or the full
/// path as it stands in the file (`stages.train.resources.gpus`). The value is YAML.
#[derive(Debug, Clone)]
pub struct Override {
    /// The path, as it was written.
    pub path: FieldPath,
    /// The value.
    pub value: Value,
    pub(crate) tree: Tree,
    pub(crate) origin: Origin,
}

const FORM: &str = "write PATH=VALUE, such as `train.epochs=5`, `matrix.seed=[8]` or `matrix.method=[partial, full]`";
const FILE_FORM: &str =
    "write one `PATH: VALUE` a line, such as `train.epochs: 5` or `matrix.seed: [8, 9]`";

impl Override {
    /// Reads `train.epochs=5`, the argument of `--set`.
    ///
    /// # Errors
    /// No `=`, an empty path or value, or a value that is not YAML.
    pub fn parse(argument: &str) -> Result<Self, SpecErrors> {
        let file = Path::new(SET);
        let origin = Origin::argument(SET, argument);
        let fail = |message: String| {
            let place = origin.place(&FieldPath::root(), Part::Key);
            let diagnostic = Diagnostic::new("spec::set", message).with_help(FORM).at(place);
            Err(SpecErrors::new(file, vec![diagnostic]))
        };
        let Some((path, value)) = argument.split_once('=') else {
            return fail(format!("`--set {argument}` has no `=`"));
        };
        if value.trim().is_empty() {
            return fail(format!(
                "`--set {argument}` has no value; write `null` or `''` if nothing is meant"
            ));
        }
        let path = FieldPath::parse(path.trim());
        if path.segments().is_empty() {
            return fail(format!("`--set {argument}` has no path before the `=`"));
        }
        let document = Document::parse(value, file)?;
        Ok(Self { path, value: document.tree.to_json(), tree: document.tree, origin })
    }

    /// Reads a file of parameters: a YAML map of `PATH: VALUE`, in the order of the file.
    ///
    /// # Errors
    /// A file that cannot be read, broken syntax, a path that is written twice, and whatever is
    /// not a map; all mistakes with their place.
    pub fn read_file(file: &Path) -> Result<Vec<Self>, SpecErrors> {
        Self::parse_file(&read_text(file)?, file)
    }

    fn parse_file(text: &str, file: &Path) -> Result<Vec<Self>, SpecErrors> {
        let Document { tree, source } = Document::parse(text, file)?;
        let root = FieldPath::root();
        let Tree::Map(entries) = tree else {
            let message =
                format!("the file: found {}, expected a map of values by path", tree.describe());
            let help = Some(FILE_FORM.to_owned());
            let mistake = source.report(&root, Part::Value, "spec::wrong_type", message, help);
            return Err(SpecErrors::new(file, vec![mistake]));
        };
        let source = Arc::new(source);
        let mut overrides: Vec<Self> = Vec::with_capacity(entries.len());
        let mut seen = BTreeMap::new();
        let mut mistakes = Vec::new();
        for (written, tree) in entries.into_pairs() {
            let entry = root.key(&*written);
            let path = FieldPath::parse(written.trim());
            let mut fail = |code, message, help: &str| {
                let help = Some(help.to_owned());
                mistakes.push(source.report(&entry, Part::Key, code, message, help));
            };
            if path.segments().is_empty() {
                fail("spec::set", "a value has no path".to_owned(), FILE_FORM);
                continue;
            }
            if let Some(earlier) = seen.insert(path.short(), path.clone()) {
                let message = format!("`{written}` is the same as `{earlier}` above it");
                fail("spec::duplicate_key", message, "remove one of the two");
            }
            let origin = Origin::Entry { source: Arc::clone(&source), entry };
            overrides.push(Self { path, value: tree.to_json(), tree, origin });
        }
        if mistakes.is_empty() { Ok(overrides) } else { Err(SpecErrors::new(file, mistakes)) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn value(argument: &str) -> Value {
        Override::parse(argument).unwrap().value
    }

    #[test]
    fn values_are_yaml() {
        assert_eq!(value("train.epochs=5"), json!(5));
        assert_eq!(value("train.rate=1e-3"), json!(0.001));
        assert_eq!(value("matrix.seed=[8, 9]"), json!([8, 9]));
        assert_eq!(value("train.name=a=b"), json!("a=b"));
        assert_eq!(
            value("train.regularizers=[{consistency: {weight: 0.1}}]"),
            json!([{"consistency": {"weight": 0.1}}])
        );
        assert_eq!(value("x.y=''"), json!(""));
    }

    #[test]
    fn refuses_what_has_no_path_or_value() {
        for argument in ["train.epochs", "=5", "train.epochs=", " =1", "a=[1"] {
            assert!(Override::parse(argument).is_err(), "{argument} was accepted");
        }
    }

    fn file(text: &str) -> Result<Vec<Override>, SpecErrors> {
        Override::parse_file(text, Path::new("params.yaml"))
    }

    #[test]
    fn a_file_holds_values_by_path() {
        let overrides =
            file("train.epochs: 5\nmatrix.seed: [8, 9]\nstages.train.resources: {gpus: 0}\n")
                .unwrap();
        let paths: Vec<String> = overrides.iter().map(|one| one.path.to_string()).collect();
        assert_eq!(paths, ["train.epochs", "matrix.seed", "stages.train.resources"]);
        let values: Vec<&Value> = overrides.iter().map(|one| &one.value).collect();
        assert_eq!(values, [&json!(5), &json!([8, 9]), &json!({"gpus": 0})]);
    }

    #[test]
    fn a_file_names_its_mistakes_with_their_lines() {
        let found = |text: &str| {
            let error = file(text).unwrap_err();
            let one = &error.diagnostics[0];
            format!("{}: {one}", one.place.as_ref().unwrap())
        };
        assert_eq!(
            found("- train.epochs: 5\n"),
            "params.yaml:1:1: the file: found a list, expected a map of values by path"
        );
        assert_eq!(
            found("train.epochs: 5\ntrain.epochs: 6\n"),
            "params.yaml:2:1: the key `train.epochs` is written twice in one map"
        );
        assert_eq!(
            found("train.epochs: 5\nstages.train.with.epochs: 6\n"),
            "params.yaml:2:1: `stages.train.with.epochs` is the same as `train.epochs` above it"
        );
        assert_eq!(found("a: 1\n'': 6\n"), "params.yaml:2:1: a value has no path");
        assert_eq!(found(""), "params.yaml:1:1: the file is empty");
    }
}
