//! One YAML document: its values and where they are.

use std::path::Path;
use std::sync::Arc;

use super::plain::read_plain;
use super::scalar::is_huge;
use super::shield::Shield;
use super::spans::read_spots;
use super::values::read_values;
use super::{Spots, Tree};
use crate::source::{Part, Spot};
use crate::{Diagnostic, FieldPath, Place, SourceMap, SpecErrors};

/// The largest text that is read, in bytes; manifests and experiments have a few thousand.
const MAX_BYTES: usize = 64 << 20;

/// The values of a document and the places of its fields.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) tree: Tree,
    pub(crate) source: SourceMap,
}

impl Document {
    /// Reads a document; `file` is only named in messages.
    ///
    /// # Errors
    /// Broken syntax, a duplicate key, an empty document, and values that are not used here
    /// (tags, infinities, keys that are not text).
    pub(crate) fn parse(text: &str, file: &Path) -> Result<Self, SpecErrors> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let name = file.display().to_string();
        let shared: Arc<str> = text.into();
        let fail = |diagnostic| Err(SpecErrors::new(file, vec![diagnostic]));
        if text.len() > MAX_BYTES {
            let message =
                format!("the file has {} bytes; at most {MAX_BYTES} are read", text.len());
            return fail(Diagnostic::new("spec::too_large", message));
        }
        let shield = Shield::new(text);
        if let Some(tree) = Some(text).filter(|_| !shield.is_defeated()).and_then(read_plain) {
            return Ok(Self { tree, source: SourceMap::new(file, shared, Spots::later()) });
        }
        if let Some((at, found)) = text.char_indices().find(|(_, c)| is_forbidden(*c)) {
            return fail(
                Diagnostic::new(
                    "spec::syntax",
                    format!("found the control character U+{:04X}", u32::from(found)),
                )
                .with_help("YAML is plain text; write it as \"\\u00XX\" in quotes if it is meant")
                .at(Place::new(&name, &shared, at..at + found.len_utf8())),
            );
        }
        if is_blank(text) {
            return fail(Diagnostic::new("spec::empty", "the file is empty").at(Place::new(
                &name,
                &shared,
                0..0,
            )));
        }
        let covered = shield.cover(text);
        let spots = match read_spots(&covered, shield) {
            Ok(spots) => spots,
            Err(error) => {
                let mut diagnostic = Diagnostic::new(error.code, error.message)
                    .at(Place::new(&name, &shared, error.span));
                diagnostic.help = error.help;
                return fail(diagnostic);
            }
        };
        let is_huge =
            |spot: &Spot| spot.scalar && text.get(spot.value.clone()).is_some_and(is_huge);
        let huge: Vec<FieldPath> =
            spots.iter().filter(|(_, spot)| is_huge(spot)).map(|(path, _)| path.clone()).collect();
        let source = SourceMap::new(file, shared, Spots::now(spots));
        if !huge.is_empty() {
            let help = "put it in quotes if it is a name; write it with an exponent, such as `1e20`, if it need not be exact";
            let mistakes = huge.iter().map(|path| {
                let message = with_field(path, "the whole number is too large to be kept exactly");
                source.report(
                    path,
                    Part::Value,
                    "spec::too_large_number",
                    message,
                    Some(help.to_owned()),
                )
            });
            return Err(SpecErrors::new(file, mistakes.collect()));
        }
        match read_values(&covered, shield) {
            Ok(tree) => Ok(Self { tree, source }),
            Err(errors) => {
                let diagnostics = errors.into_iter().map(|error| {
                    let message = with_field(&error.path, &error.message);
                    let help = Some(error.help.to_owned());
                    source.report(&error.path, Part::Value, error.code, message, help)
                });
                Err(SpecErrors::new(file, diagnostics.collect()))
            }
        }
    }
}

/// Puts the field in front of a sentence about it.
fn with_field(path: &FieldPath, message: &str) -> String {
    if path.segments().is_empty() { message.to_owned() } else { format!("`{path}`: {message}") }
}

/// Whether nothing but blank lines, comments and document markers is there.
fn is_blank(text: &str) -> bool {
    text.lines()
        .map(str::trim)
        .all(|line| line.is_empty() || line.starts_with('#') || line == "---")
}

/// Control characters that YAML forbids outside quotes and that no editor shows.
fn is_forbidden(character: char) -> bool {
    character.is_control() && !matches!(character, '\t' | '\n' | '\r' | '\u{85}')
}
