//! One mistake of the user, with its place and what would be accepted.

use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use miette::{LabeledSpan, NamedSource, Severity, SourceCode};

use crate::FieldPath;

/// The names of places in an argument.
pub(crate) const SET: &str = "--set";
pub(crate) const SWEEP: &str = "--sweep";

/// One mistake in what the user wrote.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// A stable name of the kind of mistake, such as `spec::unknown_field`.
    pub code: String,
    /// What was found and why it is not accepted; lower case, no full stop.
    pub message: String,
    /// What would be accepted.
    pub help: Option<String>,
    /// The field concerned, if it is about one.
    pub field: Option<FieldPath>,
    /// Where it was written, if that is known.
    pub place: Option<Place>,
}

impl Diagnostic {
    /// A mistake without a place.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), help: None, field: None, place: None }
    }

    /// Adds what would be accepted.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the field concerned.
    #[must_use]
    pub fn with_field(mut self, field: FieldPath) -> Self {
        self.field = Some(field);
        self
    }

    /// Adds where it was written.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Diagnostic {}

impl miette::Diagnostic for Diagnostic {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<Severity> {
        Some(Severity::Error)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.place.as_ref().map(|place| &place.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.place.as_ref()?;
        let label = Some(place.label.clone().unwrap_or_else(|| "here".to_owned()));
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(label, place.span.clone()))))
    }
}

/// A stretch of text in a file or in an argument.
#[derive(Debug, Clone)]
pub struct Place {
    /// The file as it was named, or the option: `--set`, `--sweep`.
    pub name: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What the underlined text is called; "here" if there is nothing better.
    pub label: Option<String>,
    source: NamedSource<Arc<str>>,
}

impl Place {
    /// The stretch `span` of `text`; a span that does not fit is cut to what does.
    pub fn new(name: &str, text: &Arc<str>, span: Range<usize>) -> Self {
        let floor = |at: usize| {
            let mut at = at.min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = floor(span.start);
        let end = floor(span.end).max(start);
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            name: name.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            span: start..end,
            label: None,
            source: NamedSource::new(name, Arc::clone(text)),
        }
    }

    /// The text at the place.
    pub fn text(&self) -> &str {
        &self.source.inner()[self.span.clone()]
    }

    /// The line that the place begins in.
    pub fn line_text(&self) -> &str {
        self.source.inner().lines().nth(self.line - 1).unwrap_or_default()
    }

    /// Whether it is in an argument of the command line.
    pub(crate) fn is_argument(&self) -> bool {
        self.name == SET || self.name == SWEEP
    }

    /// Names the underlined text.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_argument() {
            return f.write_str(&self.name);
        }
        write!(f, "{}:{}:{}", self.name, self.line, self.column)
    }
}

/// Every mistake found in one file and the arguments that go with it; never empty.
#[derive(Debug, Clone)]
pub struct SpecErrors {
    /// The file, as it was named.
    pub file: String,
    /// The mistakes, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
}

impl SpecErrors {
    /// The mistakes of a file, put in the order of their places: the file, other files, arguments.
    pub fn new(file: &Path, mut diagnostics: Vec<Diagnostic>) -> Self {
        let file = file.display().to_string();
        diagnostics.sort_by_cached_key(|diagnostic| {
            let place = diagnostic.place.as_ref()?;
            Some((place.is_argument(), place.name != file, place.name.clone(), place.span.start))
        });
        Self { file, diagnostics }
    }
}

impl fmt::Display for SpecErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.diagnostics.as_slice() {
            [only] => write!(f, "{}: {only}", self.file),
            many => write!(f, "{}: {} mistakes", self.file, many.len()),
        }
    }
}

impl std::error::Error for SpecErrors {}

impl miette::Diagnostic for SpecErrors {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        Some(Box::new(self.diagnostics.iter().map(|one| one as &dyn miette::Diagnostic)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters() {
        let text: Arc<str> = "a: é\nb: x\n".into();
        // The letter é takes two bytes, so `b` starts at byte 6.
        let place = Place::new("f.yaml", &text, 9..10);
        assert_eq!((place.line, place.column), (2, 4));
        assert_eq!(place.to_string(), "f.yaml:2:4");
    }

    #[test]
    fn a_span_beyond_the_text_is_cut() {
        let text: Arc<str> = "é".into();
        assert_eq!(Place::new("f", &text, 1..40).span, 0..2);
        assert_eq!(Place::new("f", &text, 7..9).span, 2..2);
    }
}
