//! The evaluations of a run, as the parts of its tables.

use pipeline_cli::{PlacedArtifact, RecordedRun};
use pipeline_spec::Diagnostic;
use stages_tables::{RunPart, kind};

use super::labels::Labels;

/// The parts of a run's tables, and the artifacts in whose folders they lie.
pub(crate) struct RunParts {
    /// One for each evaluation that is done.
    pub(crate) parts: Vec<RunPart>,
    /// The folders are there as long as this is.
    _placed: Vec<PlacedArtifact>,
}

impl RunParts {
    /// The evaluations of a run that are done.
    ///
    /// # Errors
    /// When the store does not have their results any more.
    pub(crate) fn of(run: &RecordedRun) -> Result<Self, Vec<Diagnostic>> {
        let (mut parts, mut placed) = (Vec::new(), Vec::new());
        let mut labels = Labels::of(run);
        for artifact in run.artifacts(kind::METRICS) {
            let folder = run.place(artifact.digest)?;
            parts.push(RunPart {
                node: artifact.node.node.to_string(),
                action: artifact.node.key.map(|key| key.to_string()).unwrap_or_default(),
                coordinates: labels.give(artifact.node, artifact.digest),
                dir: folder.dir(),
            });
            placed.push(folder);
        }
        Ok(Self { parts, _placed: placed })
    }
}
