//! One action at a time for each key, across processes.

use std::path::Path;

use fs_err::File;

use crate::StoreError;

/// Held while an action runs; released when dropped or when its process dies.
///
/// The lock saves work, it does not guard correctness: results are published atomically under
/// their content, so on a file system without locks two processes at worst compute the same twice.
#[derive(Debug)]
pub struct ActionLock {
    /// None on a file system without locks.
    _file: Option<File>,
}

impl ActionLock {
    /// Takes the lock if no other process holds it.
    pub(crate) fn try_take(path: &Path) -> Result<Option<Self>, StoreError> {
        if let Some(parent) = path.parent() {
            fs_err::create_dir_all(parent)?;
        }
        let file =
            fs_err::OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        match file.file().try_lock() {
            Ok(()) => Ok(Some(Self { _file: Some(file) })),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => {
                tracing::warn!(%error, "this file system has no locks; continuing without");
                Ok(Some(Self { _file: None }))
            }
        }
    }
}
