//! What a run did: enough to reproduce or audit every number.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pipeline_store::{ActionKey, Digest, write_beside};
use serde::{Deserialize, Serialize};

use crate::graph::NodeId;

/// The report of the latest run of an experiment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The experiment's name.
    pub experiment: String,
    /// The experiment file as it was given.
    pub file: String,
    /// Version of the program.
    pub program: String,
    /// When the run began, RFC 3339.
    pub started_at: String,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// One per node, in topological order.
    pub nodes: Vec<NodeReport>,
    /// The files copied into the run's folder, by relative path.
    pub exported: BTreeMap<String, Digest>,
}

/// What became of one node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeReport {
    /// The node.
    pub node: NodeId,
    /// Its stage.
    pub stage: String,
    /// The values of the matrix variables it was made under.
    pub coordinates: BTreeMap<String, String>,
    /// `ran`, `cached`, `failed` or `skipped`.
    pub status: String,
    /// The action; of an earlier run where this one did not get that far.
    pub key: Option<ActionKey>,
    /// The artifacts on its output ports.
    pub outputs: BTreeMap<String, Digest>,
    /// Seconds the action took when it was computed.
    pub seconds: f64,
    /// Facts of the action's environment: device, threads, library versions.
    pub environment: BTreeMap<String, String>,
    /// Warnings of the action.
    pub warnings: Vec<String>,
    /// Why it failed.
    pub error: Option<String>,
}

/// A report that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The operating system refused.
    #[error("cannot write the run's results")]
    Io(#[from] std::io::Error),
}

impl Report {
    /// The file's name in the run's folder.
    pub const FILE: &'static str = "report.json";

    /// Reads the report in a run's folder; none if there is none or it is damaged.
    pub fn read(run_dir: &Path) -> Option<Self> {
        serde_json::from_slice(&fs_err::read(run_dir.join(Self::FILE)).ok()?).ok()
    }

    /// Writes the report into a run's folder, whole or not at all.
    pub fn write(&self, run_dir: &Path) -> Result<PathBuf, ReportError> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("a report is plain data");
        bytes.push(b'\n');
        let path = run_dir.join(Self::FILE);
        write_beside(&path, &bytes)?;
        Ok(path)
    }

    /// The action that a node was the last time it was known.
    pub fn key_of(&self, id: &NodeId) -> Option<ActionKey> {
        self.nodes.iter().find(|node| node.node == *id)?.key
    }
}
