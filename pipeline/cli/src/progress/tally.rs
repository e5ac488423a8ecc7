//! What has to be said once a run is over, collected while it goes on.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use pipeline_engine::{NodeFailure, NodeOutcome, RunEvent, RunSummary};

use crate::render::duration;

/// Warnings and failures of a run.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Each warning with the nodes that gave it, in the order first heard.
    warnings: Vec<(String, Vec<String>)>,
    failures: Vec<(String, NodeFailure)>,
    stages: BTreeMap<String, &'static str>,
}

impl Tally {
    /// Takes one event.
    pub(crate) fn event(&self, event: &RunEvent) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            RunEvent::NodeStarted { node, stage, .. } => {
                inner.stages.insert(node.to_string(), stage);
            }
            RunEvent::NodeFinished { node, outcome, warnings, .. } => {
                for warning in warnings {
                    inner.warn(warning, node.as_str());
                }
                if let NodeOutcome::Failed { error } = outcome {
                    inner.failures.push((node.to_string(), error.clone()));
                }
            }
            _ => {}
        }
    }

    /// Every warning once, with the node that gave it and how many others did.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let line = |(text, nodes): &(String, Vec<String>)| match nodes.as_slice() {
            [only] => format!("{only}: {text}"),
            [first, rest @ ..] => format!("{first} and {} more: {text}", rest.len()),
            [] => text.clone(),
        };
        inner.warnings.iter().map(line).collect()
    }

    /// Every failed node with its stage, where that is known from the events, and the error.
    pub(crate) fn failures(&self) -> Vec<(String, NodeFailure)> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).failures.clone()
    }
}

impl Inner {
    fn warn(&mut self, warning: &str, node: &str) {
        match self.warnings.iter_mut().find(|(text, _)| text == warning) {
            Some((_, nodes)) => nodes.push(node.to_owned()),
            None => self.warnings.push((warning.to_owned(), vec![node.to_owned()])),
        }
    }
}

/// The last line of a run: `12 run, 30 cached, 0 failed in 3m 12s`.
pub(crate) fn summary_line(summary: &RunSummary) -> String {
    let skipped = match summary.skipped {
        0 => String::new(),
        count => format!(", {count} skipped"),
    };
    format!(
        "{} run, {} cached, {} failed{skipped} in {}",
        summary.run,
        summary.cached,
        summary.failed,
        duration(summary.seconds)
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use pipeline_engine::NodeId;

    use super::*;

    #[test]
    fn the_summary_is_one_line() {
        let summary = RunSummary { run: 12, cached: 30, seconds: 192.3, ..RunSummary::default() };
        assert_eq!(summary_line(&summary), "12 run, 30 cached, 0 failed in 3m 12s");
        let summary = RunSummary { failed: 1, skipped: 4, ..summary };
        assert_eq!(summary_line(&summary), "12 run, 30 cached, 1 failed, 4 skipped in 3m 12s");
    }

    #[test]
    fn a_warning_of_many_nodes_is_said_once() {
        let tally = Tally::default();
        for name in ["a", "b", "c"] {
            tally.event(&RunEvent::NodeFinished {
                node: NodeId::new(name, &BTreeMap::new()),
                outcome: NodeOutcome::Cached,
                seconds: 1.0,
                warnings: vec!["subjects leak".to_owned()],
            });
        }
        assert_eq!(tally.warnings(), ["a and 2 more: subjects leak"]);
        assert!(tally.failures().is_empty());
    }
}
