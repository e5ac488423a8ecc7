//! The program of an action that is not ours.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// What to start for one action, and what it may see.
///
/// The program starts in an empty scratch folder with a cleaned environment and its output read by
/// the orchestrator. Where the kernel can confine it, it reads nothing of the experiment's folder
/// and of the datasets but what the action declares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandLine {
    /// The program: a path, or a name that is looked up on `PATH`.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Variables it gets besides the usual ones.
    pub environment: BTreeMap<String, String>,
    /// Variables it gets from the orchestrator's own environment.
    pub pass_environment: Vec<String>,
    /// Files and folders it may read although they are not hashed, such as a virtual environment;
    /// relative to the experiment's folder.
    pub readable: Vec<PathBuf>,
}
