//! What goes wrong with event files.

use std::path::PathBuf;

/// An event file that cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// The operating system refused; files in the way are never overwritten.
    #[error("cannot use the event file {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A record whose bytes are not what was written.
    #[error("{} is damaged at byte {offset}: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where the record begins.
        offset: u64,
        /// What is wrong with it.
        what: &'static str,
    },
}
