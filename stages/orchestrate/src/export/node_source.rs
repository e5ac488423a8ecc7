//! Which slices, cases and volumes predictions were made from.

use std::collections::BTreeSet;

use pipeline_cli::{RecordedArtifact, RecordedRun};
use pipeline_engine::{Fingerprint, NodeReport};
use pipeline_spec::Diagnostic;
use pipeline_store::Digest;
use stages_evaluate::EvaluateParams;
use stages_tables::kind;

use super::lineage::{downstream, upstream};
use super::mistake::missing;

/// What predictions have to be read with.
pub(super) struct NodeSource {
    pub(super) slices: Digest,
    pub(super) cases: Digest,
    pub(super) volumes: Digest,
    /// The parameters of the evaluations that read the predictions.
    pub(super) evaluations: Vec<EvaluateParams>,
}

/// As an evaluation reads them, if there is one; otherwise the ones that the predictions were made from.
///
/// # Errors
/// When there are none or several.
pub(super) fn node_source(
    run: &RecordedRun,
    predictions: &RecordedArtifact<'_>,
) -> Result<NodeSource, Vec<Diagnostic>> {
    let readers: Vec<Fingerprint> = downstream(run, predictions.node, kind::METRICS)
        .iter()
        .filter_map(|metrics| run.fingerprint(metrics.node))
        .filter(|fingerprint| only(fingerprint, "predictions") == Some(predictions.digest))
        .collect();
    let evaluations = readers
        .iter()
        .filter_map(|reader| serde_json::from_value(reader.params.clone()).ok())
        .collect();
    let of = |port: &str, kind: &str| {
        let read: BTreeSet<Digest> =
            readers.iter().filter_map(|reader| only(reader, port)).collect();
        match one(read) {
            Some(digest) => Ok(digest),
            None => made_from(run, predictions.node, kind),
        }
    };
    Ok(NodeSource {
        slices: of("slices", kind::SLICES)?,
        cases: of("cases", kind::CASES)?,
        volumes: of("volumes", kind::VOLUMES)?,
        evaluations,
    })
}

/// The one artifact that was read on a port.
fn only(fingerprint: &Fingerprint, port: &str) -> Option<Digest> {
    match fingerprint.inputs.get(port)?.as_slice() {
        [input] => Some(input.artifact),
        _ => None,
    }
}

fn made_from(run: &RecordedRun, node: &NodeReport, kind: &str) -> Result<Digest, Vec<Diagnostic>> {
    let found = upstream(run, node, kind);
    if let Some(digest) = one(found.iter().map(|artifact| artifact.digest).collect()) {
        return Ok(digest);
    }
    let names: Vec<_> = found.iter().map(|found| format!("`{}`", found.node.node)).collect();
    let what = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
    let message = format!(
        "of which `{kind}` are the predictions of `{}`? They were made from {what}",
        node.node
    );
    Err(missing(
        message,
        "add an `evaluate` node that reads them with the right inputs, and run it",
    ))
}

fn one(found: BTreeSet<Digest>) -> Option<Digest> {
    let mut found = found.into_iter();
    found.next().filter(|_| found.next().is_none())
}
