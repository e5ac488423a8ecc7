//! Turning what an action wrote into an artifact.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::objects::Objects;
use crate::{Digest, StoreError, TreeFile};

/// Moves the files of a folder on the store's file system into the store. Links to objects, such
/// as a copied input, become part of the artifact as what they link to.
pub(crate) fn keep_files(
    folder: &Path,
    objects: &Objects,
) -> Result<BTreeMap<String, TreeFile>, StoreError> {
    let mut found = Vec::new();
    list_files(folder, "", &mut found)?;
    if let [only] = found.as_slice() {
        return Ok(BTreeMap::from([keep_file(only, objects)?]));
    }
    found.par_iter().map(|found| keep_file(found, objects)).collect()
}

struct Found {
    relative: String,
    path: PathBuf,
    is_link: bool,
}

fn keep_file(found: &Found, objects: &Objects) -> Result<(String, TreeFile), StoreError> {
    let path = &found.path;
    if found.is_link {
        let file =
            linked(path, objects).ok_or_else(|| StoreError::NotAFile { path: path.clone() })?;
        return Ok((found.relative.clone(), file));
    }
    let size = fs_err::metadata(path)?.len();
    let file = TreeFile { digest: Digest::of_file(path)?, size };
    objects.adopt(path, file)?;
    Ok((found.relative.clone(), file))
}

/// The object that a link leads to.
fn linked(path: &Path, objects: &Objects) -> Option<TreeFile> {
    let target = fs_err::canonicalize(path).ok()?;
    let root = fs_err::canonicalize(objects.root()).ok()?;
    let digest = objects.digest_of_path(&objects.root().join(target.strip_prefix(root).ok()?))?;
    let file = TreeFile { digest, size: fs_err::metadata(&target).ok()?.len() };
    objects.has(file).then_some(file)
}

/// Every file beneath a folder with its relative path. Special files are refused.
fn list_files(folder: &Path, prefix: &str, found: &mut Vec<Found>) -> Result<(), StoreError> {
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let Ok(name) = entry.file_name().into_string() else {
            return Err(StoreError::NotUtf8 { path });
        };
        let relative = format!("{prefix}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            list_files(&path, &format!("{relative}/"), found)?;
        } else if kind.is_file() || kind.is_symlink() {
            found.push(Found { relative, path, is_link: kind.is_symlink() });
        } else {
            return Err(StoreError::NotAFile { path });
        }
    }
    Ok(())
}
