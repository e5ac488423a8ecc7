//! What MLflow is told of a run.

use std::path::{Path, PathBuf};

use pipeline_cli::{PlacedArtifact, RecordedArtifact, RecordedRun};
use pipeline_engine::NodeReport;
use pipeline_spec::Diagnostic;
use pipeline_store::Digest;
use stages_mlflow::{MetricValue, Run, RunFile, unique_keys};
use stages_tables::{LogRow, LogTable, MetricsTable, kind};
use stages_tensorboard::EventFile;

use super::folders::{template, title};
use super::lineage::{lineage, parameters, upstream};
use super::mistake::failed;
use super::scores::scores;
use super::tensorboard::{performance, read_log};
use super::times::{EpochTimes, Starts, seconds};

/// What ids are made for; another one for another way to make them.
const DOMAIN: &str = "orchestrate mlflow run v1";
/// MLflow takes 32 hexadecimal digits for an id.
const ID_DIGITS: usize = 32;

/// A run for MLflow, with the files that it refers to as long as this lives.
pub(super) struct Prepared {
    pub(super) run: Run,
    _files: Vec<PlacedArtifact>,
}

/// The run that stands for the experiment; those of evaluations lie below it.
pub(super) fn experiment_run(run: &RecordedRun, target: &str) -> Result<Run, Vec<Diagnostic>> {
    let report = run.report();
    let began = milliseconds(seconds(&report.started_at).unwrap_or_default());
    let mut tags = common_tags(run);
    tags.push(tag("orchestrate.run_id", &report.run_id));
    let mut files = Vec::new();
    collect(run.folder(), Path::new(""), 0, &mut files).map_err(|error| failed(&error))?;
    Ok(Run {
        id: id(&[target, run.experiment()]),
        name: run.experiment().to_owned(),
        start_ms: began,
        end_ms: began + milliseconds(report.seconds),
        succeeded: report.nodes.iter().all(|node| node.status != "failed"),
        params: Vec::new(),
        metrics: Vec::new(),
        tags,
        files,
        refreshed: true,
    })
}

/// The run of one evaluation; `parent` is the experiment's run, by the id that MLflow gave it.
pub(super) fn evaluation_run(
    run: &RecordedRun,
    starts: &Starts,
    metrics: &RecordedArtifact<'_>,
    target: &str,
    parent: &str,
) -> Result<Prepared, Vec<Diagnostic>> {
    let node = metrics.node;
    let nodes = lineage(run, node);
    let action = node.key.map(|key| key.to_string()).unwrap_or_default();
    let placed = run.place(metrics.digest)?;
    let table = MetricsTable::read(&placed.dir()).map_err(|error| failed(&error))?;
    let mut files = vec![RunFile {
        name: MetricsTable::FILE.to_owned(),
        path: placed.dir().join(MetricsTable::FILE),
    }];
    let mut kept = vec![placed];

    let logs = upstream(run, node, kind::TRAINING_LOG);
    let mut curves = Vec::new();
    for log in &logs {
        let several = logs.len() > 1;
        let prefix =
            if several { format!("{}/", title_in(log.node, &logs)) } else { String::new() };
        curves.extend(curve(run, starts, log, &prefix)?);
        let placed = run.place(log.digest)?;
        for name in [LogTable::FILE, EventFile::NAME] {
            let path = placed.dir().join(name);
            if path.is_file() {
                files.push(RunFile { name: format!("{prefix}{name}"), path });
            }
        }
        kept.push(placed);
    }
    // Own work of this variant: from the first training to the end of the evaluation.
    let own: Vec<&&NodeReport> =
        nodes.iter().filter(|ancestor| ancestor.coordinates == node.coordinates).collect();
    let own = if own.is_empty() { nodes.iter().collect() } else { own };
    let began = own.iter().map(|node| starts.of(node)).fold(f64::INFINITY, f64::min);
    let ended = own.iter().map(|node| starts.of(node) + node.seconds).fold(began, f64::max);
    let last = curves.iter().map(|value| value.step).max().unwrap_or(0);
    let end_ms = milliseconds(ended);
    let scores = scores(&table).into_iter().map(|(key, value)| MetricValue {
        key,
        value,
        timestamp_ms: end_ms,
        step: last,
    });
    let metrics = with_unique_keys(curves.into_iter().chain(scores).collect());

    let params = parameters(run, &nodes);
    let keys = unique_keys(params.iter().map(|(name, _)| name.as_str()));
    let params = params.iter().map(|(name, value)| (keys[name.as_str()].clone(), value.clone()));
    let params: std::collections::BTreeMap<String, String> = params.collect();
    let mut tags = common_tags(run);
    tags.push(tag("mlflow.parentRunId", parent));
    tags.push(tag("orchestrate.node", node.node.as_str()));
    tags.push(tag("orchestrate.action", &action));
    let devices: std::collections::BTreeSet<&str> = nodes
        .iter()
        .filter_map(|node| node.environment.get("device"))
        .map(String::as_str)
        .collect();
    if !devices.is_empty() {
        tags.push(tag("orchestrate.device", &devices.into_iter().collect::<Vec<_>>().join(", ")));
    }
    let run = Run {
        id: id(&[target, run.experiment(), node.node.as_str(), &action]),
        name: title(node),
        start_ms: milliseconds(began),
        end_ms,
        succeeded: true,
        params: params.into_iter().collect(),
        metrics,
        tags,
        files,
        refreshed: false,
    };
    Ok(Prepared { run, _files: kept })
}

/// The curves of a training, with their times.
fn curve(
    run: &RecordedRun,
    starts: &Starts,
    log: &RecordedArtifact<'_>,
    prefix: &str,
) -> Result<Vec<MetricValue>, Vec<Diagnostic>> {
    let rows = read_log(run, log)?;
    let performance = performance(run, log.node)?;
    let epochs = rows.iter().map(|row| row.epoch + 1).max().unwrap_or(0);
    let times = EpochTimes::new(starts.of(log.node), log.node.seconds, epochs, &performance);
    let value = |row: LogRow| MetricValue {
        key: format!("{prefix}{}", row.name),
        value: row.value,
        timestamp_ms: milliseconds(times.end_of(row.epoch)),
        step: i64::from(row.epoch),
    };
    Ok(rows.into_iter().map(value).collect())
}

/// What tells a training from others of one evaluation.
fn title_in(node: &NodeReport, logs: &[RecordedArtifact<'_>]) -> String {
    let twins = logs.iter().filter(|log| template(log.node) == template(node)).count();
    if twins > 1 { node.node.to_string() } else { template(node).to_owned() }
}

fn with_unique_keys(mut metrics: Vec<MetricValue>) -> Vec<MetricValue> {
    let names: Vec<String> = metrics.iter().map(|metric| metric.key.clone()).collect();
    let keys = unique_keys(names.iter().map(String::as_str));
    for (metric, name) in metrics.iter_mut().zip(&names) {
        metric.key.clone_from(&keys[name.as_str()]);
    }
    metrics
}

fn common_tags(run: &RecordedRun) -> Vec<(String, String)> {
    let report = run.report();
    vec![
        tag("mlflow.source.name", &report.file),
        tag("mlflow.source.type", "LOCAL"),
        tag("orchestrate.experiment", run.experiment()),
        tag("orchestrate.program", &report.program),
    ]
}

fn tag(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

/// The same digits for the same parts.
fn id(parts: &[&str]) -> String {
    let text = serde_json::to_string(parts).expect("strings are JSON");
    Digest::keyed(DOMAIN, text.as_bytes()).to_string().chars().take(ID_DIGITS).collect()
}

fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1000.0).round() as i64
}

/// Folders inside a run's folder that are deeper are not looked into.
const DEEPEST: usize = 4;

/// What people read of a run's folder: everything but the history, logs of failures and hidden files.
fn collect(
    root: &Path,
    below: &Path,
    depth: usize,
    files: &mut Vec<RunFile>,
) -> std::io::Result<()> {
    let mut entries: Vec<PathBuf> = Vec::new();
    for entry in fs_err::read_dir(root.join(below))? {
        entries.push(below.join(entry?.file_name()));
    }
    entries.sort();
    for entry in entries {
        let name = entry.file_name().unwrap_or_default().to_string_lossy();
        let kind = fs_err::symlink_metadata(root.join(&entry))?.file_type();
        if name.starts_with('.') || (depth == 0 && NOT_READ.contains(&name.as_ref())) {
            continue;
        }
        if kind.is_dir() && depth < DEEPEST {
            collect(root, &entry, depth + 1, files)?;
        } else if kind.is_file()
            && let Some(name) = entry.to_str()
        {
            files.push(RunFile { name: name.to_owned(), path: root.join(&entry) });
        }
    }
    Ok(())
}

const NOT_READ: [&str; 2] = ["history", "logs"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_same_for_the_same_parts_only() {
        assert_eq!(id(&["a", "bc"]), id(&["a", "bc"]));
        assert_ne!(id(&["a", "bc"]), id(&["ab", "c"]));
        assert_eq!(id(&["a"]).len(), 32);
    }

    #[test]
    fn keys_of_curves_and_scores_do_not_collide() {
        let value =
            |key: &str| MetricValue { key: key.into(), value: 1.0, timestamp_ms: 0, step: 0 };
        let found =
            with_unique_keys(vec![value("loss"), value("loss/a"), value("loss"), value("a%")]);
        let keys: Vec<&str> = found.iter().map(|metric| metric.key.as_str()).collect();
        assert_eq!(keys, ["loss.value", "loss/a", "loss.value", "a_"]);
    }

    #[test]
    fn files_that_people_read_go_along() {
        let dir = tempfile::tempdir().unwrap();
        for file in ["report.html", "tables/a.tex", "history/x.json", ".hidden", "figures/b.svg"] {
            let path = dir.path().join(file);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, "x").unwrap();
        }
        let mut files = Vec::new();
        collect(dir.path(), Path::new(""), 0, &mut files).unwrap();
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["figures/b.svg", "report.html", "tables/a.tex"]);
    }
}
