//! `--sweep PATH=V1,V2`.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use crate::diagnostic::SWEEP;
use crate::origin::Origin;
use crate::placeholder::{is_label, label};
use crate::source::Part;
use crate::yaml::{Document, Tree};
use crate::{Diagnostic, FieldPath, Place, SourceMap, SpecErrors};

/// One parameter to vary: `train.lr=1e-3,1e-4`.
///
/// It becomes a variable of the matrix and the placeholder of that variable as the value of the
/// parameter.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// The path of the parameter, as it was written.
    pub path: FieldPath,
    /// The values: plain, and no two of the same text.
    pub values: Vec<Value>,
    pub(crate) origin: Origin,
}

const FORM: &str =
    "write PATH=VALUE,VALUE, such as `train.lr=1e-3,1e-4` or `train.optimizer=[adam, sgd]`";

impl Sweep {
    /// Reads `train.lr=1e-3,1e-4` or `train.lr=[1e-3, 1e-4]`, the argument of `--sweep`.
    ///
    /// # Errors
    /// No `=`, an empty path, no values, and values that are not YAML, not plain, or there twice.
    pub fn parse(argument: &str) -> Result<Self, SpecErrors> {
        let origin = Origin::argument(SWEEP, argument);
        let Some((written, values)) = argument.split_once('=') else {
            return Err(refused(&origin, format!("`--sweep {argument}` has no `=`"), FORM));
        };
        if values.trim().is_empty() {
            return Err(refused(&origin, format!("`--sweep {argument}` has no values"), FORM));
        }
        let path = FieldPath::parse(written.trim());
        if path.segments().is_empty() {
            let message = format!("`--sweep {argument}` has no path before the `=`");
            return Err(refused(&origin, message, FORM));
        }
        let (items, source) = read_items(argument, written.len())?;
        let mistakes = check(&path, &items, &source);
        if !mistakes.is_empty() {
            let mistakes = mistakes.into_iter().map(|one| in_argument(argument, one)).collect();
            return Err(SpecErrors::new(Path::new(SWEEP), mistakes));
        }
        let values = items.iter().map(Tree::to_json).collect();
        Ok(Self { path, values, origin })
    }
}

fn refused(origin: &Origin, message: String, help: &str) -> SpecErrors {
    let place = origin.place(&FieldPath::root(), Part::Key);
    let mistake = Diagnostic::new("spec::sweep", message).with_help(help).at(place);
    SpecErrors::new(Path::new(SWEEP), vec![mistake])
}

/// The values, and where each is written in a text whose places are those of the argument.
fn read_items(argument: &str, equals: usize) -> Result<(Vec<Tree>, SourceMap), SpecErrors> {
    let (blanks, values) = (" ".repeat(equals), &argument[equals + 1..]);
    let brackets = values.trim_start().starts_with('[');
    let text = if brackets { format!("{blanks} {values}") } else { format!("{blanks}[{values}]") };
    let document = Document::parse(&text, Path::new(SWEEP)).map_err(|errors| {
        let mistakes = errors.diagnostics.into_iter().map(|one| in_argument(argument, one));
        SpecErrors::new(Path::new(SWEEP), mistakes.collect())
    })?;
    match document.tree {
        Tree::List(items) => Ok((items, document.source)),
        other => {
            let origin = Origin::argument(SWEEP, argument);
            let message = format!("found {}, expected values", other.describe());
            Err(refused(&origin, message, FORM))
        }
    }
}

/// A mistake found in the text of [`read_items`], shown in the argument itself.
fn in_argument(argument: &str, mut mistake: Diagnostic) -> Diagnostic {
    let text: Arc<str> = argument.into();
    mistake.place = mistake.place.map(|place| Place::new(&place.name, &text, place.span));
    mistake
}

fn check(path: &FieldPath, items: &[Tree], source: &SourceMap) -> Vec<Diagnostic> {
    let mut mistakes = Vec::new();
    let mut labels = BTreeSet::new();
    let mut fail = |at: &FieldPath, code, message: String, help: &str| {
        mistakes.push(source.report(at, Part::Value, code, message, Some(help.to_owned())));
    };
    let root = FieldPath::root();
    if items.is_empty() {
        let message = format!("`--sweep {path}` has no values, so nothing would run");
        fail(&root, "spec::empty_variable", message, FORM);
    }
    for (index, item) in items.iter().enumerate() {
        let at = root.index(index);
        let Tree::Scalar(value) = item else {
            let found = item.describe();
            let message =
                format!("`--sweep {path}`: found {found}, expected a number, a boolean or text");
            let help = "a sweep varies one plain value; to vary several together, add named bundles to the matrix of the file";
            fail(&at, "spec::wrong_type", message, help);
            continue;
        };
        let name = label(value);
        if value.as_str().is_some_and(|text| !is_label(text)) {
            let message = format!("`--sweep {path}`: the text `{name}` cannot be a matrix value");
            let help = "letters, digits and `_ - + . : /`, because it becomes part of node names";
            fail(&at, "spec::name", message, help);
        }
        if labels.contains(&name) {
            let message = format!("`--sweep {path}`: the value `{name}` is there twice");
            fail(&at, "spec::duplicate_value", message, "remove one of the two");
        }
        labels.insert(name);
    }
    mistakes
}
