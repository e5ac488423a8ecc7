//! Finding a manifest and a dataset from a command line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pipeline_engine::stage::{SourceContext, SourceOrigin};

use crate::inventory::Inventory;
use crate::locate;
use crate::walk::{dataset_files, start_of};
use crate::{IngestError, Manifest};

/// Where a dataset is looked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct DatasetPlace<'a> {
    /// The dataset's own folder, or one that holds it under one of the manifest's folder names.
    pub root: Option<&'a Path>,
    /// The folder that holds the datasets' folders.
    pub data_root: Option<&'a Path>,
}

/// A dataset that was found: its manifest and its files.
#[derive(Debug, Clone)]
pub struct FoundDataset {
    /// What the files mean.
    pub manifest: Manifest,
    /// The folder in which the manifest's paths start.
    pub folder: PathBuf,
    /// Every file below it, by its path from there.
    pub(crate) files: BTreeMap<String, PathBuf>,
}

/// A manifest that was found.
#[derive(Debug, Clone)]
pub struct FoundManifest {
    /// What it says.
    pub manifest: Manifest,
    /// As it is written.
    pub text: String,
    /// The file; none for one that is part of the program.
    pub path: Option<PathBuf>,
}

/// Reads a manifest: by path, or by name in `data-manifests/` here or one folder up, or built in.
///
/// # Errors
/// [`IngestError::NoManifest`], or what is wrong with it.
pub fn find_manifest(name: &str) -> Result<FoundManifest, IngestError> {
    let located = locate::manifest(name, Path::new(""))?;
    let manifest = located.parse()?;
    Ok(match located.origin {
        SourceOrigin::Path(path) => {
            let text = fs_err::read_to_string(&path)?;
            FoundManifest { manifest, text, path: Some(path) }
        }
        SourceOrigin::Bytes(bytes) => {
            let text = String::from_utf8_lossy(bytes).into_owned();
            FoundManifest { manifest, text, path: None }
        }
    })
}

/// The folder under the data root that has one of the names the manifest gives, if it is there.
pub fn dataset_folder(manifest: &Manifest, data_root: &Path) -> Option<PathBuf> {
    let data_root = Some(data_root.to_path_buf());
    let context = SourceContext { data_root, ..SourceContext::default() };
    let candidates = locate::candidates(manifest, None, &context);
    candidates.into_iter().find(|folder| folder.is_dir())
}

/// Finds a dataset and lists its files.
///
/// # Errors
/// [`IngestError::NoDataset`] where no such folder is, [`IngestError::Walk`] where it cannot be
/// listed.
pub fn find_dataset(
    manifest: Manifest,
    place: DatasetPlace<'_>,
) -> Result<FoundDataset, IngestError> {
    let mut folders = candidates(&manifest, place)?.into_iter();
    let first = folders.next().expect("there is at least one candidate");
    let first = open(&manifest, &first)?;
    // The folder above the dataset's is easily meant; it counts only where it holds no case itself.
    if Inventory::of(&manifest, None, first.1.keys()).cases.is_empty() {
        for folder in folders {
            let (folder, files) = open(&manifest, &folder)?;
            if !Inventory::of(&manifest, None, files.keys()).cases.is_empty() {
                return Ok(FoundDataset { manifest, folder, files });
            }
        }
    }
    let (folder, files) = first;
    Ok(FoundDataset { manifest, folder, files })
}

/// Folders that are there, best first; never empty.
fn candidates(manifest: &Manifest, place: DatasetPlace<'_>) -> Result<Vec<PathBuf>, IngestError> {
    let context = SourceContext {
        data_root: place.data_root.map(Path::to_path_buf),
        ..SourceContext::default()
    };
    let Some(root) = place.root else {
        return Ok(vec![locate::dataset(manifest, None, &context)?]);
    };
    if !root.is_dir() {
        return Err(IngestError::NoDataset {
            name: manifest.file.name.clone(),
            looked: vec![format!("{} is not a folder", root.display())],
            obtain: manifest.file.obtain.trim().to_owned(),
        });
    }
    let below = manifest.file.folders.iter().map(|folder| root.join(folder));
    Ok(std::iter::once(root.to_path_buf()).chain(below.filter(|path| path.is_dir())).collect())
}

fn open(
    manifest: &Manifest,
    root: &Path,
) -> Result<(PathBuf, BTreeMap<String, PathBuf>), IngestError> {
    let folder = start_of(root, &manifest.file.layout.start);
    let files = dataset_files(&folder, manifest, None)?.files;
    Ok((folder, files))
}
