//! The journals and reports of earlier runs.

use std::path::{Path, PathBuf};

use fs_err::File;

use super::entry::{Entry, Line};
use super::head::tail;

/// The folder in a run's folder.
const FOLDER: &str = "history";
/// How journals end.
pub(super) const EXTENSION: &str = "jsonl";
/// How many runs are remembered.
pub(super) const KEEP: usize = 50;
/// More than the last line of a journal.
pub(super) const TAIL: u64 = 8 * 1024;

/// One journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JournalFile {
    /// The run.
    pub(crate) id: String,
    /// The file.
    pub(crate) path: PathBuf,
}

/// What became of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Its process lives.
    Live,
    /// It came to its end.
    Finished,
    /// Its process is gone, and it did not come to its end.
    Interrupted,
}

/// Where the history of an experiment lies.
pub(super) fn folder(run_dir: &Path) -> PathBuf {
    run_dir.join(FOLDER)
}

/// The journals of an experiment, newest first.
pub(crate) fn journals(run_dir: &Path) -> Vec<JournalFile> {
    let mut found: Vec<JournalFile> = fs_err::read_dir(folder(run_dir))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let path = entry.path();
            let id = path.file_stem()?.to_str()?.to_owned();
            let hidden = id.starts_with('.');
            (!hidden && path.extension()? == EXTENSION).then_some(JournalFile { id, path })
        })
        .collect();
    found.sort_by(|a, b| b.id.cmp(&a.id));
    found
}

impl JournalFile {
    /// What became of the run.
    pub(crate) fn state(&self) -> State {
        if is_locked(&self.path) {
            State::Live
        } else if ends_properly(&self.path).unwrap_or(false) {
            State::Finished
        } else {
            State::Interrupted
        }
    }
}

/// Whether a living process holds the journal. A shared lock is asked for, so that two who ask do
/// not take each other for the owner.
fn is_locked(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| {
        matches!(file.file().try_lock_shared(), Err(std::fs::TryLockError::WouldBlock))
    })
}

fn ends_properly(path: &Path) -> std::io::Result<bool> {
    let last = tail(path)?.lines().last().and_then(Line::parse);
    Ok(last.is_some_and(|line| matches!(line.entry, Entry::RunFinished { .. })))
}

/// Removes journals and reports of all but the latest runs. Those of living runs stay.
pub(super) fn prune(run_dir: &Path, keep: usize) {
    let folder = folder(run_dir);
    let mut ids: Vec<String> = fs_err::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_owned()))
        .filter(|id| !id.starts_with('.'))
        .collect();
    ids.sort_by(|a, b| b.cmp(a));
    ids.dedup();
    for id in ids.into_iter().skip(keep) {
        let journal = folder.join(format!("{id}.{EXTENSION}"));
        if is_locked(&journal) {
            continue;
        }
        for file in [journal, folder.join(format!("{id}.json"))] {
            if let Err(error) = fs_err::remove_file(&file)
                && error.kind() != std::io::ErrorKind::NotFound
            {
                tracing::debug!(%error, "an old journal stays");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: &str = r#"{"type":"run_finished","at":"2026-01-31T10:00:00Z","summary":{}}"#;

    fn write(run_dir: &Path, name: &str, text: &str) -> PathBuf {
        let path = folder(run_dir).join(name);
        fs_err::create_dir_all(folder(run_dir)).unwrap();
        fs_err::write(&path, text).unwrap();
        path
    }

    #[test]
    fn a_run_is_live_finished_or_interrupted() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "1.jsonl", &format!("{{}}\n{END}\n"));
        let path = write(dir.path(), "2.jsonl", &END[..50]);
        write(dir.path(), "2.json", "{}");
        write(dir.path(), ".3.jsonl", "");
        let found = journals(dir.path());
        let ids: Vec<_> = found.iter().map(|journal| journal.id.as_str()).collect();
        assert_eq!(ids, ["2", "1"]);
        assert_eq!(found[0].state(), State::Interrupted);
        assert_eq!(found[1].state(), State::Finished);
        let held = File::open(path).unwrap();
        held.file().lock().unwrap();
        assert_eq!(found[0].state(), State::Live);
    }

    #[test]
    fn old_runs_are_forgotten_unless_they_live() {
        let dir = tempfile::tempdir().unwrap();
        for id in 10..20 {
            write(dir.path(), &format!("{id}.jsonl"), END);
            write(dir.path(), &format!("{id}.json"), "{}");
        }
        let held = File::open(folder(dir.path()).join("11.jsonl")).unwrap();
        held.file().lock().unwrap();
        prune(dir.path(), 3);
        let ids: Vec<_> = journals(dir.path()).into_iter().map(|journal| journal.id).collect();
        assert_eq!(ids, ["19", "18", "17", "11"]);
        assert_eq!(fs_err::read_dir(folder(dir.path())).unwrap().count(), 8);
    }
}
