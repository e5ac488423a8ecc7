//! One action at a time for each key, across processes.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use fs_err::File;

use crate::StoreError;

/// Held while an action runs; released when dropped or when its process dies.
///
/// The lock saves work, it does not guard correctness: results are published atomically under
/// their content, so on a file system without locks two processes at worst compute the same twice.
#[derive(Debug)]
pub struct ActionLock {
    path: PathBuf,
    /// None on a file system without locks.
    file: Option<File>,
}

impl ActionLock {
    /// Takes the lock if no other process holds it.
    pub(crate) fn try_take(path: &Path) -> Result<Option<Self>, StoreError> {
        loop {
            let file = open(path)?;
            match file.file().try_lock() {
                Ok(()) if is_at(&file, path) => {
                    return Ok(Some(Self { path: path.to_owned(), file: Some(file) }));
                }
                // Its last holder has removed it in the meantime.
                Ok(()) => {}
                Err(std::fs::TryLockError::WouldBlock) => return Ok(None),
                Err(std::fs::TryLockError::Error(error)) => {
                    tracing::warn!(%error, "this file system has no locks; continuing without");
                    return Ok(Some(Self { path: path.to_owned(), file: None }));
                }
            }
        }
    }
}

impl Drop for ActionLock {
    fn drop(&mut self) {
        // Removed while it is held: who opened it before finds out that it is not there any more.
        if self.file.is_some() {
            let _ = fs_err::remove_file(&self.path);
        }
    }
}

/// Whether the open file is still the one at the path.
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs_err::metadata(path)) {
        (Ok(open), Ok(there)) => (open.dev(), open.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

fn open(path: &Path) -> Result<File, StoreError> {
    let mut options = fs_err::OpenOptions::new();
    options.create(true).truncate(false).write(true);
    match options.open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if let Some(parent) = path.parent() {
                fs_err::create_dir_all(parent)?;
            }
            Ok(options.open(path)?)
        }
        other => Ok(other?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time_and_nothing_left_behind() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("locks/key");
        let lock = ActionLock::try_take(&path).unwrap().expect("free");
        assert!(ActionLock::try_take(&path).unwrap().is_none());
        drop(lock);
        assert!(!path.exists());
        assert!(ActionLock::try_take(&path).unwrap().is_some());
    }

    #[test]
    fn many_threads_never_hold_it_together() {
        use std::sync::atomic::{AtomicU32, Ordering};
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        let (inside, taken) = (AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        if let Some(lock) = ActionLock::try_take(&path).unwrap() {
                            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                            taken.fetch_add(1, Ordering::SeqCst);
                            inside.fetch_sub(1, Ordering::SeqCst);
                            drop(lock);
                        }
                    }
                });
            }
        });
        assert!(taken.into_inner() > 100);
    }
}
