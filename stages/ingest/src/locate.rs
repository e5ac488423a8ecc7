//! Where a manifest and a dataset are.

use std::path::{Path, PathBuf};

use pipeline_engine::stage::{SourceContext, SourceOrigin};
use pipeline_spec::{quoted_list, suggest};

use crate::{IngestError, Manifest, embedded_manifests};

/// The folder of source names that holds the manifest.
pub(crate) const MANIFEST_FOLDER: &str = "manifest/";

/// A manifest that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LocatedManifest {
    /// Its name among the action's sources: `manifest/<file name>`.
    pub(crate) source: String,
    /// Where its bytes are.
    pub(crate) origin: SourceOrigin,
    /// Where it was looked for.
    pub(crate) looked: Vec<PathBuf>,
}

impl LocatedManifest {
    fn file(path: PathBuf, looked: Vec<PathBuf>) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let source = format!("{MANIFEST_FOLDER}{name}");
        Self { source, origin: SourceOrigin::Path(path), looked }
    }

    /// Reads and checks it.
    pub(crate) fn parse(&self) -> Result<Manifest, IngestError> {
        match &self.origin {
            SourceOrigin::Path(path) => Manifest::parse(&fs_err::read_to_string(path)?, path),
            SourceOrigin::Bytes(bytes) => {
                let name = self.source.trim_start_matches(MANIFEST_FOLDER);
                Manifest::parse(&String::from_utf8_lossy(bytes), Path::new(name))
            }
        }
    }
}

/// Finds a manifest by path, or by name: beside the experiment, one folder up, or built in.
pub(crate) fn manifest(name: &str, experiment_dir: &Path) -> Result<LocatedManifest, IngestError> {
    let is_yaml =
        |path: &Path| path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
    if name.contains(['/', '\\']) || is_yaml(Path::new(name)) {
        let path = experiment_dir.join(name);
        if path.is_file() {
            return Ok(LocatedManifest::file(path, Vec::new()));
        }
        let help = "a path is taken relative to the experiment's folder".to_owned();
        return Err(IngestError::NoManifest { name: name.to_owned(), looked: vec![path], help });
    }
    let folders = [experiment_dir.join("data-manifests"), experiment_dir.join("../data-manifests")];
    let looked: Vec<PathBuf> =
        folders.iter().map(|folder| folder.join(format!("{name}.yaml"))).collect();
    if let Some(path) = looked.iter().find(|path| path.is_file()) {
        return Ok(LocatedManifest::file(path.clone(), looked));
    }
    if let Some((_, bytes)) = embedded_manifests().iter().find(|(known, _)| *known == name) {
        let source = format!("{MANIFEST_FOLDER}{name}.yaml");
        return Ok(LocatedManifest { source, origin: SourceOrigin::Bytes(bytes), looked });
    }
    let mut known: Vec<&str> = embedded_manifests().iter().map(|(name, _)| *name).collect();
    known.sort_unstable();
    let guess = suggest(name, &known).map(|name| format!("did you mean `{name}`? "));
    let help = format!(
        "{}built in are {}; or give the path of a manifest of your own, such as `./mine.yaml`",
        guess.unwrap_or_default(),
        quoted_list(known)
    );
    Err(IngestError::NoManifest { name: name.to_owned(), looked, help })
}

/// Finds the folder of a dataset: where `root` says, or under the data root by the names in the
/// manifest.
pub(crate) fn dataset(
    manifest: &Manifest,
    root: Option<&str>,
    context: &SourceContext,
) -> Result<PathBuf, IngestError> {
    let candidates = candidates(manifest, root, context);
    if let Some(found) = candidates.iter().find(|path| path.is_dir()) {
        return Ok(found.clone());
    }
    let mut looked: Vec<String> =
        candidates.iter().map(|path| format!("looked for the folder {}", path.display())).collect();
    looked.dedup();
    match &context.data_root {
        None if root.is_none() => looked.push("no data root was given".to_owned()),
        Some(data) if !data.is_dir() => {
            looked.push(format!("the data root {} is not a folder", data.display()));
        }
        Some(data) => looked.push(format!("the data root holds {}", folders_in(data))),
        None => {}
    }
    Err(IngestError::NoDataset {
        name: manifest.file.name.clone(),
        looked,
        obtain: manifest.file.obtain.trim().to_owned(),
    })
}

/// The folders among which [`dataset`] chooses.
pub(crate) fn candidates(
    manifest: &Manifest,
    root: Option<&str>,
    context: &SourceContext,
) -> Vec<PathBuf> {
    match (root, &context.data_root) {
        // Joining an absolute path gives that path.
        (Some(root), Some(data)) => vec![data.join(root), context.experiment_dir.join(root)],
        (Some(root), None) => vec![context.experiment_dir.join(root)],
        (None, Some(data)) => {
            // The data root may be the dataset's own folder.
            let named =
                |folder: &&String| data.file_name().is_some_and(|name| name == folder.as_str());
            let own = manifest.file.folders.iter().find(named).map(|_| data.clone());
            manifest.file.folders.iter().map(|folder| data.join(folder)).chain(own).collect()
        }
        (None, None) => Vec::new(),
    }
}

/// The folders in a folder, for a message.
fn folders_in(folder: &Path) -> String {
    let mut names: Vec<String> = fs_err::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    if names.is_empty() {
        return "no folder".to_owned();
    }
    let more = names.len().saturating_sub(20);
    names.truncate(20);
    let list = names.join(", ");
    if more == 0 { list } else { format!("{list} and {more} more folders") }
}
