//! What goes wrong on the way to MLflow.

use std::path::PathBuf;

/// A run that cannot be handed over.
#[derive(Debug, thiserror::Error)]
pub enum MlflowError {
    /// The operating system refused.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A folder of the store that does not hold what MLflow writes.
    #[error("{} is not a store of MLflow: {what}", path.display())]
    Store {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The experiment was deleted in MLflow; its name is taken as long as it lies in the trash.
    #[error("experiment `{name}` was deleted in MLflow and is kept in its trash")]
    Deleted {
        /// The experiment.
        name: String,
    },
    /// The address cannot be one of a server.
    #[error("`{url}` is no address of a server: {what}")]
    Address {
        /// What was given.
        url: String,
        /// What is wrong with it.
        what: String,
    },
    /// The certificates of the server's authority.
    #[error("cannot read certificates from {}: {what}", path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        /// Why.
        what: String,
    },
    /// The server cannot be reached.
    #[error("cannot reach {url}: {what}")]
    Unreachable {
        /// The request.
        url: String,
        /// Why.
        what: String,
    },
    /// The server refused.
    #[error("{url} answered {status}: {message}")]
    Refused {
        /// The request.
        url: String,
        /// The status of HTTP.
        status: u16,
        /// The server's error code, such as `RESOURCE_DOES_NOT_EXIST`; empty without one.
        code: String,
        /// The server's own words.
        message: String,
    },
    /// An answer that is not what MLflow answers.
    #[error("{url} does not answer as an MLflow server does: {what}")]
    Answer {
        /// The request.
        url: String,
        /// What is missing.
        what: String,
    },
    /// It was stopped. Whole runs are kept; the one in progress is taken up again next time.
    #[error("stopped")]
    Stopped,
}
