//! `orchestrate explain --against RUN`: another run to compare with.

use std::path::Path;

use pipeline_engine::{DirtyReason, Fingerprint, NodePlan, NodeState, Report, differences};
use pipeline_spec::Diagnostic;
use pipeline_store::{ActionKey, Store};

use super::runs::experiments;
use super::session::unknown;
use crate::error::CommandError;
use crate::render::reasons;

/// Reads the report of a run: the id of a run of this experiment, the name of another experiment,
/// a report, or a folder with one.
pub(super) fn find(run: &str, runs: &Path, run_dir: &Path) -> Result<Report, CommandError> {
    let path = Path::new(run);
    if path.is_file() {
        return read_file(path);
    }
    let found = Report::read_run(run_dir, run)
        .or_else(|| path.is_dir().then(|| Report::read(path)).flatten())
        .or_else(|| Report::read(&runs.join(run)));
    if let Some(report) = found {
        return Ok(report);
    }
    let ids = Report::history(run_dir);
    let names = experiments(runs);
    let known: Vec<&str> = ids.iter().chain(&names).map(String::as_str).collect();
    Err(unknown("cli::unknown_run", "run", run, &known).into())
}

fn read_file(path: &Path) -> Result<Report, CommandError> {
    let wrong = |what: String| {
        Diagnostic::new("cli::report", format!("`{}` is not a report: {what}", path.display()))
            .with_help("name a `report.json`, a folder with one, an experiment or the id of a run")
    };
    let text = fs_err::read(path).map_err(|error| wrong(error.to_string()))?;
    Ok(serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?)
}

/// How a node differs from what the run did, one sentence each.
pub(super) fn compared(node: &NodePlan, then: &Report, store: &Store) -> Vec<String> {
    let Some(before) = then.nodes.iter().find(|before| before.node == node.id) else {
        return vec!["that run has no such node".to_owned()];
    };
    let Some(old) = before.key else {
        return vec!["that run did not complete it".to_owned()];
    };
    match &node.state {
        NodeState::Cached { key } => cached(old, *key, store),
        NodeState::Dirty { key, .. } if *key == old => {
            let mut lines = vec![format!("the same action, {}", old.0.short())];
            lines.extend(reasons(&node.state));
            lines
        }
        state => reasons(state),
    }
}

fn cached(old: ActionKey, new: ActionKey, store: &Store) -> Vec<String> {
    if old == new {
        return vec![format!("the same action, {}", new.0.short())];
    }
    let fingerprint =
        |key| store.record(key).and_then(|record| Fingerprint::from_json(&record.fingerprint));
    match (fingerprint(old), fingerprint(new)) {
        (Some(old), Some(new)) => {
            differences(&old, &new).iter().map(DirtyReason::to_string).collect()
        }
        _ => vec![format!(
            "another action, {} -> {}, of which the store no longer knows what it was made of",
            old.0.short(),
            new.0.short()
        )],
    }
}
