//! Everything the page is made of, as plain data.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;

use pipeline_cli::RecordedRun;
use pipeline_engine::{Fingerprint, NodeId, NodeReport, Report};
use serde_json::Value;

use super::files::{Files, exported_files};
use super::scores::{Scores, read_scores};

/// Longest first line of a journal: the outline of a graph of some ten thousand nodes.
const LONGEST_LINE: u64 = 16 << 20;

/// Everything the page is made of.
#[derive(Debug)]
pub(super) struct Content {
    /// What the run did.
    pub(super) report: Report,
    /// The command line that started it, where it is known.
    pub(super) command: Option<Vec<String>>,
    /// What the keys of the nodes' actions were made of, where the store knows it.
    pub(super) fingerprints: BTreeMap<NodeId, Fingerprint>,
    /// What stages exported.
    pub(super) files: Files,
    /// The values of every subject; none if the run has no metrics, an error if they cannot be read.
    pub(super) scores: Result<Option<Scores>, String>,
}

impl Content {
    /// Gathers it. Of a run that executed nothing the reader wants to know where its results come
    /// from: the page tells of the run that made them, as long as that is kept.
    pub(super) fn of(run: &RecordedRun) -> Self {
        let report = run.made_by().unwrap_or_else(|| run.report().clone());
        let fingerprint = |node: &NodeReport| Some((node.node.clone(), run.fingerprint(node)?));
        let fingerprints: BTreeMap<NodeId, Fingerprint> =
            run.nodes().iter().filter_map(fingerprint).collect();
        let scores = read_scores(run, &fingerprints);
        Self {
            command: command(run.folder(), &report.run_id),
            files: exported_files(&report, run.folder(), run.store()),
            report,
            fingerprints,
            scores,
        }
    }
}

/// The command line in a run's journal, whose first line has it. A run that executed nothing has no
/// journal.
fn command(folder: &Path, run_id: &str) -> Option<Vec<String>> {
    // Ids come from report files, which could say anything.
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if run_id.is_empty() || run_id.starts_with('.') || !run_id.chars().all(plain) {
        return None;
    }
    let path = folder.join(Report::HISTORY).join(format!("{run_id}.jsonl"));
    let mut line = String::new();
    let file = fs_err::File::open(path).ok()?;
    BufReader::new(std::io::Read::take(file, LONGEST_LINE)).read_line(&mut line).ok()?;
    let event: Value = serde_json::from_str(&line).ok()?;
    let mut words: Vec<String> = serde_json::from_value(event.get("command")?.clone()).ok()?;
    // Where the program lay is of no use to others.
    let program = Path::new(words.first()?).file_name()?.to_str()?.to_owned();
    words[0] = program;
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_that_of_the_journal() {
        let dir = tempfile::tempdir().unwrap();
        let line = r#"{"type":"run_started","command":["/usr/bin/orchestrate","run","a b.yaml"]}"#;
        fs_err::create_dir(dir.path().join("history")).unwrap();
        fs_err::write(dir.path().join("history/2.jsonl"), format!("{line}\n{{}}\n")).unwrap();
        assert_eq!(command(dir.path(), "2").unwrap(), ["orchestrate", "run", "a b.yaml"]);
        for none in ["1", "", "../history/2", ".."] {
            assert_eq!(command(dir.path(), none), None);
        }
        fs_err::write(dir.path().join("history/3.jsonl"), "{\"command\": 5}").unwrap();
        assert_eq!(command(dir.path(), "3"), None);
    }
}
