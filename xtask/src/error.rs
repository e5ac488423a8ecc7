//! Why a command stopped.

use std::fmt;
use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus};

use crate::libtorch::LibtorchError;
use crate::toolchain::ToolError;

/// Why a command stopped, with the exit code that belongs to it.
#[derive(Debug)]
pub(crate) enum Error {
    /// The command line cannot be understood.
    Usage(String),
    /// The experiment file does not exist.
    NoExperiment {
        /// The path, as typed.
        experiment: PathBuf,
        /// The experiment files of the repository.
        known: Vec<String>,
    },
    /// A program that is needed is missing or too old.
    Tool(ToolError),
    /// libtorch cannot be made ready.
    Libtorch(LibtorchError),
    /// A file operation failed; the error names the file.
    Io(std::io::Error),
    /// A program could not be started.
    Start {
        /// The program.
        program: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A program that has reported for itself ended badly.
    Step {
        /// What it was.
        what: &'static str,
        /// How it ended.
        status: ExitStatus,
    },
    /// A Python with PyTorch cannot be made.
    Python(String),
    /// No place to install to is known.
    NoPrefix,
}

impl Error {
    /// Returns what the reader can do about it.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            Self::Usage(_) => Some("`cargo xtask help` lists the commands".into()),
            Self::NoExperiment { known, .. } if known.is_empty() => None,
            Self::NoExperiment { known, .. } => {
                Some(format!("the repository has: {}", known.join(", ")))
            }
            Self::Tool(error) => Some(error.help()),
            Self::Libtorch(error) => Some(error.help()),
            Self::Python(_) => {
                Some("name one that has torch, numpy and safetensors: `--python PATH`".into())
            }
            Self::NoPrefix => Some("say where: `cargo xtask install --prefix DIR`".into()),
            Self::Io(_) | Self::Start { .. } | Self::Step { .. } => None,
        }
    }

    /// Returns the program's exit code: 2 for a wrong request or a machine that lacks something,
    /// a failed step's own code, and 1 for the rest.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) | Self::NoExperiment { .. } | Self::Tool(_) | Self::NoPrefix => {
                ExitCode::from(2)
            }
            Self::Step { status, .. } => code_of(*status),
            Self::Libtorch(_) | Self::Python(_) | Self::Io(_) | Self::Start { .. } => {
                ExitCode::FAILURE
            }
        }
    }
}

/// Returns another program's exit code as one's own; a death by signal becomes 1.
pub(crate) fn code_of(status: ExitStatus) -> ExitCode {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) => formatter.write_str(message),
            Self::NoExperiment { experiment, .. } => {
                write!(formatter, "there is no experiment file `{}`", experiment.display())
            }
            Self::Tool(error) => error.fmt(formatter),
            Self::Libtorch(error) => error.fmt(formatter),
            Self::Io(error) => error.fmt(formatter),
            Self::Start { program, source } => {
                write!(formatter, "cannot start `{}`: {source}", program.display())
            }
            Self::Step { what, status } => write!(formatter, "{what} failed ({status})"),
            Self::Python(what) => write!(formatter, "no Python with PyTorch: {what}"),
            Self::NoPrefix => formatter.write_str("HOME is not set, so no place to install to"),
        }
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<ToolError> for Error {
    fn from(error: ToolError) -> Self {
        Self::Tool(error)
    }
}

impl From<LibtorchError> for Error {
    fn from(error: LibtorchError) -> Self {
        Self::Libtorch(error)
    }
}
