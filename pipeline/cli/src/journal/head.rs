//! The first and the last line of a journal, and a report's outline.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use fs_err::File;
use jiff::Timestamp;
use serde::Deserialize;

use super::history::TAIL;

/// A first line lists the whole graph; a longer one is no journal's.
const LONGEST_HEAD: u64 = 64 << 20;
/// A larger report is not read.
const LARGEST_REPORT: u64 = 256 << 20;

/// The first line of a journal.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Head {
    #[serde(rename = "type")]
    kind: String,
    #[serde(deserialize_with = "time")]
    pub(super) at: Timestamp,
    #[serde(default)]
    pub(super) experiment: String,
    #[serde(default)]
    pub(super) nodes: usize,
    #[serde(default)]
    pub(super) command: Vec<String>,
}

/// The counts in the last line of a journal.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct Summary {
    pub(super) run: usize,
    pub(super) cached: usize,
    pub(super) failed: usize,
    pub(super) skipped: usize,
    pub(super) cancelled: bool,
    pub(super) bug: bool,
    pub(super) seconds: f64,
}

#[derive(Deserialize)]
struct Last {
    #[serde(rename = "type")]
    kind: String,
    #[serde(deserialize_with = "time")]
    at: Timestamp,
    summary: Option<Summary>,
}

fn time<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
    String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
}

impl Head {
    /// Reads it; what is wrong if that cannot be done.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let file = File::open(path).map_err(|error| error.to_string())?;
        let mut line = Vec::new();
        let read = BufReader::new(file).take(LONGEST_HEAD).read_until(b'\n', &mut line);
        read.map_err(|error| error.to_string())?;
        let head: Option<Self> = serde_json::from_slice(&line).ok();
        head.filter(|head| head.kind == "run_started")
            .ok_or_else(|| "its first line does not say which run it is".to_owned())
    }
}

/// The counts, if the journal came to its end, and the time of the last line that can be read.
pub(super) fn last_lines(path: &Path) -> (Option<Summary>, Option<Timestamp>) {
    let Ok(text) = tail(path) else { return (None, None) };
    let mut lines = text.lines().rev().map(|line| serde_json::from_str::<Last>(line).ok());
    match lines.next() {
        Some(Some(last)) if last.kind == "run_finished" => (last.summary, Some(last.at)),
        Some(Some(last)) => (None, Some(last.at)),
        _ => (None, lines.flatten().map(|line| line.at).next()),
    }
}

/// The last bytes of a file.
pub(super) fn tail(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What a list of runs needs of a report.
#[derive(Debug, Deserialize)]
pub(super) struct ReportGlance {
    #[serde(default)]
    run_id: String,
    pub(super) experiment: String,
    pub(super) started_at: String,
    pub(super) seconds: f64,
    nodes: Vec<NodeGlance>,
}

#[derive(Debug, Deserialize)]
struct NodeGlance {
    node: String,
    status: String,
    error: Option<String>,
}

impl ReportGlance {
    /// Reads one; none if there is none, and what is wrong with one that cannot be read.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, String> {
        let length = match fs_err::metadata(path) {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let damage = |what: &str| format!("{}: {what}", path.display());
        if length > LARGEST_REPORT {
            return Err(damage("it is too large for a report"));
        }
        let bytes = fs_err::read(path).map_err(|error| error.to_string())?;
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| damage(&format!("it is not a whole report: {error}")))
    }

    /// The run; of a report of before runs had names, by the time it began.
    pub(super) fn id(&self) -> Option<String> {
        if !self.run_id.is_empty() {
            return Some(self.run_id.clone());
        }
        let began: Timestamp = self.started_at.parse().ok()?;
        Some(format!("{}-000000", began.strftime("%Y%m%dT%H%M%SZ")))
    }

    /// How many nodes have each status.
    pub(super) fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for node in &self.nodes {
            *counts.entry(node.status.clone()).or_default() += 1;
        }
        counts
    }

    /// Why nodes failed.
    pub(super) fn failures(&self) -> BTreeMap<String, String> {
        let failed = self.nodes.iter().filter(|node| node.status == "failed");
        failed
            .map(|node| (node.node.clone(), node.error.clone().unwrap_or_else(|| "?".to_owned())))
            .collect()
    }
}
