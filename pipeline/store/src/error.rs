//! What goes wrong with a store.

use std::path::PathBuf;

use crate::Digest;

/// A store that cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The operating system refused; the source names the file.
    #[error("the store cannot access a file")]
    Io(#[from] std::io::Error),
    /// Something in an output folder is neither a file nor a folder.
    #[error("{} is not a plain file or folder, and cannot be kept", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// A file name in an output folder is not UTF-8.
    #[error("{} has a name that is not UTF-8, and cannot be kept", path.display())]
    NotUtf8 {
        /// The path.
        path: PathBuf,
    },
    /// An object that a record names is not there or not whole.
    #[error("object {digest} is missing from the store or damaged")]
    Missing {
        /// The object.
        digest: Digest,
    },
    /// An object that should be a tree is something else.
    #[error("object {digest} is not the listing of an artifact")]
    NotATree {
        /// The object.
        digest: Digest,
    },
    /// A referenced source file changed while the action ran.
    #[error("{} changed while it was being used", path.display())]
    SourceChanged {
        /// The file.
        path: PathBuf,
    },
    /// Other processes published results for so long that nothing could be collected.
    #[error("other runs are writing results into the store all the time; try again later")]
    Busy,
    /// Without locks nothing can be collected safely.
    #[error(
        "the store lies on a file system without file locks, so nothing can be removed from it safely while it may be in use"
    )]
    NoLocks,
}
