//! `orchestrate show`.

use std::path::{Path, PathBuf};

use pipeline_engine::{Fingerprint, NodeReport, Report};
use pipeline_spec::Diagnostic;
use pipeline_store::{ActionKey, Store};

use super::Session;
use super::export::export;
use super::logs::kept_log;
use super::runs::{experiment_name, is_wanted, no_run};
use super::session::unknown;
use crate::arguments::ShowArguments;
use crate::error::{CommandError, Exit};
use crate::render::AddLine;
use crate::render::{columns, duration};

/// How many files of an output are listed.
const MOST_FILES: usize = 20;

/// Shows what the latest run did, or one of its nodes in full.
pub(crate) fn show(session: &Session<'_>, arguments: &ShowArguments) -> Result<Exit, CommandError> {
    let name = experiment_name(&arguments.run)?;
    let run_dir = arguments.places.runs.join(&name);
    let report = Report::read(&run_dir).ok_or_else(|| no_run(&name, &arguments.places.runs))?;
    if arguments.json && arguments.node.is_none() {
        let text = serde_json::to_string_pretty(&report).map_err(|error| {
            Diagnostic::new("cli::report", format!("the report cannot be written: {error}"))
        })?;
        session.console.data(&format!("{text}\n"));
        return Ok(Exit::Done);
    }
    let Some(wanted) = &arguments.node else {
        session.console.data(&overview(&report, &run_dir));
        return Ok(Exit::Done);
    };
    let nodes: Vec<&NodeReport> =
        report.nodes.iter().filter(|node| is_wanted(node.node.as_str(), wanted)).collect();
    if nodes.is_empty() {
        let known: Vec<&str> = report.nodes.iter().map(|node| node.node.as_str()).collect();
        return Err(unknown("cli::unknown_node", "node", wanted, &known).into());
    }
    let store = session.store(&arguments.places)?;
    if let Some(dir) = &arguments.export {
        session.console.data(&export(&store, &nodes, dir)?);
        return Ok(Exit::Done);
    }
    if arguments.json {
        let text = serde_json::to_string_pretty(&nodes).map_err(|error| {
            Diagnostic::new("cli::report", format!("the report cannot be written: {error}"))
        })?;
        session.console.data(&format!("{text}\n"));
        return Ok(Exit::Done);
    }
    let details: Vec<String> =
        nodes.into_iter().map(|node| detail(node, &store, &run_dir)).collect();
    session.console.data(&details.join("\n"));
    Ok(Exit::Done)
}

fn overview(report: &Report, run_dir: &Path) -> String {
    let mut text = format!(
        "{} ({}), run {} by {} in {}\n\n",
        report.experiment,
        report.file,
        report.started_at,
        report.program,
        duration(report.seconds)
    );
    let mut rows =
        vec![["status", "node", "time", "action", "outputs"].map(str::to_owned).to_vec()];
    for node in &report.nodes {
        let outputs: Vec<String> = node
            .outputs
            .iter()
            .map(|(port, digest)| format!("{port}={}", digest.short()))
            .collect();
        let key = node.key.map(|key| key.0.short()).unwrap_or_default();
        rows.push(vec![
            node.status.clone(),
            node.node.to_string(),
            if node.status == "skipped" { String::new() } else { duration(node.seconds) },
            key,
            outputs.join(" "),
        ]);
    }
    text.push_str(&columns(&rows));
    for node in report.nodes.iter().filter(|node| node.error.is_some()) {
        let error = node.error.as_deref().unwrap_or_default();
        text.line(format_args!("\n{} failed: {error}", node.node));
    }
    if !report.exported.is_empty() {
        text.line(format_args!("\nfiles in {}:", run_dir.display()));
        for (file, digest) in &report.exported {
            text.line(format_args!("  {file}  {}", digest.short()));
        }
    }
    text
}

fn detail(node: &NodeReport, store: &Store, run_dir: &Path) -> String {
    let mut text = format!("{}\n", node.node);
    let mut line = |name: &str, value: &str| text.line(format_args!("  {name}: {value}"));
    line("stage", &node.stage);
    line("status", &node.status);
    line("time", &duration(node.seconds));
    for (name, value) in &node.environment {
        line(name, value);
    }
    for warning in &node.warnings {
        line("warning", warning);
    }
    if let Some(error) = &node.error {
        line("error", error);
    }
    if let Some(key) = node.key {
        let done = matches!(node.status.as_str(), "ran" | "cached");
        let of = if done { "" } else { " (the last one that completed it)" };
        text.push_str(&action(key, of, store));
    }
    if let Some(log) = kept_log(node, run_dir, store) {
        text.push_str("  log:\n");
        for line in log.lines() {
            text.line(format_args!("  | {line}"));
        }
    }
    text
}

/// What the store knows of the action.
fn action(key: ActionKey, of: &str, store: &Store) -> String {
    let mut text = format!("  action: {key}{of}\n");
    let Some(record) = store.record(key) else {
        text.push_str("  record: not in the store\n");
        return text;
    };
    if let Some(fingerprint) = Fingerprint::from_json(&record.fingerprint) {
        text.push_str(&ingredients(&fingerprint));
    }
    for (port, artifact) in &record.outputs {
        text.line(format_args!("  output {port}: {artifact}"));
        for line in files(store, *artifact) {
            text.line(format_args!("    {line}"));
        }
    }
    text
}

/// What the action's key was made of.
fn ingredients(fingerprint: &Fingerprint) -> String {
    let mut text = format!("  version: {}\n  parameters:\n", fingerprint.version);
    let params = serde_json::to_string_pretty(&fingerprint.params).unwrap_or_default();
    for line in params.lines() {
        text.line(format_args!("    {line}"));
    }
    for (port, list) in &fingerprint.inputs {
        for input in list {
            let at: Vec<String> =
                input.coordinates.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let at = if at.is_empty() { String::new() } else { format!("[{}]", at.join(",")) };
            text.line(format_args!("  input {port}{at}: {}", input.artifact));
        }
    }
    if !fingerprint.sources.is_empty() {
        text.line(format_args!("  files read from outside: {}", fingerprint.sources.len()));
    }
    text
}

/// The files of an artifact and where their bytes are.
fn files(store: &Store, artifact: pipeline_store::Digest) -> Vec<String> {
    let tree = match store.tree(artifact) {
        Ok(tree) => tree,
        Err(error) => return vec![error.to_string()],
    };
    let count = tree.files.len();
    let mut lines: Vec<String> = tree
        .files
        .into_iter()
        .take(MOST_FILES)
        .map(|(name, file)| {
            let at = store
                .locate(file)
                .map_or_else(|| "missing".to_owned(), |path: PathBuf| path.display().to_string());
            format!("{name}  {} bytes  {at}", file.size)
        })
        .collect();
    if let Some(more) = count.checked_sub(MOST_FILES).filter(|more| *more > 0) {
        lines.push(format!("and {more} more"));
    }
    lines
}
