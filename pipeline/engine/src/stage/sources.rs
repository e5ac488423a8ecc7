//! Files outside the store that an action reads.

use std::collections::BTreeSet;
use std::path::PathBuf;

/// What a stage may use to find its source files.
#[derive(Debug, Clone, Default)]
pub struct SourceContext {
    /// The folder of the experiment file; relative paths in parameters start here.
    pub experiment_dir: PathBuf,
    /// The folder that holds the datasets, if the user named one.
    pub data_root: Option<PathBuf>,
    /// The input ports that are connected to another node.
    pub connected: BTreeSet<String>,
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
