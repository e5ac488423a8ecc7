//! Why a benchmark stopped.

use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus};

/// Why a benchmark stopped. A tool that fails is a row of the result, not an error.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// The command line asks for something that cannot be.
    #[error("{0}")]
    Usage(String),
    /// A file operation failed; the error names the file.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A program could not be started.
    #[error("cannot start `{}`: {source}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A step of preparing a measurement failed.
    #[error("{what} failed ({status}):\n{output}")]
    Step {
        /// What it was.
        what: String,
        /// How it ended.
        status: ExitStatus,
        /// The end of what it printed.
        output: String,
    },
    /// Contestants that should do the same do not.
    #[error("they do not compute the same:\n  {}", .0.join("\n  "))]
    Disagreement(Vec<String>),
    /// The result cannot be written, or an intermediate one not be read, as JSON.
    #[error("not the JSON that was expected: {0}")]
    Json(#[from] serde_json::Error),
}

impl BenchError {
    /// Returns 2 for a wrong request and 1 for the rest.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Io(_)
            | Self::Start { .. }
            | Self::Step { .. }
            | Self::Disagreement(_)
            | Self::Json(_) => ExitCode::FAILURE,
        }
    }
}
