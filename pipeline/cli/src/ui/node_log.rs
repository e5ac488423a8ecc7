//! What one node said, from the journal of a run.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use fs_err::File;
use pipeline_engine::StageEvent;
use pipeline_ui::{Level, LogChange, LogLine};

use super::plain::plain;
use crate::journal::{Entry, Line, Outcome};

/// How many of the last lines are told to somebody who comes new.
const MOST_LINES: usize = 2000;
/// How much is read at once for somebody who follows.
const MOST_READ: u64 = 32 << 20;
/// What is longer is cut.
const LONGEST: usize = 4000;

/// What a node said after a position in the journal; at first the last lines of everything.
pub(super) fn read(journal: &Path, node: &str, from: Option<u64>) -> std::io::Result<LogChange> {
    let mut file = File::open(journal)?;
    let begin = from.unwrap_or(0);
    file.seek(SeekFrom::Start(begin))?;
    let most = if from.is_some() { MOST_READ } else { u64::MAX };
    let mut lines = BufReader::new(file.take(most));
    let mut text = Vec::new();
    let mut change = LogChange { position: begin, whole: from.is_none(), ..LogChange::default() };
    let mut last = VecDeque::new();
    // Most lines are of other nodes: those that do not even name it need not be understood.
    let named = serde_json::to_string(node).unwrap_or_default();
    loop {
        text.clear();
        let length = lines.read_until(b'\n', &mut text)?;
        // The last line is not whole yet.
        if text.last() != Some(&b'\n') {
            break;
        }
        change.position += length as u64;
        let text = String::from_utf8_lossy(&text);
        if !text.contains(&named) {
            continue;
        }
        let said = Line::parse(&text).and_then(|line| spoken(line.entry, node));
        for line in said.into_iter().flatten() {
            last.push_back(line);
            if last.len() > MOST_LINES {
                last.pop_front();
                change.left_out += 1;
            }
        }
    }
    change.lines = last.into();
    Ok(change)
}

/// A log that is kept with a result.
pub(super) fn kept(text: &str) -> LogChange {
    let all: Vec<&str> = text.lines().filter(|line| !line.starts_with("metric: ")).collect();
    let left_out = all.len().saturating_sub(MOST_LINES);
    let lines = all[left_out..].iter().map(|text| {
        let (level, words) = match text.split_once(": ") {
            Some(("info", words)) => (Level::Info, words),
            Some(("warn", words)) => (Level::Warn, words),
            _ => (Level::Info, *text),
        };
        line(level, words)
    });
    LogChange { position: 0, whole: true, left_out: left_out as u64, lines: lines.collect() }
}

/// What an event adds to the log of a node. Its metrics are drawn, not told.
fn spoken(entry: Entry, wanted: &str) -> Option<Vec<LogLine>> {
    if entry.node() != Some(wanted) {
        return None;
    }
    match entry {
        Entry::Stage { said: StageEvent::Log { level, message }, .. } => {
            let level = if level == "warn" { Level::Warn } else { Level::Info };
            Some(message.lines().map(|words| line(level, words)).collect())
        }
        Entry::NodeRetried { attempt, of, error, .. } => {
            let words = format!("attempt {attempt} of {of} failed: {}", error.message);
            Some(vec![line(Level::Error, &words)])
        }
        Entry::NodeFinished { outcome: Outcome::Failed { error }, .. } => {
            Some(vec![line(Level::Error, &format!("failed: {}", error.message))])
        }
        _ => None,
    }
}

fn line(level: Level, words: &str) -> LogLine {
    let mut text = plain(words);
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push_str(" …");
    }
    LogLine { level, text }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn said(node: &str, message: &str) -> String {
        let fields = serde_json::json!({
            "type": "stage", "at": "2026-01-31T10:00:00Z", "node": node,
            "said": {"event": "log", "level": "info", "message": message},
        });
        format!("{fields}\n")
    }

    fn words(change: &LogChange) -> Vec<&str> {
        change.lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn a_log_is_followed_line_by_line() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let node = "train[seed=\"1\"]";
        write!(file, "{}{}", said(node, "one"), said("other", "no")).unwrap();
        let (half, rest) = (&said(node, "\u{1b}[31mtwo")[..40], &said(node, "\u{1b}[31mtwo")[40..]);
        write!(file, "{half}").unwrap();
        let first = read(file.path(), node, None).unwrap();
        assert_eq!((words(&first), first.whole), (vec!["one"], true));
        write!(file, "{rest}").unwrap();
        let second = read(file.path(), node, Some(first.position)).unwrap();
        assert_eq!((words(&second), second.whole), (vec!["two"], false));
        let third = read(file.path(), node, Some(second.position)).unwrap();
        assert_eq!((words(&third), third.position), (vec![], second.position));
    }

    #[test]
    fn of_a_long_log_the_end_is_told() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        for number in 0..2100 {
            write!(file, "{}", said("a", &format!("line {number}"))).unwrap();
        }
        let change = read(file.path(), "a", None).unwrap();
        assert_eq!((change.left_out, change.lines.len()), (100, 2000));
        assert_eq!(words(&change)[1999], "line 2099");
        let text: Vec<_> = (0..2100).map(|number| format!("info: line {number}")).collect();
        assert_eq!(kept(&text.join("\n")).lines, change.lines);
    }

    #[test]
    fn a_kept_log_says_what_is_a_warning_and_leaves_metrics_out() {
        let change = kept("info: a: b\nmetric: loss[1] = 2\nwarn: c\nraw\n");
        let lines: Vec<_> = change.lines.iter().map(|l| (l.level, l.text.as_str())).collect();
        assert_eq!(lines, [(Level::Info, "a: b"), (Level::Warn, "c"), (Level::Info, "raw")]);
    }

    #[test]
    fn a_line_without_end_is_cut() {
        assert_eq!(line(Level::Info, &"ä".repeat(5000)).text.chars().count(), LONGEST + 2);
    }
}
