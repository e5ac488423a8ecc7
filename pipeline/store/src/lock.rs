//! One action at a time for each key, across processes.

use std::path::Path;

use fs_err::File;
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc::{F_WRLCK, SEEK_SET, flock, off_t};

use crate::{ActionKey, StoreError};

/// Held while an action runs; released when dropped or when its process dies.
///
/// All actions share one file and each locks a byte of it, which costs no file per action. The
/// lock saves work, it does not guard correctness: results are published atomically under their
/// content, so on a file system without locks two processes at worst compute the same twice.
#[derive(Debug)]
pub struct ActionLock {
    /// Open for this lock alone: the lock belongs to it and not to the process.
    _file: File,
}

impl ActionLock {
    /// Takes the lock if nobody holds it.
    pub(crate) fn try_take(path: &Path, key: ActionKey) -> Result<Option<Self>, StoreError> {
        let mut options = fs_err::OpenOptions::new();
        let file = options.create(true).truncate(false).write(true).open(path)?;
        let range = flock {
            l_type: F_WRLCK as _,
            l_whence: SEEK_SET as _,
            l_start: byte_of(key),
            l_len: 1,
            l_pid: 0,
        };
        match fcntl(&file, FcntlArg::F_OFD_SETLK(&range)) {
            Ok(_) => {}
            Err(Errno::EAGAIN | Errno::EACCES) => return Ok(None),
            Err(error) => {
                tracing::warn!(%error, "this file system has no locks; continuing without");
            }
        }
        Ok(Some(Self { _file: file }))
    }
}

/// Where the byte of an action lies in the file, which has no content. The first 62 bits of the
/// key: two keys that share them would wait for each other, nothing else.
fn byte_of(key: ActionKey) -> off_t {
    let mut first = [0; 8];
    first.copy_from_slice(&key.0.as_bytes()[..8]);
    (u64::from_be_bytes(first) >> 2) as off_t
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Digest;

    fn key(name: &str) -> ActionKey {
        ActionKey(Digest::of_bytes(name.as_bytes()))
    }

    #[test]
    fn one_holder_at_a_time_and_others_undisturbed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let lock = ActionLock::try_take(&path, key("a")).unwrap().expect("free");
        assert!(ActionLock::try_take(&path, key("a")).unwrap().is_none());
        assert!(ActionLock::try_take(&path, key("b")).unwrap().is_some());
        // Closing another one of the same file does not release it.
        assert!(ActionLock::try_take(&path, key("a")).unwrap().is_none());
        drop(lock);
        assert!(ActionLock::try_take(&path, key("a")).unwrap().is_some());
        assert_eq!(fs_err::metadata(&path).unwrap().len(), 0);
    }

    #[test]
    fn many_threads_never_hold_it_together() {
        use std::sync::atomic::{AtomicU32, Ordering};
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let (inside, taken) = (AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        if let Some(lock) = ActionLock::try_take(&path, key("a")).unwrap() {
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
