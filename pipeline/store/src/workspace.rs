//! The folders a process and its actions work in; gone when they are over.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use fs_err::File;

use crate::lock::is_at;
use crate::orphans::end_processes_in;
use crate::{ActionKey, StoreError};

/// A process's temporary folder inside the store, so that what is made in it can be moved into
/// the store.
///
/// It is locked while the process lives. Folders left behind by a killed process are not locked
/// any more; they are removed when a process next works in the store, together with programs that
/// still run in them.
#[derive(Debug)]
pub(crate) struct Session {
    dir: PathBuf,
    lock_path: PathBuf,
    _lock: File,
    next: AtomicU64,
    pins: Mutex<Option<File>>,
}

/// The name, in a session's folder, of the file of the actions that it relies on.
const PINS: &str = "pins";

impl Session {
    /// Creates a new, empty one. The lock comes first, so that a process killed at any moment
    /// leaves something that can be recognized.
    pub(crate) fn create(temporary: &Path) -> Result<Self, StoreError> {
        loop {
            let named =
                tempfile::Builder::new().prefix("work-").suffix(".lock").tempfile_in(temporary)?;
            let (file, lock_path) = named.keep().map_err(|error| error.error)?;
            let lock = File::from_parts(file, &lock_path);
            // Waits for a process that looks whether this is a leftover. A file system without
            // locks keeps leftovers of killed processes; nothing else.
            let _ = lock.file().lock();
            // That process may have taken it for one before it was locked.
            if is_at(&lock, &lock_path) {
                let dir = lock_path.with_extension("");
                fs_err::create_dir(&dir)?;
                return Ok(Self {
                    dir,
                    lock_path,
                    _lock: lock,
                    next: AtomicU64::new(0),
                    pins: Mutex::default(),
                });
            }
        }
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        &self.dir
    }

    /// A new, empty folder for one action.
    pub(crate) fn workspace(&self) -> Result<Workspace, StoreError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let dir = self.dir.join(number.to_string());
        fs_err::create_dir(&dir)?;
        Ok(Workspace { dir })
    }

    /// Writes down that this process relies on actions, before it looks whether they are done.
    pub(crate) fn pin(&self, keys: &[ActionKey]) -> Result<(), StoreError> {
        use std::io::Write;

        let bytes: Vec<u8> = keys.iter().flat_map(|key| *key.0.as_bytes()).collect();
        let mut pins = self.pins.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let file = match &mut *pins {
            Some(file) => file,
            none => none.insert(File::create(self.dir.join(PINS))?),
        };
        Ok(file.write_all(&bytes)?)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Err(error) = fs_err::remove_dir_all(&self.dir) {
            tracing::debug!(%error, "work folder not removed");
        }
        let _ = fs_err::remove_file(&self.lock_path);
    }
}

/// The folder of one action.
#[derive(Debug)]
pub struct Workspace {
    dir: PathBuf,
}

impl Workspace {
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
            tracing::debug!(%error, "work folder not removed");
        }
    }
}

/// Removes what killed processes left behind.
pub(crate) fn remove_leftovers(temporary: &Path) {
    for lock_path in locks(temporary) {
        // Held while it is cleaned up, so that no two processes do it together.
        let Ok(lock) = File::open(&lock_path) else { continue };
        if lock.file().try_lock().is_err() || !is_at(&lock, &lock_path) {
            continue;
        }
        let dir = lock_path.with_extension("");
        if dir.exists() {
            // Programs of the killed process that nobody waits for any more.
            end_processes_in(&dir);
            // One that is writing its last would be removed by the next process.
            if fs_err::remove_dir_all(&dir).is_err() {
                continue;
            }
        }
        let _ = fs_err::remove_file(&lock_path);
    }
}

/// The actions that processes rely on that are working in the store now.
pub(crate) fn pinned(temporary: &Path) -> Vec<ActionKey> {
    let mut keys = Vec::new();
    for lock_path in locks(temporary) {
        let bytes = fs_err::read(lock_path.with_extension("").join(PINS)).unwrap_or_default();
        let (whole, _) = bytes.as_chunks::<32>();
        keys.extend(whole.iter().map(|key| ActionKey(crate::Digest::from_bytes(*key))));
    }
    keys
}

fn locks(temporary: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs_err::read_dir(temporary) else { return Vec::new() };
    entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "lock"))
        .collect()
}
