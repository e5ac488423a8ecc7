//! The folders of this machine in which files may lie.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use pipeline_engine::SourceContext;

/// The folder below the data root in which a file is looked for before it is downloaded.
pub(crate) const DOWNLOADS: &str = "downloads";

/// The folders in which files may lie: where experiments lie and where datasets are.
///
/// The engine tells them before an action runs and the action needs them; they cannot change its
/// result, because a file is used for its digest, not for its place.
#[derive(Debug, Default)]
pub(crate) struct Places {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    experiments: BTreeSet<PathBuf>,
    downloads: BTreeSet<PathBuf>,
}

impl Places {
    /// Takes note of the folders of a run.
    pub(crate) fn learn(&self, context: &SourceContext) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.experiments.insert(context.experiment_dir.clone());
        known.downloads.extend(context.data_root.iter().map(|root| root.join(DOWNLOADS)));
    }

    /// Where files that a person has downloaded are looked for.
    pub(crate) fn downloads(&self) -> Vec<PathBuf> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.downloads.iter().cloned().collect()
    }

    /// Where a path of the parameters may lead; relative ones start at the experiment.
    pub(crate) fn resolve(&self, path: &Path) -> Vec<PathBuf> {
        if path.is_absolute() {
            return vec![path.to_owned()];
        }
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.experiments.iter().map(|folder| folder.join(path)).collect()
    }
}
