//! Everything that lies in a store, listed.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rayon::prelude::*;

use crate::record::key_of_path;
use crate::{ActionKey, Digest, Store, StoreError};

/// A file below the folder of objects.
#[derive(Debug, Clone)]
pub(crate) struct StoredObject {
    pub(crate) path: PathBuf,
    /// None if the file's name is no digest.
    pub(crate) digest: Option<Digest>,
    pub(crate) size: u64,
}

/// A file below the folder of records.
#[derive(Debug, Clone)]
pub(crate) struct StoredRecord {
    pub(crate) path: PathBuf,
    /// None if the file's name is no key.
    pub(crate) key: Option<ActionKey>,
    pub(crate) written: SystemTime,
}

impl Store {
    /// Every object, ordered by digest.
    pub(crate) fn list_objects(&self) -> Result<Vec<StoredObject>, StoreError> {
        let found = files_of_folders(self.objects.root())?;
        let mut objects: Vec<StoredObject> = found
            .into_par_iter()
            // One that is collected by another process at this moment is no error.
            .filter_map(|path| {
                let size = fs_err::metadata(&path).ok()?.len();
                Some(StoredObject { digest: self.objects.digest_of_path(&path), path, size })
            })
            .collect();
        objects.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(objects)
    }

    /// Every record, ordered by key.
    pub(crate) fn list_records(&self) -> Result<Vec<StoredRecord>, StoreError> {
        let found = files_of_folders(&self.root.join("actions"))?;
        let mut records: Vec<StoredRecord> = found
            .into_par_iter()
            .filter_map(|path| {
                let written = fs_err::metadata(&path).ok()?.modified().ok()?;
                Some(StoredRecord { key: key_of_path(&path), path, written })
            })
            .collect();
        records.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(records)
    }
}

/// The files in the folders in a folder.
fn files_of_folders(root: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut files = Vec::new();
    for folder in fs_err::read_dir(root)? {
        let folder = folder?.path();
        if !folder.is_dir() {
            continue;
        }
        for entry in fs_err::read_dir(&folder)? {
            files.push(entry?.path());
        }
    }
    Ok(files)
}
