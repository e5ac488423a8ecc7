//! The map from fields to places.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::COMMAND_LINE;
use crate::{Diagnostic, FieldPath, Place};

/// Where every field of a document was written: the file, or a `--set` argument laid over it.
#[derive(Debug, Clone)]
pub struct SourceMap {
    file: PathBuf,
    text: Arc<str>,
    spots: BTreeMap<FieldPath, Spot>,
    arguments: Vec<Argument>,
}

/// The bytes of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spot {
    /// The key, for a value in a map.
    pub(crate) key: Option<Range<usize>>,
    /// The value; for a list or map, where it starts.
    pub(crate) value: Range<usize>,
    /// Whether the value is neither a list nor a map.
    pub(crate) scalar: bool,
}

/// What of a field to underline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The key.
    Key,
    /// The value if it is a scalar, otherwise the key.
    Value,
}

#[derive(Debug, Clone)]
struct Argument {
    path: FieldPath,
    text: Arc<str>,
}

impl SourceMap {
    pub(crate) fn new(file: &Path, text: Arc<str>, spots: BTreeMap<FieldPath, Spot>) -> Self {
        Self { file: file.to_owned(), text, spots, arguments: Vec::new() }
    }

    /// The file, as it was named.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The text of the file.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Notes that everything at and below `path` now comes from a `--set` argument.
    pub(crate) fn set(&mut self, path: FieldPath, argument: &str) {
        self.arguments.push(Argument { path, text: argument.into() });
    }

    /// The argument that a value comes from, if it was not written in the file.
    pub(crate) fn is_set(&self, path: &FieldPath) -> bool {
        self.arguments.iter().any(|argument| path.starts_with(&argument.path))
    }

    /// The place of a field, or of its nearest ancestor that was written somewhere.
    pub fn place(&self, path: &FieldPath) -> Place {
        self.locate(path, Part::Value)
    }

    pub(crate) fn locate(&self, path: &FieldPath, part: Part) -> Place {
        if let Some(argument) =
            self.arguments.iter().rev().find(|argument| path.starts_with(&argument.path))
        {
            let value = argument.text.find('=').map_or(0, |equals| equals + 1);
            let span = match part {
                Part::Key => 0..value.saturating_sub(1),
                Part::Value => value..argument.text.len(),
            };
            return Place::new(COMMAND_LINE, &argument.text, span);
        }
        let mut at = path.clone();
        let mut exact = true;
        loop {
            if let Some(spot) = self.spots.get(&at) {
                return Place::new(&self.file_name(), &self.text, spot.part(part, exact));
            }
            exact = false;
            match at.parent() {
                Some(parent) => at = parent,
                None => return Place::new(&self.file_name(), &self.text, 0..0),
            }
        }
    }

    /// A diagnostic at a field, labelled with its place.
    pub(crate) fn report(
        &self,
        path: &FieldPath,
        part: Part,
        code: &str,
        message: impl Into<String>,
        help: Option<String>,
    ) -> Diagnostic {
        let mut diagnostic =
            Diagnostic::new(code, message).with_field(path.clone()).at(self.locate(path, part));
        diagnostic.help = help;
        diagnostic
    }

    pub(crate) fn file_name(&self) -> String {
        self.file.display().to_string()
    }
}

impl Spot {
    fn part(&self, part: Part, exact: bool) -> Range<usize> {
        match (&self.key, part) {
            (Some(key), Part::Key) => key.clone(),
            (Some(key), Part::Value) if !self.scalar || !exact => key.clone(),
            _ => self.value.clone(),
        }
    }
}
