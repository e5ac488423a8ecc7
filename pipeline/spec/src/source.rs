//! The map from fields to places.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::origin::Origin;
use crate::wording::IN_QUOTES;
use crate::yaml::Spots;
use crate::{Diagnostic, FieldPath, Place};

/// Where every field of a document was written: the file, or a change laid over it.
#[derive(Debug, Clone)]
pub struct SourceMap {
    file: PathBuf,
    text: Arc<str>,
    spots: Spots,
    changes: Vec<Change>,
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
struct Change {
    path: FieldPath,
    origin: Origin,
}

impl SourceMap {
    pub(crate) fn new(file: &Path, text: Arc<str>, spots: Spots) -> Self {
        Self { file: file.to_owned(), text, spots, changes: Vec::new() }
    }

    /// The file, as it was named.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The text of the file.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Notes that everything at and below `path` now comes from somewhere else.
    pub(crate) fn set(&mut self, path: FieldPath, origin: Origin) {
        self.changes.push(Change { path, origin });
    }

    /// Whether a value was not written in the file but laid over it.
    pub(crate) fn is_set(&self, path: &FieldPath) -> bool {
        self.changes.iter().any(|change| path.starts_with(&change.path))
    }

    /// The place of a field, or of its nearest ancestor that was written somewhere.
    pub fn place(&self, path: &FieldPath) -> Place {
        self.locate(path, Part::Value)
    }

    pub(crate) fn locate(&self, path: &FieldPath, part: Part) -> Place {
        let change = self.changes.iter().rev().find(|change| path.starts_with(&change.path));
        if let Some(change) = change {
            return change.origin.place(&path.tail(change.path.segments().len()), part);
        }
        let mut at = path.clone();
        let mut exact = true;
        loop {
            if let Some(spot) = self.spots.get(&self.text, &at) {
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
        let place = self.locate(path, part);
        let help = help.map(|help| as_written(help, &place));
        let mut diagnostic = Diagnostic::new(code, message).with_field(path.clone()).at(place);
        diagnostic.help = help;
        diagnostic
    }

    pub(crate) fn file_name(&self) -> String {
        self.file.display().to_string()
    }
}

/// The advice to put a value in quotes, with the value as it stands in the file: `1.10`, not `1.1`.
fn as_written(help: String, place: &Place) -> String {
    let written = place.text();
    let value = written.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte));
    if help.starts_with(IN_QUOTES) && value && !written.is_empty() {
        return format!("{IN_QUOTES}\"{written}\"");
    }
    help
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
