//! Files that a program adds to the folder of every run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pipeline_engine::RunResult;
use pipeline_spec::Diagnostic;
use pipeline_store::Store;

use super::RecordedRun;

/// Files that a program adds to a run's folder, beside what stages export: what needs to know the
/// run as a whole, such as the names of nodes, which no action knows.
pub trait RunFiles: Sync {
    /// Writes them, each whole or not at all, and says which there are now. It is called at the end
    /// of every run, also of one that failed in part, in which case nodes are without outputs.
    ///
    /// The next run that finds nothing to do does not call it, if these files are as they were left.
    ///
    /// # Errors
    /// Everything that keeps them from being written.
    fn write(&self, run: &RecordedRun) -> Result<Vec<PathBuf>, Vec<Diagnostic>>;
}

/// What was added, and everything that could not be.
pub(crate) struct Added {
    /// The files, by whole paths.
    pub(crate) files: Vec<PathBuf>,
    /// What is wrong.
    pub(crate) mistakes: Vec<Diagnostic>,
}

/// Lets all of them add their files, in this order: later ones may read what earlier ones wrote.
pub(crate) fn add_files(
    all: &[&dyn RunFiles],
    result: &RunResult,
    run_dir: &Path,
    store: &Arc<Store>,
) -> Added {
    let mut added = Added { files: Vec::new(), mistakes: Vec::new() };
    if all.is_empty() {
        return added;
    }
    let run = RecordedRun::new(result.report.clone(), run_dir.to_owned(), Arc::clone(store));
    for files in all {
        match files.write(&run) {
            Ok(written) => {
                // A path that cannot be made whole only costs the next run a second look.
                let whole = written.iter().filter_map(|path| std::path::absolute(path).ok());
                added.files.extend(whole);
            }
            Err(mistakes) => added.mistakes.extend(mistakes),
        }
    }
    added
}
