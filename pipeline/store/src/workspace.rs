//! The folders a process and its actions work in; gone when they are over.

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use fs_err::File;

use crate::orphans::end_processes_in;
use crate::stat::FileSignature;
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
    spare: Arc<Spare>,
    pins: Mutex<Option<File>>,
}

/// Emptied folders of actions, by the folders in them. Most actions have as many inputs and outputs
/// as one before them, and a file system is slower at making and removing folders than at anything
/// else that an action needs.
#[derive(Debug, Default)]
struct Spare(Mutex<BTreeMap<Vec<String>, Vec<PathBuf>>>);

impl Spare {
    fn take(&self, folders: &[String]) -> Option<PathBuf> {
        self.lock().get_mut(folders)?.pop()
    }

    fn put(&self, folders: Vec<String>, dir: PathBuf) {
        self.lock().entry(folders).or_default().push(dir);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Vec<String>, Vec<PathBuf>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
                    spare: Arc::default(),
                    pins: Mutex::default(),
                });
            }
        }
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        &self.dir
    }

    /// When it was created, by the clock that stamps files.
    pub(crate) fn began_ns(&self) -> Result<i64, StoreError> {
        Ok(FileSignature::of(&self.lock_path)?.changed_ns)
    }

    /// A folder for one action with these empty folders in it.
    pub(crate) fn workspace(&self, folders: Vec<String>) -> Result<Workspace, StoreError> {
        let spare = Arc::clone(&self.spare);
        if let Some(dir) = spare.take(&folders) {
            return Ok(Workspace { dir, folders, spare });
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let dir = self.dir.join(number.to_string());
        fs_err::create_dir(&dir)?;
        let workspace = Workspace { dir, folders, spare };
        for folder in &workspace.folders {
            fs_err::create_dir_all(workspace.folder(folder))?;
        }
        Ok(workspace)
    }

    /// Writes down that this process relies on actions, before it looks whether they are done.
    pub(crate) fn pin(&self, keys: &[ActionKey]) -> Result<(), StoreError> {
        use std::io::Write;

        let bytes: Vec<u8> = keys.iter().flat_map(|key| *key.0.as_bytes()).collect();
        let mut pins = self.pins.lock().unwrap_or_else(PoisonError::into_inner);
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
    folders: Vec<String>,
    spare: Arc<Spare>,
}

impl Workspace {
    /// The path of a folder inside.
    pub fn folder(&self, relative: &str) -> PathBuf {
        self.dir.join(relative)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// Empties the folder and leaves it to a later action. Nothing may be running in it any more.
    pub fn hand_on(mut self) {
        if self.empty(&self.dir, "").is_ok() {
            let dir = std::mem::take(&mut self.dir);
            self.spare.put(std::mem::take(&mut self.folders), dir);
        }
    }

    /// Removes everything but the folders that it was made with.
    fn empty(&self, dir: &Path, relative: &str) -> std::io::Result<()> {
        // A program may have closed it.
        let mode = fs_err::metadata(dir)?.mode();
        if mode & 0o700 != 0o700 {
            fs_err::set_permissions(dir, std::fs::Permissions::from_mode(mode & 0o777 | 0o700))?;
        }
        for entry in fs_err::read_dir(dir)? {
            let entry = entry?;
            let path = entry.path();
            if !entry.file_type()?.is_dir() {
                fs_err::remove_file(path)?;
                continue;
            }
            let name = entry.file_name();
            let inner = match (relative, name.to_string_lossy()) {
                ("", name) => name.into_owned(),
                (outer, name) => format!("{outer}/{name}"),
            };
            if !self.folders.iter().any(|folder| is_at_or_above(&inner, folder)) {
                fs_err::remove_dir_all(path)?;
                continue;
            }
            self.empty(&path, &inner)?;
        }
        Ok(())
    }
}

/// Whether a folder is another one or lies on the way to it.
fn is_at_or_above(folder: &str, other: &str) -> bool {
    other.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl Drop for Workspace {
    fn drop(&mut self) {
        if self.dir.as_os_str().is_empty() {
            return;
        }
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

/// Whether the open file is still the one at the path.
fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs_err::metadata(path)) {
        (Ok(open), Ok(there)) => (open.dev(), open.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}
