//! Where a change that is laid over an experiment was written.

use std::ops::Range;
use std::sync::Arc;

use crate::source::Part;
use crate::{FieldPath, Place, SourceMap};

/// An argument of the command line, or an entry of a file of parameters.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    /// `--set PATH=VALUE` or `--sweep PATH=V1,V2`.
    Argument {
        /// The option, with its dashes.
        option: &'static str,
        /// What was given to it.
        text: Arc<str>,
        /// The bytes of the path.
        key: Range<usize>,
        /// The bytes of the value.
        value: Range<usize>,
    },
    /// `PATH: VALUE` in a file.
    Entry {
        /// The file.
        source: Arc<SourceMap>,
        /// The entry.
        entry: FieldPath,
    },
}

impl Origin {
    /// An argument whose path ends at its first `=`.
    pub(crate) fn argument(option: &'static str, text: &str) -> Self {
        let equals = text.find('=').unwrap_or(text.len());
        let value = (equals + 1).min(text.len())..text.len();
        Self::Argument { option, text: text.into(), key: 0..equals, value }
    }

    /// The place of what it gives, or of something inside that.
    pub(crate) fn place(&self, inside: &FieldPath, part: Part) -> Place {
        match self {
            Self::Argument { option, text, key, value } => {
                let span = match part {
                    Part::Key => key.clone(),
                    Part::Value => value.clone(),
                };
                Place::new(option, text, span)
            }
            Self::Entry { source, entry } => source.locate(&entry.join(inside), part),
        }
    }

    /// What stands between path and value.
    pub(crate) fn assignment(&self, path: &str) -> String {
        match self {
            Self::Argument { .. } => format!("{path}=VALUE"),
            Self::Entry { .. } => format!("{path}: VALUE"),
        }
    }
}
