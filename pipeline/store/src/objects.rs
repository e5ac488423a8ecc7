//! The object folder: files named by their digest, written once, never changed.

use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::stat::FileSignature;
use crate::{Digest, StoreError, TreeFile};

/// Files by digest, in 256 folders.
#[derive(Debug)]
pub(crate) struct Objects {
    root: PathBuf,
    /// What objects looked like when this process knew their content to be right.
    seen: Mutex<BTreeMap<Digest, FileSignature>>,
}

/// What is wrong with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// It is not there.
    Missing,
    /// It had other content, and was removed.
    Damaged,
}

impl Objects {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root, seen: Mutex::default() }
    }

    /// The folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where an object lies or would lie.
    pub(crate) fn path(&self, digest: Digest) -> PathBuf {
        let name = digest.to_string();
        let mut path = String::with_capacity(self.root.as_os_str().len() + name.len() + 2);
        path.push_str(&name[..2]);
        path.push('/');
        path.push_str(&name[2..]);
        self.root.join(path)
    }

    /// The digest that a path below the folder stands for.
    pub(crate) fn digest_of_path(&self, path: &Path) -> Option<Digest> {
        let relative = path.strip_prefix(&self.root).ok()?.to_str()?;
        let (folder, rest) = relative.split_once('/')?;
        (folder.len() == 2).then(|| format!("{folder}{rest}").parse().ok())?
    }

    /// Looks whether an object is there with its content. It is read only if it does not look as
    /// it did when its content was `known`; one with other content is removed, so that it is made
    /// again.
    pub(crate) fn check(
        &self,
        file: TreeFile,
        known: Option<FileSignature>,
    ) -> Result<FileSignature, Flaw> {
        let path = self.path(file.digest);
        let Ok(signature) = FileSignature::of(&path) else { return Err(Flaw::Missing) };
        if signature.size == file.size {
            if known == Some(signature) || self.seen().get(&file.digest) == Some(&signature) {
                return Ok(signature);
            }
            if Digest::of_file(&path).is_ok_and(|found| found == file.digest) {
                self.seen().insert(file.digest, signature);
                return Ok(signature);
            }
        }
        tracing::warn!(
            object = %file.digest,
            "an object of the store did not hold its content any more; it is removed and made again"
        );
        let _ = fs_err::remove_file(&path);
        Err(Flaw::Damaged)
    }

    /// Whether the object is there with its content.
    pub(crate) fn has(&self, file: TreeFile) -> bool {
        self.check(file, None).is_ok()
    }

    /// Moves a file of the same file system, whose digest was just computed, into the store. An
    /// object that is there already is replaced unless its content is known to be right.
    pub(crate) fn adopt(&self, source: &Path, file: TreeFile) -> Result<(), StoreError> {
        if self.is_seen(file) {
            return Ok(());
        }
        let path = self.path(file.digest);
        fs_err::set_permissions(source, std::fs::Permissions::from_mode(0o444))?;
        if fs_err::rename(source, &path).is_err() {
            make_parent(&path)?;
            fs_err::rename(source, &path)?;
        }
        self.see(file.digest, &path)
    }

    /// Stores bytes under their digest.
    pub(crate) fn put(&self, bytes: &[u8], temporary: &Path) -> Result<TreeFile, StoreError> {
        let file = TreeFile { digest: Digest::of_bytes(bytes), size: bytes.len() as u64 };
        if !self.is_seen(file) {
            let path = self.path(file.digest);
            let written = write_to_temporary(temporary, bytes, 0o444)?;
            persist(written, &path)?;
            self.see(file.digest, &path)?;
        }
        Ok(file)
    }

    /// The bytes of a small object, verified.
    pub(crate) fn get(&self, digest: Digest) -> Option<Vec<u8>> {
        let path = self.path(digest);
        let bytes = fs_err::read(&path).ok()?;
        if Digest::of_bytes(&bytes) == digest {
            return Some(bytes);
        }
        tracing::warn!(
            object = %digest,
            "an object of the store did not hold its content any more; it is removed and made again"
        );
        let _ = fs_err::remove_file(&path);
        None
    }

    /// Whether this process made or checked the object and nothing has touched it since.
    fn is_seen(&self, file: TreeFile) -> bool {
        let Some(seen) = self.seen().get(&file.digest).copied() else { return false };
        FileSignature::of(&self.path(file.digest)).is_ok_and(|now| now == seen)
    }

    fn see(&self, digest: Digest, path: &Path) -> Result<(), StoreError> {
        let signature = FileSignature::of(path)?;
        self.seen().insert(digest, signature);
        Ok(())
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, BTreeMap<Digest, FileSignature>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes a file that others may be reading, through a temporary file in its own folder: it is
/// there whole or not at all, and readable by everyone.
///
/// # Errors
/// What the operating system says, with the file's name.
pub fn write_beside(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    make_parent(path)?;
    write_atomically(path.parent().unwrap_or(Path::new(".")), path, bytes)
}

/// Writes a file so that it is there whole or not at all.
pub(crate) fn write_atomically(temporary: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    persist(write_to_temporary(temporary, bytes, 0o644)?, path)
}

fn write_to_temporary(
    temporary: &Path,
    bytes: &[u8],
    mode: u32,
) -> std::io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .permissions(std::fs::Permissions::from_mode(mode))
        .tempfile_in(temporary)
        .map_err(|error| named(temporary, &error))?;
    file.write_all(bytes).map_err(|error| named(file.path(), &error))?;
    Ok(file)
}

/// Renames a temporary file into place, making the folder only if it is not there.
fn persist(file: tempfile::NamedTempFile, path: &Path) -> std::io::Result<()> {
    let Err(failed) = file.persist(path) else { return Ok(()) };
    if failed.error.kind() != std::io::ErrorKind::NotFound {
        return Err(named(path, &failed.error));
    }
    make_parent(path)?;
    failed.file.persist(path).map(drop).map_err(|failed| named(path, &failed.error))
}

/// The error with the file it is about.
fn named(path: &Path, error: &std::io::Error) -> std::io::Error {
    std::io::Error::new(error.kind(), format!("cannot write {}: {error}", path.display()))
}

fn make_parent(path: &Path) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), fs_err::create_dir_all)
}
