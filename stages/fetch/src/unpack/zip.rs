//! Zip archives.

use std::io::{Read, Seek};
use std::path::Path;

use zip::ZipArchive;

use super::target::Target;
use crate::error::FetchError;

/// Unpacks an archive from a file.
pub(super) fn unpack(from: impl Read + Seek, target: &mut Target<'_>) -> Result<(), FetchError> {
    let unreadable = |error: zip::result::ZipError| FetchError::Unpack(error.to_string());
    let mut archive = ZipArchive::new(from).map_err(unreadable)?;
    for index in 0..archive.len() {
        target.entry()?;
        let entry = archive.by_index(index).map_err(unreadable)?;
        let name = entry.name().map_err(unreadable)?.into_owned();
        let path = Path::new(&name);
        if entry.is_symlink() {
            let message = format!("`{name}` is a symbolic link; links are not unpacked");
            return Err(FetchError::Unpack(message));
        }
        if entry.is_dir() {
            target.folder(path)?;
        } else {
            target.file(path, entry)?;
        }
    }
    Ok(())
}
