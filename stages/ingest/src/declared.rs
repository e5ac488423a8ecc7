//! The files that an image may be read from.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use stages_imaging::{Disk, ImageFiles, ImagingError, OpenFile};

/// A file of the dataset with what the manifest counts to it. What a header names beyond that would be
/// read without being part of any result's key.
pub(crate) struct Declared<'a>(pub(crate) BTreeSet<&'a Path>);

impl ImageFiles for Declared<'_> {
    fn open(&self, path: &Path) -> Result<OpenFile<'_>, ImagingError> {
        if self.0.contains(path) || !path.exists() {
            return Disk.open(path);
        }
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        let message = format!(
            "the manifest does not count this file to the image that names it; accepted is one of \
             the same name but for an ending listed in `layout.companions`, such as `{ending}`"
        );
        Err(ImagingError::Io { path: path.to_path_buf(), source: io::Error::other(message) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_declared_files_are_opened() {
        let dir = tempfile::tempdir().unwrap();
        let [known, other] = ["a.mhd", "b.raw"].map(|name| dir.path().join(name));
        for path in [&known, &other] {
            fs_err::write(path, "x").unwrap();
        }
        let declared = Declared(BTreeSet::from([known.as_path()]));
        assert_eq!(declared.open(&known).unwrap().length, 1);
        let error = declared.open(&other).err().unwrap();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.ends_with("`layout.companions`, such as `raw`"), "{cause}");
        let missing = declared.open(&dir.path().join("c.raw")).err().unwrap();
        assert!(matches!(missing, ImagingError::Io { source, .. }
            if source.kind() == io::ErrorKind::NotFound));
    }
}
