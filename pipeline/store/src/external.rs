//! Files outside the store: their digests, remembered by signature.
//!
//! A dataset of many gigabytes is neither copied into the store nor hashed on every run. The
//! index remembers, per absolute path, the signature and the digest; and per digest, the path
//! where a blob that belongs to an artifact can be found.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::objects::write_atomically;
use crate::stat::FileSignature;
use crate::{Digest, StoreError};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Entry {
    digest: Digest,
    signature: FileSignature,
    /// Whether the signature alone proves the content.
    settled: bool,
}

#[derive(Debug, Default, Deserialize)]
struct Table {
    files: BTreeMap<PathBuf, Entry>,
}

#[derive(Debug, Default)]
struct State {
    table: Table,
    by_digest: BTreeMap<Digest, Vec<PathBuf>>,
    loaded: bool,
    changed: bool,
}

/// The index of files outside the store.
#[derive(Debug)]
pub(crate) struct ExternalIndex {
    path: PathBuf,
    temporary: PathBuf,
    state: Mutex<State>,
}

impl ExternalIndex {
    pub(crate) fn new(path: PathBuf, temporary: PathBuf) -> Self {
        Self { path, temporary, state: Mutex::default() }
    }

    /// Digest and length of a file, hashing it only when its signature is new.
    pub(crate) fn digest(&self, path: &Path) -> Result<(Digest, u64), StoreError> {
        let signature = FileSignature::of(path)?;
        if let Some(known) = self.with_state(|state| state.table.files.get(path).copied())
            && known.settled
            && known.signature == signature
        {
            return Ok((known.digest, signature.size));
        }
        let digest = Digest::of_file(path)?;
        let after = FileSignature::of(path)?;
        if after != signature {
            return Err(StoreError::SourceChanged { path: path.to_owned() });
        }
        let settled = signature.is_settled(self.file_system_time_ns()?);
        self.with_state(|state| {
            let entry = Entry { digest, signature, settled };
            state.table.files.insert(path.to_owned(), entry);
            let paths = state.by_digest.entry(digest).or_default();
            if !paths.iter().any(|known| known == path) {
                paths.push(path.to_owned());
            }
            state.changed = true;
        });
        Ok((digest, signature.size))
    }

    /// A path where a blob lies outside the store, checked to hold that content now.
    pub(crate) fn locate(&self, digest: Digest) -> Option<PathBuf> {
        let paths = self.with_state(|state| state.by_digest.get(&digest).cloned())?;
        paths
            .into_iter()
            .find(|path| matches!(self.digest(path), Ok((found, _)) if found == digest))
    }

    /// Writes the index if it changed.
    pub(crate) fn save(&self) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.changed {
            // What another process has learnt in the meantime is kept.
            for (path, entry) in self.read().files {
                state.table.files.entry(path).or_insert(entry);
            }
            // JSON has no place for a path that is not UTF-8; its file is hashed again next time.
            let files = &state.table.files;
            let files: BTreeMap<&str, &Entry> =
                files.iter().filter_map(|(path, entry)| Some((path.to_str()?, entry))).collect();
            let table = BTreeMap::from([("files", files)]);
            let bytes = serde_json::to_vec(&table).expect("an index is plain data");
            write_atomically(&self.temporary, &self.path, &bytes)?;
            state.changed = false;
        }
        Ok(())
    }

    /// The time by the clock that stamps files on this file system: what a fresh file gets.
    fn file_system_time_ns(&self) -> Result<i128, StoreError> {
        let probe = tempfile::NamedTempFile::new_in(&self.temporary)?;
        Ok(FileSignature::of(probe.path())?.changed_ns)
    }

    /// The index on disk; empty if there is none or it is damaged.
    fn read(&self) -> Table {
        fs_err::read(&self.path)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    fn with_state<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        if !state.loaded {
            state.loaded = true;
            state.table = self.read();
            let mut by_digest: BTreeMap<Digest, Vec<PathBuf>> = BTreeMap::new();
            for (path, entry) in &state.table.files {
                by_digest.entry(entry.digest).or_default().push(path.clone());
            }
            state.by_digest = by_digest;
        }
        f(&mut state)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(dir: &Path) -> ExternalIndex {
        ExternalIndex::new(dir.join("external.json"), dir.to_owned())
    }

    #[test]
    fn same_size_and_modification_time_but_other_content_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("volume");
        fs_err::write(&path, b"one").unwrap();
        let index = index(dir.path());
        let (first, _) = index.digest(&path).unwrap();
        let modified = fs_err::metadata(&path).unwrap().modified().unwrap();
        fs_err::write(&path, b"two").unwrap();
        fs_err::OpenOptions::new()
            .write(true)
            .open(&path)
            .unwrap()
            .file()
            .set_modified(modified)
            .unwrap();
        let (second, _) = index.digest(&path).unwrap();
        assert_ne!(first, second);
        assert_eq!(second, Digest::of_bytes(b"two"));
    }

    #[test]
    fn a_blob_is_found_only_while_the_file_still_holds_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("volume");
        fs_err::write(&path, b"one").unwrap();
        let index = index(dir.path());
        let (digest, size) = index.digest(&path).unwrap();
        assert_eq!(size, 3);
        assert_eq!(index.locate(digest), Some(path.clone()));
        index.save().unwrap();
        let again = super::tests::index(dir.path());
        assert_eq!(again.locate(digest), Some(path.clone()));
        fs_err::write(&path, b"changed").unwrap();
        assert_eq!(again.locate(digest), None);
    }

    #[test]
    fn a_path_that_is_not_utf8_is_hashed_but_not_remembered() {
        use std::os::unix::ffi::OsStrExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
        fs_err::write(&path, b"one").unwrap();
        let index = index(dir.path());
        assert_eq!(index.digest(&path).unwrap().0, Digest::of_bytes(b"one"));
        index.save().unwrap();
    }

    #[test]
    fn two_processes_keep_what_the_other_has_learnt() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs_err::write(path("a"), b"a").unwrap();
        fs_err::write(path("b"), b"b").unwrap();
        let (one, two) = (index(dir.path()), index(dir.path()));
        let (a, b) = (one.digest(&path("a")).unwrap().0, two.digest(&path("b")).unwrap().0);
        one.save().unwrap();
        two.save().unwrap();
        let third = index(dir.path());
        assert_eq!((third.locate(a), third.locate(b)), (Some(path("a")), Some(path("b"))));
    }

    #[test]
    fn a_damaged_index_is_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        fs_err::write(dir.path().join("external.json"), b"{\"files\":").unwrap();
        let path = dir.path().join("volume");
        fs_err::write(&path, b"one").unwrap();
        assert_eq!(index(dir.path()).digest(&path).unwrap().0, Digest::of_bytes(b"one"));
    }
}
