//! The object folder: files named by their digest, written once, never changed.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::{Digest, StoreError};

/// Files by digest, in 256 folders.
#[derive(Debug)]
pub(crate) struct Objects {
    root: PathBuf,
    temporary: PathBuf,
}

impl Objects {
    pub(crate) fn new(root: PathBuf, temporary: PathBuf) -> Self {
        Self { root, temporary }
    }

    /// Where an object lies or would lie.
    pub(crate) fn path(&self, digest: Digest) -> PathBuf {
        let name = digest.to_string();
        self.root.join(&name[..2]).join(&name[2..])
    }

    /// Whether the object is there with this length. A file of another length is damaged: it is
    /// removed, so that it is made again.
    pub(crate) fn has(&self, digest: Digest, size: u64) -> bool {
        let path = self.path(digest);
        match fs_err::metadata(&path) {
            Ok(meta) if meta.len() == size => true,
            Ok(meta) => {
                tracing::warn!(object = %digest, expected = size, found = meta.len(), "damaged object removed");
                let _ = fs_err::remove_file(&path);
                false
            }
            Err(_) => false,
        }
    }

    /// Moves a file of the same file system into the store under its digest.
    pub(crate) fn adopt(&self, file: &Path, digest: Digest, size: u64) -> Result<(), StoreError> {
        if self.has(digest, size) {
            return Ok(());
        }
        let path = self.path(digest);
        make_parent(&path)?;
        fs_err::set_permissions(file, std::fs::Permissions::from_mode(0o444))?;
        fs_err::rename(file, &path)?;
        Ok(())
    }

    /// Stores bytes under their digest.
    pub(crate) fn put(&self, bytes: &[u8]) -> Result<Digest, StoreError> {
        let digest = Digest::of_bytes(bytes);
        if !self.has(digest, bytes.len() as u64) {
            let path = self.path(digest);
            write_atomically(&self.temporary, &path, bytes)?;
            fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o444))?;
        }
        Ok(digest)
    }

    /// The bytes of a small object, verified.
    pub(crate) fn get(&self, digest: Digest) -> Option<Vec<u8>> {
        let path = self.path(digest);
        let bytes = fs_err::read(&path).ok()?;
        if Digest::of_bytes(&bytes) == digest {
            return Some(bytes);
        }
        tracing::warn!(object = %digest, "damaged object removed");
        let _ = fs_err::remove_file(&path);
        None
    }
}

/// Writes a file that others may be reading, through a temporary file in its own folder: it is
/// there whole or not at all, and readable by everyone.
///
/// # Errors
/// What the operating system says, with the file's name.
pub fn write_beside(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    write_atomically(path.parent().unwrap_or(Path::new(".")), path, bytes)
}

/// Writes a file so that it is there whole or not at all.
pub(crate) fn write_atomically(temporary: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    make_parent(path)?;
    let mut file = tempfile::NamedTempFile::new_in(temporary)?;
    file.write_all(bytes)?;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn make_parent(path: &Path) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), fs_err::create_dir_all)
}
