//! What goes wrong with a command, and what the process says of it.

use std::io::ErrorKind;
use std::process::ExitCode;

use pipeline_engine::{GraphErrors, RunError};
use pipeline_spec::{Diagnostic, SpecErrors, sentence};
use pipeline_store::StoreError;

/// The exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything that was asked for is done.
    Done,
    /// A stage failed, or the run was stopped.
    Failed,
    /// The request is wrong.
    Request,
    /// A bug in us.
    Bug,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Request => 2,
            Exit::Bug => 3,
        })
    }
}

/// A command that could not be carried out because the request is wrong.
#[derive(Debug)]
pub(crate) struct CommandError {
    /// Everything wrong with it; at least one.
    pub(crate) mistakes: Vec<Diagnostic>,
}

impl From<SpecErrors> for CommandError {
    fn from(errors: SpecErrors) -> Self {
        Self { mistakes: errors.diagnostics }
    }
}

impl From<GraphErrors> for CommandError {
    fn from(errors: GraphErrors) -> Self {
        Self { mistakes: errors.mistakes }
    }
}

impl From<Diagnostic> for CommandError {
    fn from(mistake: Diagnostic) -> Self {
        Self { mistakes: vec![mistake] }
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        let help = match &error {
            StoreError::Io(error) if error.kind() == ErrorKind::StorageFull => {
                "the disk is full: make room with `gc`, or choose another folder with `--store DIR`"
            }
            StoreError::Io(_) => {
                "the folder of the store must be writable; choose another with `--store DIR`"
            }
            StoreError::Busy => "nothing was removed",
            StoreError::NoLocks => "choose a store on another file system with `--store DIR`",
            _ => "`verify` finds and removes what is damaged; the next run makes it again",
        };
        Diagnostic::new("cli::store", sentence(&error)).with_help(help).into()
    }
}

impl From<RunError> for CommandError {
    fn from(error: RunError) -> Self {
        let error = match error {
            RunError::Store(error) => return error.into(),
            RunError::Report(error) => error,
        };
        Diagnostic::new("cli::results", sentence(&error))
            .with_help(
                "what was computed is in the store; make the folder of runs writable or choose another with `--runs DIR`, and run again",
            )
            .into()
    }
}
