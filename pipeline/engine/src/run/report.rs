//! What a run did: enough to reproduce or audit every number.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pipeline_store::{ActionKey, Digest, write_beside};
use serde::{Deserialize, Serialize};

use crate::graph::NodeId;

/// The report of the latest run of an experiment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The run, by the time it began.
    #[serde(default)]
    pub run_id: String,
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
    /// The nodes whose outputs it reads, in topological order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<NodeId>,
    /// The artifact kind of each output port.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kinds: BTreeMap<String, String>,
    /// `ran`, `cached`, `failed`, `skipped`, or `left out` of what was asked for.
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

    /// The folder, in the run's folder, of what earlier runs have left.
    pub const HISTORY: &'static str = "history";

    /// Reads the report of the latest run; none if there is none or it is damaged.
    pub fn read(run_dir: &Path) -> Option<Self> {
        Self::read_file(&run_dir.join(Self::FILE))
    }

    /// Reads the report of one run.
    pub fn read_run(run_dir: &Path, run_id: &str) -> Option<Self> {
        Self::read_file(&Self::path_of_run(run_dir, run_id))
    }

    /// Reads a report file.
    pub fn read_file(path: &Path) -> Option<Self> {
        serde_json::from_slice(&fs_err::read(path).ok()?).ok()
    }

    /// Where the report of a run that executed something is kept.
    pub fn path_of_run(run_dir: &Path, run_id: &str) -> PathBuf {
        run_dir.join(Self::HISTORY).join(format!("{run_id}.json"))
    }

    /// The runs whose reports are kept, the newest first.
    pub fn history(run_dir: &Path) -> Vec<String> {
        let entries = fs_err::read_dir(run_dir.join(Self::HISTORY)).into_iter().flatten().flatten();
        let mut runs: Vec<String> = entries
            .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".json")?.to_owned()))
            .collect();
        runs.sort_unstable_by(|a, b| b.cmp(a));
        runs
    }

    /// Writes the report as that of the latest run, and, if anything was executed, under the run's
    /// own name; each whole or not at all.
    pub(super) fn write(&self, run_dir: &Path) -> Result<(), ReportError> {
        let mut bytes = Vec::with_capacity(1024 + self.nodes.len() * 512);
        self.write_lines(&mut bytes);
        write_beside(&run_dir.join(Self::FILE), &bytes)?;
        let executed = |node: &NodeReport| node.status == "ran" || node.status == "failed";
        if !self.run_id.is_empty() && self.nodes.iter().any(executed) {
            let copy = write_beside(&Self::path_of_run(run_dir, &self.run_id), &bytes);
            if let Err(error) = copy {
                tracing::warn!(%error, "the run is not kept in the history");
            }
        }
        Ok(())
    }

    /// As JSON with a line for every node: short to write, and still something that `grep` and
    /// `diff` can work with.
    fn write_lines(&self, bytes: &mut Vec<u8>) {
        let head = self.clone_without_nodes();
        let text = serde_json::to_string_pretty(&head).expect("a report is plain data");
        let (before, after) = text.split_once("\"nodes\": []").expect("the field is there");
        bytes.extend_from_slice(before.as_bytes());
        bytes.extend_from_slice(b"\"nodes\": [");
        for (i, node) in self.nodes.iter().enumerate() {
            bytes.extend_from_slice(if i == 0 { b"\n    " } else { b",\n    " });
            serde_json::to_writer(&mut *bytes, node).expect("a node's report is plain data");
        }
        bytes.extend_from_slice(if self.nodes.is_empty() { b"]" } else { b"\n  ]" });
        bytes.extend_from_slice(after.as_bytes());
        bytes.push(b'\n');
    }

    fn clone_without_nodes(&self) -> Self {
        Self {
            run_id: self.run_id.clone(),
            experiment: self.experiment.clone(),
            file: self.file.clone(),
            program: self.program.clone(),
            started_at: self.started_at.clone(),
            seconds: self.seconds,
            nodes: Vec::new(),
            exported: self.exported.clone(),
        }
    }

    /// The action that a node was the last time it was known.
    pub fn key_of(&self, id: &NodeId) -> Option<ActionKey> {
        self.node(id)?.key
    }

    /// What became of a node.
    pub fn node(&self, id: &NodeId) -> Option<&NodeReport> {
        self.nodes.iter().find(|node| node.node == *id)
    }
}
