//! Files outside the store that an action reads.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// What a stage may use to find its source files.
#[derive(Debug, Clone, Default)]
pub struct SourceContext {
    /// The folder of the experiment file; relative paths in parameters start here.
    pub experiment_dir: PathBuf,
    /// The folder that holds the datasets, if the user named one.
    pub data_root: Option<PathBuf>,
    /// The input ports that are connected to another node.
    pub connected: BTreeSet<String>,
    /// What the stage says its answer depends on.
    pub decisions: Decisions,
}

impl SourceContext {
    /// Says that which files are the sources depends on nothing but the parameters, this context,
    /// the content of the sources, and these: the names in folders, the content of files, and
    /// that there is nothing where there is nothing.
    ///
    /// A rerun asks a stage that has said so again only if one of them has changed. One that has
    /// not is asked every time.
    pub fn decided_by(&self, paths: impl IntoIterator<Item = PathBuf>) {
        let mut said = self.decisions.0.lock().unwrap_or_else(PoisonError::into_inner);
        said.get_or_insert_default().extend(paths);
    }
}

/// What a stage has said with [`SourceContext::decided_by`]; nothing at first.
#[derive(Debug, Clone, Default)]
pub struct Decisions(Arc<Mutex<Option<Vec<PathBuf>>>>);

impl Decisions {
    /// The paths, if the stage has said anything.
    pub fn paths(&self) -> Option<Vec<PathBuf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// One file outside the store: a stable name, which is hashed, and where its bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Stable, relative, with `/` between parts; unique among the action's sources.
    pub name: String,
    /// Where the bytes come from.
    pub origin: SourceOrigin,
}

/// Where the bytes of a source file come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceOrigin {
    /// A file on disk.
    Path(PathBuf),
    /// Bytes built into the program.
    Bytes(&'static [u8]),
}
