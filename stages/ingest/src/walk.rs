//! The files of a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::IngestError;

/// What is below a folder.
#[derive(Debug, Default)]
pub(crate) struct Below {
    /// Every file, by its path from there with `/`.
    pub(crate) files: BTreeMap<String, PathBuf>,
    /// The folder, every one in it, and every link: what decides which files these are.
    pub(crate) looked_at: Vec<PathBuf>,
}

/// Lists a folder. Links are followed; names that begin with `._` (the leavings of another
/// operating system's archiver) are passed over.
pub(crate) fn below(root: &Path) -> Result<Below, IngestError> {
    let kept = |entry: &DirEntry| !entry.file_name().to_string_lossy().starts_with("._");
    let mut below = Below::default();
    for entry in WalkDir::new(root).follow_links(true).into_iter().filter_entry(kept) {
        let entry = entry.map_err(|source| IngestError::Walk { root: root.to_owned(), source })?;
        let path = entry.path();
        if entry.file_type().is_dir() || entry.path_is_symlink() {
            below.looked_at.push(path.to_owned());
        }
        if !entry.file_type().is_file() {
            continue;
        }
        let relative = path.strip_prefix(root).unwrap_or(path).components();
        let relative: Vec<_> = relative.map(|part| part.as_os_str().to_string_lossy()).collect();
        below.files.insert(relative.join("/"), path.to_owned());
    }
    Ok(below)
}

/// The folder in which a manifest's paths start: the first of `start` that exists.
pub(crate) fn start_of(root: &Path, start: &[String]) -> PathBuf {
    starts(root, start).find(|path| path.is_dir()).unwrap_or_else(|| root.to_owned())
}

/// The folders among which [`start_of`] chooses.
pub(crate) fn starts(root: &Path, start: &[String]) -> impl Iterator<Item = PathBuf> {
    // `.` is not appended, so that paths in messages read well.
    let folder = |start: &String| if start == "." { root.to_owned() } else { root.join(start) };
    start.iter().map(folder)
}
