//! Which actions the reports of runs refer to.

use std::collections::BTreeSet;

use pipeline_store::{ActionKey, Store};

use super::report::Report;

/// The actions that the reports in all known run folders refer to: the latest run's of every
/// folder, and those of the newest `keep_runs` of its history, or of all.
pub fn reachable_actions(store: &Store, keep_runs: Option<usize>) -> BTreeSet<ActionKey> {
    let mut keys = BTreeSet::new();
    for folder in store.run_folders() {
        let runs = Report::history(&folder);
        let kept = runs.iter().take(keep_runs.unwrap_or(usize::MAX));
        let reports = kept.filter_map(|run| Report::read_run(&folder, run));
        for report in reports.chain(Report::read(&folder)) {
            keys.extend(report.nodes.iter().filter_map(|node| node.key));
        }
    }
    keys
}
