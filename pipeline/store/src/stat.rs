//! What the operating system says of a file, to know whether it has to be hashed again.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// Identity, length and times of a file. Two equal signatures mean the same content, because the
/// change time cannot be set by a program, unless the file was changed within the clock's
/// granularity of being hashed; see [`FileSignature::is_settled`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileSignature {
    /// Device number.
    pub(crate) device: u64,
    /// Inode number.
    pub(crate) inode: u64,
    /// Length in bytes.
    pub(crate) size: u64,
    /// Modification time in ns since 1970.
    pub(crate) modified_ns: i64,
    /// Change time in ns since 1970.
    pub(crate) changed_ns: i64,
}

/// A change within this time of the hashing could leave the signature as it was.
const GRANULARITY_NS: i64 = 50_000_000;

impl FileSignature {
    /// The signature of a file, symbolic links followed.
    pub(crate) fn of(path: &Path) -> std::io::Result<Self> {
        fs_err::metadata(path).map(|meta| Self::from_metadata(&meta))
    }

    /// The signature in what the operating system said of a file.
    pub(crate) fn from_metadata(meta: &Metadata) -> Self {
        let ns = |seconds: i64, ns: i64| seconds.saturating_mul(1_000_000_000).saturating_add(ns);
        Self {
            device: meta.dev(),
            inode: meta.ino(),
            size: meta.size(),
            modified_ns: ns(meta.mtime(), meta.mtime_nsec()),
            changed_ns: ns(meta.ctime(), meta.ctime_nsec()),
        }
    }

    /// Whether the file had been left alone long enough at the time `now_ns`, by the file
    /// system's own clock, for its signature to prove its content.
    pub(crate) fn is_settled(&self, now_ns: i64) -> bool {
        // Not the modification time: a program can set it to any moment, also to a later one.
        self.changed_ns.saturating_add(GRANULARITY_NS) < now_ns
    }
}
