//! From values to types, with every mistake reported.

use std::collections::BTreeSet;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::source::Part;
use crate::wording::{Kind, reword};
use crate::yaml::Document;
use crate::{FieldPath, Segment, SpecErrors};

/// One thing wrong with a value that was to become a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// The field, from the value's root.
    pub path: FieldPath,
    /// The kind of mistake, such as `spec::unknown_field`.
    pub code: &'static str,
    /// What was found; lower case, no full stop.
    pub message: String,
    /// What would be accepted.
    pub help: Option<String>,
}

/// How many mistakes of one value are reported.
const MOST_PROBLEMS: usize = 50;

/// Reads a value into a type and reports as many mistakes as can be told apart.
///
/// serde stops at the first mistake, so after each one the value at fault is left out and the rest
/// is read again; what is missing only because of that is not reported.
pub fn read_value<T: DeserializeOwned>(value: &Value) -> Result<T, Vec<FieldProblem>> {
    T::deserialize(value).or_else(|_| read_carefully(value))
}

/// As [`read_value`], for a value that has a mistake.
fn read_carefully<T: DeserializeOwned>(value: &Value) -> Result<T, Vec<FieldProblem>> {
    let mut problems: Vec<FieldProblem> = Vec::new();
    let mut left_out: BTreeSet<FieldPath> = BTreeSet::new();
    loop {
        let rest = without(value, &FieldPath::root(), &left_out);
        let error = match serde_path_to_error::deserialize::<_, T>(&rest) {
            Ok(typed) if problems.is_empty() => return Ok(typed),
            Ok(_) => return Err(problems),
            Err(error) => error,
        };
        let mut path = original(value, &FieldPath::from(error.path()), &left_out);
        let wording = reword(&error.inner().to_string());
        let mut consequence = false;
        match &wording.kind {
            Kind::UnknownField(name)
                if path.segments().last() != Some(&Segment::Key(name.clone())) =>
            {
                path = path.key(name);
            }
            Kind::UnknownField(_) => {}
            Kind::MissingField(name) => consequence = left_out.contains(&path.key(name)),
            _ => consequence = left_out.iter().any(|gone| gone.starts_with(&path)),
        }
        if !consequence {
            problems.push(FieldProblem {
                path: path.clone(),
                code: wording.kind.code(),
                message: wording.message,
                help: wording.help,
            });
        }
        let enough = problems.len() >= MOST_PROBLEMS || path.segments().is_empty();
        if enough || !left_out.insert(path) {
            return Err(problems);
        }
    }
}

/// A value without some of its fields and items.
fn without(value: &Value, path: &FieldPath, left_out: &BTreeSet<FieldPath>) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().map(|(key, value)| (key, value, path.key(key)));
            let kept = kept.filter(|(_, _, path)| !left_out.contains(path));
            Value::Object(
                kept.map(|(key, value, path)| (key.clone(), without(value, &path, left_out)))
                    .collect(),
            )
        }
        Value::Array(items) => {
            let kept = items.iter().enumerate().map(|(at, value)| (value, path.index(at)));
            let kept = kept.filter(|(_, path)| !left_out.contains(path));
            Value::Array(kept.map(|(value, path)| without(value, &path, left_out)).collect())
        }
        scalar => scalar.clone(),
    }
}

/// The path in the whole value of what has a path in the value without some of its items.
fn original(value: &Value, path: &FieldPath, left_out: &BTreeSet<FieldPath>) -> FieldPath {
    let mut at = FieldPath::root();
    for segment in path.segments() {
        at = match (crate::set::get(value, &at), segment) {
            (Some(Value::Array(items)), Segment::Index(index)) => {
                let kept = (0..items.len()).filter(|item| !left_out.contains(&at.index(*item)));
                at.index(kept.into_iter().nth(*index).unwrap_or(*index))
            }
            (_, segment) => at.child(segment.clone()),
        };
    }
    at
}

/// Reads a YAML file, such as a data manifest, into a type. `file` is only named in messages.
///
/// # Errors
/// Every mistake with its field, line, what was found and what would be accepted: broken syntax,
/// duplicate keys, unknown fields with a suggestion, wrong types, missing fields.
pub fn read_yaml<T: DeserializeOwned>(text: &str, file: &Path) -> Result<T, SpecErrors> {
    let Document { tree, source } = Document::parse(text, file)?;
    read_value(&tree.to_json()).map_err(|problems| {
        let diagnostics = problems.into_iter().map(|problem| {
            let part = if problem.code == "spec::unknown_field" { Part::Key } else { Part::Value };
            let message = problem.sentence(&FieldPath::root());
            source.report(&problem.path, part, problem.code, message, problem.help)
        });
        SpecErrors::new(file, diagnostics.collect())
    })
}

impl FieldProblem {
    /// The message with the field in front, as seen from `root`.
    pub fn sentence(&self, root: &FieldPath) -> String {
        let path = match self.code {
            "spec::unknown_field" => self.path.parent().unwrap_or_default(),
            _ => self.path.clone(),
        };
        let path = root.join(&path);
        match (self.code, path.segments().is_empty()) {
            (_, true) => self.message.clone(),
            ("spec::unknown_field", false) => format!("{} in `{path}`", self.message),
            ("spec::missing_field", false) => format!("in `{path}`, {}", self.message),
            (_, false) => format!("`{path}`: {}", self.message),
        }
    }
}
