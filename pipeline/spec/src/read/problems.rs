//! Collecting mistakes while a document is read.

use super::trail::Trail;
use crate::source::Part;
use crate::suggest::unknown_name_help;
use crate::yaml::{Fields, Tree};
use crate::{Diagnostic, SourceMap};

/// The mistakes found so far.
pub(crate) struct Problems {
    pub(crate) source: SourceMap,
    pub(crate) found: Vec<Diagnostic>,
}

impl Problems {
    pub(crate) fn new(source: SourceMap) -> Self {
        Self { source, found: Vec::new() }
    }

    /// A mistake in a field's value.
    pub(crate) fn value(
        &mut self,
        path: &Trail<'_>,
        code: &str,
        message: String,
        help: impl Into<String>,
    ) {
        self.add(path, Part::Value, code, message, help.into());
    }

    /// A mistake in a field's key.
    pub(crate) fn key(
        &mut self,
        path: &Trail<'_>,
        code: &str,
        message: String,
        help: impl Into<String>,
    ) {
        self.add(path, Part::Key, code, message, help.into());
    }

    fn add(&mut self, path: &Trail<'_>, part: Part, code: &str, message: String, help: String) {
        self.found.push(self.source.report(&path.path(), part, code, message, Some(help)));
    }

    /// A value of the wrong type: "`path`: found a list, expected a map".
    pub(crate) fn wrong_type(
        &mut self,
        path: &Trail<'_>,
        found: &Tree,
        expected: &str,
        help: &str,
    ) {
        let subject =
            if matches!(path, Trail::Root) { "the file".to_owned() } else { format!("`{path}`") };
        let message = format!("{subject}: found {}, expected {expected}", found.describe());
        self.value(path, "spec::wrong_type", message, help);
    }

    /// The fields of a map; an absent or empty value counts as none. Fields that are not known are
    /// reported.
    pub(crate) fn fields<'t>(
        &mut self,
        path: &Trail<'_>,
        tree: &'t Tree,
        known: &[&str],
    ) -> Option<&'t Fields> {
        let Some(fields) = tree.as_map() else {
            let help = format!("accepted fields: {}", crate::quoted_list(known));
            self.wrong_type(path, tree, "a map of fields", &help);
            return None;
        };
        for name in fields.keys().filter(|name| !known.contains(&name.as_str())) {
            let inside =
                if matches!(path, Trail::Root) { String::new() } else { format!(" in `{path}`") };
            self.key(
                &path.key(name),
                "spec::unknown_field",
                format!("unknown field `{name}`{inside}"),
                unknown_name_help(name, known, "accepted here"),
            );
        }
        Some(fields)
    }
}
