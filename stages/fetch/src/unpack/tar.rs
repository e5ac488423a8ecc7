//! Tar archives.

use std::io::Read;

use tar::{Archive, EntryType};

use super::target::Target;
use crate::error::FetchError;

/// Unpacks an archive from a stream.
pub(super) fn unpack(from: impl Read, target: &mut Target<'_>) -> Result<(), FetchError> {
    let unreadable = |error: std::io::Error| FetchError::Unpack(format!("{error}"));
    let mut archive = Archive::new(from);
    for entry in archive.entries().map_err(unreadable)? {
        let mut entry = entry.map_err(unreadable)?;
        target.entry()?;
        let path = entry.path().map_err(unreadable)?.into_owned();
        match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                target.file(&path, &mut entry)?;
            }
            EntryType::Directory => target.folder(&path)?,
            // A comment on the archive as a whole.
            EntryType::XGlobalHeader => {}
            other => {
                return Err(FetchError::Unpack(format!(
                    "`{}` is no file ({}); links and devices are not unpacked",
                    path.display(),
                    named(other)
                )));
            }
        }
    }
    Ok(())
}

fn named(kind: EntryType) -> &'static str {
    match kind {
        EntryType::Symlink => "a symbolic link",
        EntryType::Link => "a hard link",
        EntryType::Char | EntryType::Block => "a device",
        EntryType::Fifo => "a pipe",
        _ => "an unknown kind of entry",
    }
}
