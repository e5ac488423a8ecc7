//! What a node of a run was made from.

use std::collections::BTreeSet;

use pipeline_cli::{RecordedArtifact, RecordedRun};
use pipeline_engine::NodeReport;
use stages_mlflow::flatten;

use super::folders::template;

/// A node and every node that it was made from, in topological order.
pub(super) fn lineage<'a>(run: &'a RecordedRun, node: &'a NodeReport) -> Vec<&'a NodeReport> {
    let mut wanted = BTreeSet::from([node.node.as_str()]);
    let mut found = Vec::new();
    // Nodes come after those that they read.
    for node in run.nodes().iter().rev() {
        if wanted.contains(node.node.as_str()) {
            wanted.extend(node.after.iter().map(pipeline_engine::NodeId::as_str));
            found.push(node);
        }
    }
    found.reverse();
    found
}

/// The artifacts of a kind that a node was made from, its own among them.
pub(super) fn upstream<'a>(
    run: &'a RecordedRun,
    node: &'a NodeReport,
    kind: &str,
) -> Vec<RecordedArtifact<'a>> {
    let nodes: BTreeSet<&str> = lineage(run, node).iter().map(|node| node.node.as_str()).collect();
    let mut found = run.artifacts(kind);
    found.retain(|artifact| nodes.contains(artifact.node.node.as_str()));
    found
}

/// The artifacts of a kind that were made from a node.
pub(super) fn downstream<'a>(
    run: &'a RecordedRun,
    node: &NodeReport,
    kind: &str,
) -> Vec<RecordedArtifact<'a>> {
    let mut found = run.artifacts(kind);
    found.retain(|artifact| {
        lineage(run, artifact.node).iter().any(|ancestor| ancestor.node == node.node)
    });
    found
}

/// The parameters of all of these nodes, flat, each behind its node's name: `train.optimizer.adam.lr`;
/// before them the matrix variables of the last one.
pub(super) fn parameters(run: &RecordedRun, nodes: &[&NodeReport]) -> Vec<(String, String)> {
    let mut flat: Vec<(String, String)> = nodes
        .last()
        .into_iter()
        .flat_map(|node| &node.coordinates)
        .map(|(name, label)| (name.clone(), label.clone()))
        .collect();
    for node in nodes {
        let twins = nodes.iter().filter(|other| template(other) == template(node)).count();
        let name = if twins > 1 { node.node.as_str() } else { template(node) };
        if let Some(parameters) = run.parameters(node) {
            flat.extend(flatten(name, &parameters));
        }
    }
    flat
}
