//! The files of a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::manifest::SPLIT;
use crate::{IngestError, Manifest};

/// What is below a folder.
#[derive(Debug, Default)]
pub(crate) struct Below {
    /// Every file, by its path from there with `/`.
    pub(crate) files: BTreeMap<String, PathBuf>,
    /// The folder, every one in it, and every link: what decides which files these are.
    pub(crate) looked_at: Vec<PathBuf>,
}

/// Lists the files of a dataset from the folder where the manifest's paths start.
///
/// Where the manifest gives splits their folders, files of a split have its name in place of the
/// folder, so that results do not depend on how the folder is called. With `wanted`, files of
/// other splits are left out.
///
/// # Errors
/// [`IngestError::Walk`], [`IngestError::NoSuchSplit`] for a wanted name that is no split, and
/// [`IngestError::NoSplit`] where a split is not there.
pub(crate) fn dataset_files(
    start: &Path,
    manifest: &Manifest,
    wanted: Option<&[String]>,
) -> Result<Below, IngestError> {
    let mut found = below(start)?;
    let known = manifest.split_names();
    if known.is_empty() {
        if let Some(wanted) = wanted {
            keep_splits(&mut found.files, manifest, wanted)?;
        }
        return Ok(found);
    }
    all_known(manifest, wanted.unwrap_or_default(), &known)?;
    let mut of_splits = BTreeMap::new();
    let mut moved = BTreeSet::new();
    for split in &manifest.file.layout.splits {
        let is_wanted = wanted.is_none_or(|list| list.contains(&split.name));
        let folders = || split.folders.iter().map(|folder| (folder, start.join(folder)));
        let there = folders().find(|(_, path)| path.is_dir());
        let Some((folder, _)) = there else {
            if !is_wanted {
                continue;
            }
            return Err(IngestError::NoSplit {
                dataset: manifest.file.name.clone(),
                split: split.name.clone(),
                looked: folders().map(|(_, path)| path).collect(),
                obtain: manifest.file.obtain.trim().to_owned(),
            });
        };
        // A link or an empty folder in its place would change the answer.
        found.looked_at.extend(folders().map(|(_, path)| path));
        let prefix = format!("{folder}/");
        for (path, file) in found.files.iter().filter(|(path, _)| path.starts_with(&prefix)) {
            moved.insert(path.clone());
            if is_wanted {
                of_splits.insert(format!("{}/{}", split.name, &path[prefix.len()..]), file.clone());
            }
        }
    }
    found.files.retain(|path, _| {
        // What lies elsewhere under a split's name is not of that split.
        let first = path.split_once('/').map(|(first, _)| first);
        !moved.contains(path) && first.is_none_or(|first| !known.contains(&first))
    });
    found.files.extend(of_splits);
    Ok(found)
}

/// Leaves out the files of other splits, where the split is a part of the path.
fn keep_splits(
    files: &mut BTreeMap<String, PathBuf>,
    manifest: &Manifest,
    wanted: &[String],
) -> Result<(), IngestError> {
    let volume = |path: &str| manifest.label_parts(path).or_else(|| manifest.image_parts(path));
    let split_of = |path: &str| {
        let parts = volume(path).or_else(|| manifest.attribute_parts(path));
        parts.and_then(|mut parts| parts.remove(SPLIT))
    };
    let splits: BTreeSet<String> =
        files.keys().filter_map(|path| volume(path)?.remove(SPLIT)).collect();
    all_known(manifest, wanted, &splits.iter().map(String::as_str).collect::<Vec<_>>())?;
    files.retain(|path, _| split_of(path).is_none_or(|split| wanted.contains(&split)));
    Ok(())
}

fn all_known(manifest: &Manifest, wanted: &[String], known: &[&str]) -> Result<(), IngestError> {
    match wanted.iter().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(IngestError::NoSuchSplit {
            dataset: manifest.file.name.clone(),
            split: name.clone(),
            known: known.iter().map(|name| (*name).to_owned()).collect(),
        }),
    }
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
