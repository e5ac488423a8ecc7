//! The folder an action works in; gone when the action is over.

use std::path::{Path, PathBuf};

use fs_err::File;

use crate::StoreError;

/// A temporary folder inside the store, so that what is made in it can be moved into the store.
///
/// It is locked while it is in use. Folders left behind by a killed process are not locked any
/// more and are removed when the store is opened.
#[derive(Debug)]
pub struct Workspace {
    dir: PathBuf,
    lock_path: PathBuf,
    _lock: File,
}

impl Workspace {
    /// Creates a new, empty one. The lock comes first, so that a process killed at any moment
    /// leaves something that can be recognized.
    pub(crate) fn create(temporary: &Path) -> Result<Self, StoreError> {
        loop {
            let named =
                tempfile::Builder::new().prefix("work-").suffix(".lock").tempfile_in(temporary)?;
            let (_, lock_path) = named.keep().map_err(|error| error.error)?;
            let lock = File::open(&lock_path)?;
            // A file system without locks keeps leftovers of killed processes; nothing else.
            let _ = lock.file().try_lock();
            // Another process may have taken the file for a leftover before it was locked.
            if lock_path.exists() {
                let dir = lock_path.with_extension("");
                fs_err::create_dir(&dir)?;
                return Ok(Self { dir, lock_path, _lock: lock });
            }
        }
    }

    /// Creates and returns a folder inside.
    pub fn folder(&self, relative: &str) -> Result<PathBuf, StoreError> {
        let path = self.dir.join(relative);
        fs_err::create_dir_all(&path)?;
        Ok(path)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.dir
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        if let Err(error) = fs_err::remove_dir_all(&self.dir) {
            tracing::debug!(%error, "workspace not removed");
        }
        let _ = fs_err::remove_file(&self.lock_path);
    }
}

/// Removes what killed processes left behind.
pub(crate) fn remove_leftovers(temporary: &Path) {
    let Ok(entries) = fs_err::read_dir(temporary) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "lock") {
            let free = File::open(&path).is_ok_and(|file| file.file().try_lock().is_ok());
            // A worker of the killed process may be writing its last; then the next one removes it.
            let dir = path.with_extension("");
            if free && (!dir.exists() || fs_err::remove_dir_all(&dir).is_ok()) {
                let _ = fs_err::remove_file(&path);
            }
        }
    }
}
