//! What goes wrong in a stage, as plain data.

use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Why an action failed: a sentence, the causes beneath it, and what the user can do.
///
/// Stage crates keep their own `thiserror` enums and convert at the boundary with
/// [`StageError::new`], which keeps the whole chain of causes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageError {
    /// What went wrong, in one sentence without a full stop.
    pub message: String,
    /// The chain of causes, outermost first, and listed items such as the cases concerned.
    pub details: Vec<String>,
    /// What would be accepted or what to do.
    pub help: Option<String>,
    /// True when the action stopped because the run was cancelled.
    pub cancelled: bool,
    /// True when the stage panicked: a bug in us, not in the user's data.
    pub panicked: bool,
}

impl StageError {
    /// Keeps the message and the chain of causes of any error.
    pub fn new(error: impl Error) -> Self {
        let mut details = Vec::new();
        let mut cause = error.source();
        while let Some(inner) = cause {
            details.push(inner.to_string());
            cause = inner.source();
        }
        Self { details, ..Self::message(error.to_string()) }
    }

    /// An error that is only a sentence.
    pub fn message(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            details: Vec::new(),
            help: None,
            cancelled: false,
            panicked: false,
        }
    }

    /// The action stopped because the run was cancelled.
    pub fn cancelled() -> Self {
        Self { cancelled: true, ..Self::message("stopped because the run was cancelled") }
    }

    /// Adds what the user can do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds one line of detail.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }
}

impl fmt::Display for StageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for StageError {}

/// One thing wrong with a stage's parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamProblem {
    /// The kind of mistake, such as `spec::unknown_field`.
    pub code: &'static str,
    /// Dotted path below `with:`, such as `optimizer.peak_lr`; empty for the whole.
    pub path: String,
    /// What was found and why it is not accepted.
    pub message: String,
    /// What would be accepted.
    pub help: Option<String>,
}

impl ParamProblem {
    /// A problem at a dotted path below `with:`.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: "graph::parameter", path: path.into(), message: message.into(), help: None }
    }

    /// Adds what would be accepted.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
