//! Finding a manifest and a dataset from a command line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pipeline_engine::stage::SourceContext;

use crate::inventory::Inventory;
use crate::locate;
use crate::walk::{below, start_of};
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

/// Reads a manifest: by path, or by name in `data-manifests/` here or one folder up, or built in.
///
/// # Errors
/// [`IngestError::NoManifest`], or what is wrong with it.
pub fn find_manifest(name: &str) -> Result<Manifest, IngestError> {
    locate::manifest(name, Path::new(""))?.parse()
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
    let files = below(&folder)?.files;
    Ok((folder, files))
}
