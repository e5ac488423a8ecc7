//! The files that stages exported, as a run left them.

use std::collections::BTreeMap;
use std::path::Path;

use pipeline_engine::Report;
use pipeline_store::{Digest, Store};

/// Larger files are not read: a table or drawing of this size helps nobody on a page.
const LARGEST: usize = 8 << 20;
/// Names of files that the page can use end in one of these.
const USED: [&str; 7] = ["html", "tex", "csv", "typ", "md", "json", "svg"];

/// An exported file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ExportedFile {
    /// Its text.
    Text(String),
    /// Why it is not shown.
    Unreadable(String),
}

/// Exported files by relative path; only those that the page can use.
pub(super) type Files = BTreeMap<String, ExportedFile>;

/// Reads the files that a report lists. A later run may have written others to the same places: then
/// the store has what this one left.
pub(super) fn exported_files(report: &Report, folder: &Path, store: &Store) -> Files {
    let used = report.exported.iter().filter(|(path, _)| {
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
        USED.contains(&ending)
    });
    used.map(|(path, digest)| (path.clone(), read(&folder.join(path), *digest, store))).collect()
}

fn read(path: &Path, digest: Digest, store: &Store) -> ExportedFile {
    let here = fs_err::metadata(path).is_ok_and(|found| found.len() <= LARGEST as u64);
    let bytes = here.then(|| fs_err::read(path).ok()).flatten();
    let bytes = bytes.filter(|bytes| Digest::of_bytes(bytes) == digest);
    let Some(bytes) = bytes.or_else(|| store.get_bytes(digest)) else {
        let why = "it is not in the run's folder as the run left it, and not in the store";
        return ExportedFile::Unreadable(why.into());
    };
    if bytes.len() > LARGEST {
        let why = format!("it is larger than {} MiB", LARGEST >> 20);
        return ExportedFile::Unreadable(why);
    }
    match String::from_utf8(bytes) {
        Ok(text) => ExportedFile::Text(text),
        Err(_) => ExportedFile::Unreadable("it is not text".into()),
    }
}

/// The text of a file, if it is there and readable.
pub(super) fn text<'a>(files: &'a Files, path: &str) -> Option<&'a str> {
    match files.get(path)? {
        ExportedFile::Text(text) => Some(text),
        ExportedFile::Unreadable(_) => None,
    }
}
