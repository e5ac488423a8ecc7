//! What the store's folder looks like: the only place of these tests that knows.

use std::path::{Path, PathBuf};

use pipeline_store::Digest;

/// Digits of a digest.
const DIGITS: usize = 64;

/// Files beside the folders of a store that hold nothing of it.
const NO_INDEXES: [&str; 3] = ["CACHEDIR.TAG", ".gitignore", "gate"];

/// The files of a store, by what they are.
pub(crate) struct StoreFiles {
    root: PathBuf,
}

/// A file named by its digest.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub(crate) digest: String,
    pub(crate) path: PathBuf,
}

impl Object {
    /// The digest of what it holds.
    pub(crate) fn found(&self) -> Option<String> {
        Digest::of_file(&self.path).ok().map(|digest| digest.to_string())
    }

    /// Whether it is the listing of an artifact.
    pub(crate) fn is_tree(&self) -> bool {
        fs_err::read(&self.path).is_ok_and(|bytes| bytes.starts_with(b"{\"files\":"))
    }
}

impl StoreFiles {
    /// Of the store in a folder: its newest layout.
    pub(crate) fn of(folder: &Path) -> Self {
        let layouts = fs_err::read_dir(folder).map(|entries| {
            entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).max()
        });
        Self { root: layouts.ok().flatten().unwrap_or_else(|| folder.to_owned()) }
    }

    /// Every object, ordered by digest.
    pub(crate) fn objects(&self) -> Vec<Object> {
        let paths = files(&self.root.join("objects"));
        let object = |path: PathBuf| {
            let name = path.display().to_string().replace('/', "");
            let digest = name[name.len().saturating_sub(DIGITS)..].to_owned();
            Object { digest, path }
        };
        paths.into_iter().map(object).collect()
    }

    /// The record of every finished action.
    pub(crate) fn records(&self) -> Vec<PathBuf> {
        files(&self.root.join("actions"))
    }

    /// The digests of the logs of finished actions.
    pub(crate) fn logs(&self) -> Vec<String> {
        let log = |path: &PathBuf| {
            let record: serde_json::Value =
                serde_json::from_slice(&fs_err::read(path).ok()?).ok()?;
            // The record itself lies beside its checksum.
            let record = record.get("record").unwrap_or(&record);
            Some(record["provenance"]["log"].as_str()?.to_owned())
        };
        self.records().iter().filter_map(log).collect()
    }

    /// Files that only save work: the index of outside files and its like.
    pub(crate) fn indexes(&self) -> Vec<PathBuf> {
        let entries = fs_err::read_dir(&self.root).into_iter().flatten().flatten();
        entries
            .map(|entry| entry.path())
            .filter(|path| path.is_file())
            .filter(|path| !NO_INDEXES.iter().any(|name| path.ends_with(name)))
            .collect()
    }

    /// What is left where files are made.
    pub(crate) fn temporary(&self) -> Vec<PathBuf> {
        self.list("tmp")
    }

    /// What attempts that did not end have left to the next one.
    pub(crate) fn unfinished(&self) -> Vec<PathBuf> {
        self.list("partial")
    }

    fn list(&self, folder: &str) -> Vec<PathBuf> {
        let entries = fs_err::read_dir(self.root.join(folder)).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    }
}

/// Every file below a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
