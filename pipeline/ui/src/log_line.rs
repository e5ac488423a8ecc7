//! A line of a log.

use serde::Serialize;

/// How much a line matters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// As most lines.
    #[default]
    Info,
    /// A person should look at it.
    Warn,
    /// What went wrong.
    Error,
}

/// One line that a node's action said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// How much it matters.
    pub level: Level,
    /// The words, without codes for terminals.
    pub text: String,
}
