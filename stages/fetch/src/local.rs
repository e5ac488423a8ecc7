//! A file that is on this machine, checked before it is used and watched while it is.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::WantedDigest;
use crate::error::FetchError;

/// A file on this machine with the wanted digest.
#[derive(Debug)]
pub(crate) struct LocalFile {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Whether it is ours, to be linked into an output instead of copied.
    pub(crate) owned: bool,
    length: u64,
    modified: Option<SystemTime>,
}

impl LocalFile {
    /// Takes a file if its digest is the wanted one.
    pub(crate) fn check(
        path: &Path,
        wanted: &WantedDigest,
        owned: bool,
    ) -> Result<Self, FetchError> {
        let (length, modified) = stamp(path)?;
        let found = WantedDigest::of_file(wanted.algorithm(), path)?;
        if found != *wanted {
            return Err(FetchError::Digest { found, wanted: wanted.clone() });
        }
        Ok(Self { path: path.to_owned(), owned, length, modified })
    }

    /// Makes sure that what was used is what was checked.
    pub(crate) fn unchanged(&self) -> Result<(), FetchError> {
        if stamp(&self.path)? == (self.length, self.modified) {
            return Ok(());
        }
        Err(FetchError::Changed)
    }

    /// How many bytes it has.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Gives it a name in an output.
    pub(crate) fn place(&self, to: &Path) -> Result<(), FetchError> {
        if let Some(folder) = to.parent() {
            fs_err::create_dir_all(folder)?;
        }
        if !(self.owned && fs_err::hard_link(&self.path, to).is_ok()) {
            fs_err::copy(&self.path, to)?;
        }
        Ok(())
    }
}

fn stamp(path: &Path) -> Result<(u64, Option<SystemTime>), FetchError> {
    match fs_err::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok((metadata.len(), metadata.modified().ok())),
        Ok(_) => Err(FetchError::Missing),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(FetchError::Missing),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Algorithm;

    #[test]
    fn a_file_is_taken_for_its_digest_only_and_noticed_when_it_changes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        let wanted = crate::digest::Hasher::new(Algorithm::Md5).finish();
        assert!(matches!(LocalFile::check(&path, &wanted, false), Err(FetchError::Missing)));
        fs_err::write(&path, "").unwrap();
        let file = LocalFile::check(&path, &wanted, false).unwrap();
        file.unchanged().unwrap();
        fs_err::write(&path, "more").unwrap();
        assert!(matches!(file.unchanged(), Err(FetchError::Changed)));
        let refused = LocalFile::check(&path, &wanted, false);
        assert!(matches!(refused, Err(FetchError::Digest { .. })));
    }
}
