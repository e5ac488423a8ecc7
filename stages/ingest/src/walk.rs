//! The files of a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::IngestError;

/// Every file below a folder, by its path from there with `/`. Links are followed; names that
/// begin with `._` (the leavings of another operating system's archiver) are passed over.
pub(crate) fn files_below(root: &Path) -> Result<BTreeMap<String, PathBuf>, IngestError> {
    let kept = |entry: &DirEntry| !entry.file_name().to_string_lossy().starts_with("._");
    let mut files = BTreeMap::new();
    for entry in WalkDir::new(root).follow_links(true).into_iter().filter_entry(kept) {
        let entry = entry.map_err(|source| IngestError::Walk { root: root.to_owned(), source })?;
        if !entry.file_type().is_file() {
            continue;
        }
        let path = entry.path();
        let relative = path.strip_prefix(root).unwrap_or(path).components();
        let relative: Vec<_> = relative.map(|part| part.as_os_str().to_string_lossy()).collect();
        files.insert(relative.join("/"), path.to_owned());
    }
    Ok(files)
}

/// The folder in which a manifest's paths start: the first of `start` that exists.
pub(crate) fn start_of(root: &Path, start: &[String]) -> PathBuf {
    // `.` is not appended, so that paths in messages read well.
    let folder = |start: &String| if start == "." { root.to_owned() } else { root.join(start) };
    start.iter().map(folder).find(|path| path.is_dir()).unwrap_or_else(|| root.to_owned())
}
