//! One run: its report, and what the store still has of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pipeline_engine::{Fingerprint, NodeId, NodeReport, Report};
use pipeline_spec::{Diagnostic, sentence};
use pipeline_store::{ActionKey, Digest, Store, Workspace};
use serde_json::Value;

/// A run that was recorded, and the store that its results are in.
#[derive(Debug)]
pub struct RecordedRun {
    report: Report,
    folder: PathBuf,
    store: Arc<Store>,
}

/// An artifact that a node of a run has made.
#[derive(Debug, Clone, Copy)]
pub struct RecordedArtifact<'a> {
    /// The node.
    pub node: &'a NodeReport,
    /// Its output port.
    pub port: &'a str,
    /// The artifact.
    pub digest: Digest,
}

/// The files of an artifact in a folder of their own, which goes when this is dropped. They must not
/// be written to.
#[derive(Debug)]
pub struct PlacedArtifact {
    workspace: Workspace,
}

/// The folder, in a workspace, that artifacts are placed in.
const PLACE: &str = "artifact";

impl RecordedRun {
    /// The run that a report tells of; `folder` is that of its experiment among the runs.
    ///
    /// What the run refers to is kept from garbage collection as long as the process lives.
    pub(crate) fn new(report: Report, folder: PathBuf, store: Arc<Store>) -> Self {
        let keys: Vec<_> = report.nodes.iter().filter_map(|node| node.key).collect();
        if let Err(error) = store.pin(&keys) {
            // A store that cannot be written to can still be read.
            tracing::debug!(%error, "what is read is not kept from garbage collection");
        }
        Self { report, folder, store }
    }

    /// The experiment's name.
    pub fn experiment(&self) -> &str {
        &self.report.experiment
    }

    /// What the run did.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// For a run that executed nothing: the latest kept run that executed something and came to the
    /// very same results, with the same actions at the same nodes. None for a run that executed
    /// something, and where no such run is kept.
    pub fn made_by(&self) -> Option<Report> {
        type Result<'a> = (&'a NodeId, Option<ActionKey>, &'a BTreeMap<String, Digest>);
        fn results(report: &Report) -> impl Iterator<Item = Result<'_>> {
            report.nodes.iter().map(|node| (&node.node, node.key, &node.outputs))
        }
        if self.report.nodes.iter().any(|node| node.status != "cached") {
            return None;
        }
        let kept = Report::history(&self.folder).into_iter();
        kept.filter_map(|run_id| Report::read_run(&self.folder, &run_id))
            .find(|earlier| results(earlier).eq(results(&self.report)))
    }

    /// The folder of the experiment among the runs.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The store that has the results.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The nodes in topological order.
    pub fn nodes(&self) -> &[NodeReport] {
        &self.report.nodes
    }

    /// What the key of a node's action was made of; none if it has no key, or the store knows it no
    /// more.
    pub fn fingerprint(&self, node: &NodeReport) -> Option<Fingerprint> {
        Fingerprint::from_json(&self.store.record(node.key?)?.fingerprint)
    }

    /// The parameters of a node, defaults included; none where [`RecordedRun::fingerprint`] is none.
    pub fn parameters(&self, node: &NodeReport) -> Option<Value> {
        Some(self.fingerprint(node)?.params)
    }

    /// All artifacts of a kind, by node in topological order, then by port.
    pub fn artifacts(&self, kind: &str) -> Vec<RecordedArtifact<'_>> {
        let mut found = Vec::new();
        for node in &self.report.nodes {
            for (port, digest) in &node.outputs {
                if node.kinds.get(port).is_some_and(|of_port| of_port == kind) {
                    found.push(RecordedArtifact { node, port, digest: *digest });
                }
            }
        }
        found
    }

    /// Makes the files of an artifact appear in a folder.
    ///
    /// # Errors
    /// When the store does not have all of them any more, or cannot be written to.
    pub fn place(&self, artifact: Digest) -> Result<PlacedArtifact, Vec<Diagnostic>> {
        let placed = self.store.workspace(vec![PLACE.to_owned()]).and_then(|workspace| {
            self.store.place(artifact, &workspace.folder(PLACE))?;
            Ok(PlacedArtifact { workspace })
        });
        placed.map_err(|error| {
            let made_by = self
                .nodes()
                .iter()
                .find(|node| node.outputs.values().any(|made| *made == artifact));
            let what = made_by.map_or_else(
                || format!("artifact {artifact}"),
                |node| format!("what `{}` has made", node.node),
            );
            let message = format!("{what} cannot be read: {}", sentence(&error));
            let help = format!(
                "run `{}` again: what the store has lost is made anew, everything else is cached",
                self.report.file
            );
            vec![Diagnostic::new("cli::artifact", message).with_help(help)]
        })
    }
}

impl PlacedArtifact {
    /// The folder with the files.
    pub fn dir(&self) -> PathBuf {
        self.workspace.folder(PLACE)
    }
}
