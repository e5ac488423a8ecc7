//! Finding a manifest and a dataset from a command line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pipeline_engine::stage::{SourceContext, SourceOrigin};

use crate::inventory::Inventory;
use crate::locate;
use crate::survey::Survey;
use crate::walk::{dataset_files, start_of};
use crate::{IngestError, IngestParams, Manifest};

/// Where a dataset is looked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct DatasetPlace<'a> {
    /// The dataset's own folder, or one that holds it under one of the manifest's folder names.
    pub root: Option<&'a Path>,
    /// The folder that holds the datasets' folders.
    pub data_root: Option<&'a Path>,
    /// Only these parts of the release; none for all.
    pub splits: Option<&'a [String]>,
}

/// A dataset that was found: its manifest and its files.
#[derive(Debug, Clone)]
pub struct FoundDataset {
    /// What the files mean.
    pub manifest: Manifest,
    /// The folder in which the manifest's paths start.
    pub folder: PathBuf,
    /// Only these parts of the release were looked at.
    pub(crate) splits: Option<Vec<String>>,
    /// Every file below it, by its path from there, of these parts.
    pub(crate) files: BTreeMap<String, PathBuf>,
}

impl FoundDataset {
    /// How many cases there are, of these subjects or of all.
    pub fn case_count(&self, subjects: Option<&[String]>) -> usize {
        let inventory = Inventory::of(&self.manifest, subjects, self.files.keys());
        let params = self.params(subjects);
        let survey = Survey {
            manifest: &self.manifest,
            inventory: &inventory,
            files: &self.files,
            params: &params,
        };
        survey.prepare().scans.len()
    }

    /// What the stage would be asked for.
    pub(crate) fn params(&self, subjects: Option<&[String]>) -> IngestParams {
        IngestParams {
            manifest: self.manifest.file.name.clone(),
            name: None,
            root: None,
            splits: self.splits.clone(),
            channel: None,
            subjects: subjects.map(<[String]>::to_vec),
        }
    }
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
/// [`IngestError::NoDataset`] where no such folder is, [`IngestError::NoSuchSplit`] and
/// [`IngestError::NoSplit`] for parts that are not there, [`IngestError::Walk`] where a folder
/// cannot be listed.
pub fn find_dataset(
    manifest: &Manifest,
    place: DatasetPlace<'_>,
) -> Result<FoundDataset, IngestError> {
    let found = |(folder, files)| FoundDataset {
        manifest: manifest.clone(),
        folder,
        splits: place.splits.map(<[String]>::to_vec),
        files,
    };
    let holds_cases = |files: &Files| !Inventory::of(manifest, None, files.keys()).cases.is_empty();
    let mut first = None;
    // The folder above the dataset's is easily meant; it counts only where it holds no case itself.
    for folder in candidates(manifest, place)? {
        match open(manifest, &folder, place.splits) {
            Ok(opened) if holds_cases(&opened.1) => return Ok(found(opened)),
            other => first = first.or(Some(other)),
        }
    }
    first.expect("there is at least one candidate").map(found)
}

type Files = BTreeMap<String, PathBuf>;

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
    splits: Option<&[String]>,
) -> Result<(PathBuf, Files), IngestError> {
    let folder = start_of(root, &manifest.file.layout.start);
    let files = dataset_files(&folder, manifest, splits)?.files;
    Ok((folder, files))
}
