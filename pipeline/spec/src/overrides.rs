//! `--set path=value`.

use std::path::Path;

use serde_json::Value;

use crate::diagnostic::COMMAND_LINE;
use crate::yaml::{Document, Tree};
use crate::{Diagnostic, FieldPath, Place, SpecErrors};

/// One `--set` argument: a path into the experiment and the value to put there.
///
/// The path is `NODE.PARAMETER…` for a parameter, `matrix.VARIABLE…` for the matrix, or the full
/// path as it stands in the file (`stages.train.resources.gpus`). The value is YAML.
#[derive(Debug, Clone)]
pub struct Override {
    /// The path, as it was written.
    pub path: FieldPath,
    /// The value.
    pub value: Value,
    /// The whole argument, for messages.
    pub argument: String,
    pub(crate) tree: Tree,
}

const FORM: &str = "write PATH=VALUE, such as `train.epochs=5`, `matrix.seed=[8]` or `matrix.method=[partial, full]`";

impl Override {
    /// Reads `train.epochs=5`.
    ///
    /// # Errors
    /// No `=`, an empty path or value, or a value that is not YAML.
    pub fn parse(argument: &str) -> Result<Self, SpecErrors> {
        let file = Path::new(COMMAND_LINE);
        let fail = |message: String| {
            let place = Place::new(COMMAND_LINE, &argument.into(), 0..argument.len());
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
        Ok(Self {
            path,
            value: document.tree.to_json(),
            argument: argument.to_owned(),
            tree: document.tree,
        })
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
}
