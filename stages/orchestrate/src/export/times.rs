//! When things happened, as far as a run's journal knows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use pipeline_cli::RecordedRun;
use pipeline_engine::{NodeReport, Report};
use pipeline_store::ActionKey;
use serde_json::Value;
use stages_tables::LogRow;

/// When the actions of a run's nodes began, in seconds since 1970.
pub(super) struct Starts {
    known: BTreeMap<ActionKey, f64>,
    /// When the run itself began.
    run: f64,
}

impl Starts {
    /// From the journal of the run that executed an action, which may be an earlier one than this.
    pub(super) fn read(run: &RecordedRun) -> Self {
        let mut starts = Self {
            known: BTreeMap::new(),
            run: seconds(&run.report().started_at).unwrap_or_default(),
        };
        let mut wanted: BTreeSet<ActionKey> =
            run.nodes().iter().filter_map(|node| node.key).collect();
        starts.take(run.folder(), run.report(), &mut wanted);
        for id in Report::history(run.folder()) {
            if wanted.is_empty() {
                break;
            }
            if let Some(report) = Report::read_run(run.folder(), &id) {
                starts.take(run.folder(), &report, &mut wanted);
            }
        }
        starts
    }

    /// When the action of a node began; if no journal has it, when the run began.
    pub(super) fn of(&self, node: &NodeReport) -> f64 {
        node.key.and_then(|key| self.known.get(&key).copied()).unwrap_or(self.run)
    }

    /// What a run executed of what is still wanted.
    fn take(&mut self, folder: &Path, report: &Report, wanted: &mut BTreeSet<ActionKey>) {
        let ran = |node: &NodeReport| node.status == "ran";
        let mut own: BTreeMap<&str, ActionKey> = BTreeMap::new();
        for node in report.nodes.iter().filter(|node| ran(node)) {
            if let Some(key) = node.key.filter(|key| wanted.remove(key)) {
                own.insert(node.node.as_str(), key);
            }
        }
        let Some(run) = seconds(&report.started_at).filter(|_| !own.is_empty()) else { return };
        self.known.extend(own.values().map(|key| (*key, run)));
        let journal = Report::path_of_run(folder, &report.run_id).with_extension("jsonl");
        let text = fs_err::read_to_string(journal).unwrap_or_default();
        for line in text.lines().filter(|line| line.contains("\"node_started\"")) {
            let event: Value = serde_json::from_str(line).unwrap_or_default();
            if event["type"] == "node_started"
                && let Some(key) = event["node"].as_str().and_then(|node| own.get(node))
                && let Some(at) = event["at"].as_str().and_then(seconds)
            {
                self.known.insert(*key, at);
            }
        }
    }
}

/// A time as seconds since 1970.
pub(super) fn seconds(at: &str) -> Option<f64> {
    let at: Timestamp = at.parse().ok()?;
    Some(at.as_millisecond() as f64 / 1000.0)
}

/// When each epoch of a training was over: the training's time, shared out by how long each epoch took,
/// or evenly where that is not known.
pub(super) struct EpochTimes {
    began: f64,
    seconds: f64,
    /// The part of all training time that had passed at the end of each epoch.
    passed: Vec<f64>,
}

impl EpochTimes {
    /// Of a training of so many epochs; `performance` holds its `training_seconds`.
    pub(super) fn new(began: f64, seconds: f64, epochs: u32, performance: &[LogRow]) -> Self {
        let mut took = vec![None; epochs as usize];
        for row in performance.iter().filter(|row| row.name == "training_seconds") {
            if let Some(took) = took.get_mut(row.epoch as usize) {
                *took = Some(row.value).filter(|value| value.is_finite() && *value >= 0.0);
            }
        }
        let took: Option<Vec<f64>> = took.into_iter().collect();
        let mut took = took.unwrap_or_default();
        let total: f64 = took.iter().sum();
        if total <= 0.0 {
            took = vec![1.0; epochs as usize];
        }
        let total: f64 = took.iter().sum();
        let mut sum = 0.0;
        let passed = took.into_iter().map(|one| {
            sum += one;
            sum / total
        });
        Self { began, seconds, passed: passed.collect() }
    }

    /// The end of an epoch, in seconds since 1970.
    pub(super) fn end_of(&self, epoch: u32) -> f64 {
        self.began + self.seconds * self.passed.get(epoch as usize).copied().unwrap_or(1.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn took(epoch: u32, value: f64) -> LogRow {
        LogRow { epoch, name: "training_seconds".to_owned(), value }
    }

    #[test]
    fn epochs_share_the_time_of_the_training() {
        // 1 and 3 of 4 seconds trained, of 8 that the action took: 2 and 6.
        let times = EpochTimes::new(100.0, 8.0, 2, &[took(0, 1.0), took(1, 3.0)]);
        assert_eq!([0, 1, 2].map(|epoch| times.end_of(epoch)), [102.0, 108.0, 108.0]);
        // Not every epoch is known: evenly.
        let times = EpochTimes::new(100.0, 8.0, 4, &[took(0, 1.0), took(9, 3.0)]);
        assert_eq!([0, 3].map(|epoch| times.end_of(epoch)), [102.0, 108.0]);
        assert_eq!(EpochTimes::new(1.0, 2.0, 0, &[]).end_of(0), 3.0);
    }

    #[test]
    fn an_action_began_when_the_run_that_executed_it_says() {
        let dir = tempfile::tempdir().unwrap();
        let node = |name: &str, status: &str, key: char| {
            json!({
                "node": name, "stage": "train", "coordinates": {}, "status": status,
                "key": key.to_string().repeat(64), "outputs": {}, "seconds": 1.0,
                "environment": {}, "warnings": [], "error": null,
            })
        };
        let report = |id: &str, at: &str, nodes: &[Value]| -> Report {
            serde_json::from_value(json!({
                "run_id": id, "experiment": "toy", "file": "toy.yaml", "program": "p 1",
                "started_at": at, "seconds": 1.0, "nodes": nodes, "exported": {},
            }))
            .unwrap()
        };
        let write = |name: &str, text: String| {
            fs_err::create_dir_all(dir.path().join("history")).unwrap();
            fs_err::write(dir.path().join("history").join(name), text).unwrap();
        };
        let first = report(
            "1",
            "1970-01-01T00:00:10Z",
            &[node("train", "ran", 'a'), node("old", "ran", 'c'), node("lost", "ran", 'd')],
        );
        write("1.json", serde_json::to_string(&first).unwrap());
        let line = |node: &str, at: u32| json!({"at": format!("1970-01-01T00:00:{at}Z"), "type": "node_started", "node": node});
        write("1.jsonl", format!("{}\n{}\n{{torn", line("train", 12), line("old", 13)));
        let now = report(
            "2",
            "1970-01-01T00:00:30Z",
            &[node("train", "cached", 'a'), node("new", "ran", 'b'), node("lost", "cached", 'd')],
        );
        write("2.jsonl", line("new", 31).to_string());
        let mut starts = Starts { known: BTreeMap::new(), run: 30.0 };
        let mut wanted: BTreeSet<ActionKey> = now.nodes.iter().filter_map(|n| n.key).collect();
        starts.take(dir.path(), &now, &mut wanted);
        starts.take(dir.path(), &first, &mut wanted);
        assert!(wanted.is_empty());
        // In the first run; in this one; in the first, whose journal has lost it.
        let found: Vec<f64> = now.nodes.iter().map(|node| starts.of(node)).collect();
        assert_eq!(found, [12.0, 31.0, 10.0]);
        // Nobody knows.
        assert_eq!(starts.of(&first.nodes[1]), 30.0);
    }

    #[test]
    fn times_have_milliseconds() {
        assert_eq!(seconds("1970-01-01T00:01:00.25Z"), Some(60.25));
        assert_eq!(seconds("yesterday"), None);
    }
}
