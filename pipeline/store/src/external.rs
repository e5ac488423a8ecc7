//! Files outside the store: their digests, remembered by signature.
//!
//! A dataset of many gigabytes is neither copied into the store nor hashed on every run. The
//! index remembers, per absolute path, the signature and the digest; and per digest, the path
//! where a blob that belongs to an artifact can be found.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::objects::write_atomically;
use crate::sealed::{read_sealed, seal};
use crate::stat::FileSignature;
use crate::{Digest, StoreError, TreeFile};

/// Tells the time by the clock that stamps files where the store is, in ns since 1970.
pub(crate) type Clock<'a> = &'a (dyn Fn() -> i64 + Sync);

/// What is remembered of a file.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Entry {
    digest: Digest,
    signature: FileSignature,
    /// Whether the signature alone proves the content.
    settled: bool,
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<PathBuf, Entry>,
    /// Made when it is first asked for.
    by_digest: Option<BTreeMap<Digest, Vec<PathBuf>>>,
    loaded: bool,
    changed: bool,
}

/// The index of files outside the store.
#[derive(Debug)]
pub(crate) struct ExternalIndex {
    path: PathBuf,
    state: Mutex<State>,
}

impl ExternalIndex {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, state: Mutex::default() }
    }

    /// Digest and length of every file, hashing in parallel those whose signature is new.
    pub(crate) fn digests(
        &self,
        paths: &[PathBuf],
        now_ns: Clock<'_>,
    ) -> Result<Vec<TreeFile>, StoreError> {
        let known: Vec<Option<Entry>> = self
            .with_state(|state| paths.iter().map(|path| state.files.get(path).copied()).collect());
        // Asked once, before anything is hashed: a file that changes later than that is hashed again.
        let begin = OnceLock::new();
        let begin_ns = || *begin.get_or_init(now_ns);
        let found: Vec<Result<(TreeFile, Option<Entry>), StoreError>> = paths
            .par_iter()
            .zip(known)
            .with_min_len(64)
            .map(|(path, known)| look(path, known, &begin_ns))
            .collect();
        let mut files = Vec::with_capacity(paths.len());
        let mut failed = None;
        self.with_state(|state| {
            for (path, found) in paths.iter().zip(found) {
                match found {
                    Ok((file, None)) => files.push(file),
                    Ok((file, Some(entry))) => {
                        state.files.insert(path.clone(), entry);
                        state.by_digest = None;
                        state.changed = true;
                        files.push(file);
                    }
                    // The others need not be read again.
                    Err(error) => failed = failed.take().or(Some(error)),
                }
            }
        });
        failed.map_or(Ok(files), Err)
    }

    /// A path where a blob lies outside the store, checked to hold that content now.
    pub(crate) fn locate(&self, file: TreeFile, now_ns: Clock<'_>) -> Option<PathBuf> {
        let paths = self.with_state(|state| {
            let files = &state.files;
            let by_digest = state.by_digest.get_or_insert_with(|| {
                let mut by_digest: BTreeMap<Digest, Vec<PathBuf>> = BTreeMap::new();
                for (path, entry) in files {
                    by_digest.entry(entry.digest).or_default().push(path.clone());
                }
                by_digest
            });
            by_digest.get(&file.digest).cloned()
        })?;
        paths.into_iter().find(|path| {
            let found = self.digests(std::slice::from_ref(path), now_ns);
            found.is_ok_and(|found| found == [file])
        })
    }

    /// Writes the index if it changed.
    pub(crate) fn save(&self, temporary: &Path) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.changed {
            // What another process has learnt in the meantime is kept.
            for (path, entry) in self.read() {
                state.files.entry(path).or_insert(entry);
            }
            let rows: Vec<(&[u8], &Entry)> = state
                .files
                .iter()
                .map(|(path, entry)| (path.as_os_str().as_bytes(), entry))
                .collect();
            let bytes = postcard::to_allocvec(&rows).expect("an index is plain data");
            write_atomically(temporary, &self.path, &seal(&bytes))?;
            state.changed = false;
        }
        Ok(())
    }

    /// The index on disk; empty if there is none or it is damaged.
    fn read(&self) -> BTreeMap<PathBuf, Entry> {
        let Some(bytes) = read_sealed(&self.path) else { return BTreeMap::new() };
        let rows: Vec<(&[u8], Entry)> = postcard::from_bytes(&bytes).unwrap_or_default();
        rows.into_iter().map(|(path, entry)| (OsStr::from_bytes(path).into(), entry)).collect()
    }

    fn with_state<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        if !state.loaded {
            state.loaded = true;
            state.files = self.read();
        }
        f(&mut state)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Digest and length of a file, and what to remember of it if that is new.
fn look(
    path: &Path,
    known: Option<Entry>,
    now_ns: Clock<'_>,
) -> Result<(TreeFile, Option<Entry>), StoreError> {
    let signature = FileSignature::of(path)?;
    if let Some(known) = known.filter(|known| known.settled && known.signature == signature) {
        return Ok((TreeFile { digest: known.digest, size: signature.size }, None));
    }
    let begin_ns = now_ns();
    let digest = Digest::of_file(path)?;
    if FileSignature::of(path)? != signature {
        return Err(StoreError::SourceChanged { path: path.to_owned() });
    }
    let settled = signature.is_settled(begin_ns);
    let entry = Entry { digest, signature, settled };
    Ok((TreeFile { digest, size: signature.size }, Some(entry)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(dir: &Path) -> ExternalIndex {
        ExternalIndex::new(dir.join("external"))
    }

    /// Long after any file of a test was written.
    fn late() -> i64 {
        i64::MAX
    }

    fn digest(index: &ExternalIndex, path: &Path) -> TreeFile {
        index.digests(&[path.to_owned()], &late).unwrap()[0]
    }

    #[test]
    fn same_size_and_modification_time_but_other_content_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("volume");
        fs_err::write(&path, b"one").unwrap();
        let index = index(dir.path());
        let first = digest(&index, &path).digest;
        let modified = fs_err::metadata(&path).unwrap().modified().unwrap();
        fs_err::write(&path, b"two").unwrap();
        fs_err::OpenOptions::new()
            .write(true)
            .open(&path)
            .unwrap()
            .file()
            .set_modified(modified)
            .unwrap();
        let second = digest(&index, &path).digest;
        assert_ne!(first, second);
        assert_eq!(second, Digest::of_bytes(b"two"));
    }

    #[test]
    fn a_blob_is_found_only_while_the_file_still_holds_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("volume");
        fs_err::write(&path, b"one").unwrap();
        let index = index(dir.path());
        let file = digest(&index, &path);
        assert_eq!(file.size, 3);
        assert_eq!(index.locate(file, &late), Some(path.clone()));
        index.save(dir.path()).unwrap();
        let again = super::tests::index(dir.path());
        assert_eq!(again.locate(file, &late), Some(path.clone()));
        fs_err::write(&path, b"changed").unwrap();
        assert_eq!(again.locate(file, &late), None);
    }

    #[test]
    fn a_path_that_is_not_utf8_is_remembered() {
        use std::os::unix::ffi::OsStrExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
        fs_err::write(&path, b"one").unwrap();
        let index = index(dir.path());
        assert_eq!(digest(&index, &path).digest, Digest::of_bytes(b"one"));
        index.save(dir.path()).unwrap();
    }

    #[test]
    fn two_processes_keep_what_the_other_has_learnt() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs_err::write(path("a"), b"a").unwrap();
        fs_err::write(path("b"), b"b").unwrap();
        let (one, two) = (index(dir.path()), index(dir.path()));
        let (a, b) = (digest(&one, &path("a")), digest(&two, &path("b")));
        one.save(dir.path()).unwrap();
        two.save(dir.path()).unwrap();
        let third = index(dir.path());
        assert_eq!(
            (third.locate(a, &late), third.locate(b, &late)),
            (Some(path("a")), Some(path("b")))
        );
    }

    #[test]
    fn a_damaged_index_is_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        fs_err::write(dir.path().join("external"), b"damaged").unwrap();
        let path = dir.path().join("volume");
        fs_err::write(&path, b"one").unwrap();
        assert_eq!(digest(&index(dir.path()), &path).digest, Digest::of_bytes(b"one"));
    }
}
