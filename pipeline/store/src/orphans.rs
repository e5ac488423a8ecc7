//! Programs that outlived the process that had started them.

use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process};

/// Kills every process whose current folder lies in a folder. Where the system does not tell
/// (another user's process, no `/proc`), nothing happens.
pub(crate) fn end_processes_in(folder: &Path) {
    let Ok(folder) = fs_err::canonicalize(folder) else { return };
    for (pid, current) in current_folders() {
        if current.starts_with(&folder) {
            tracing::warn!(pid, "a program left behind by a killed run is ended");
            if let Some(pid) = Pid::from_raw(pid) {
                let _ = kill_process(pid, Signal::KILL);
            }
        }
    }
}

/// The current folder of every process that may be asked.
fn current_folders() -> impl Iterator<Item = (i32, PathBuf)> {
    fs_err::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| {
        let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
        let current = std::fs::read_link(entry.path().join("cwd")).ok()?;
        Some((pid, current))
    })
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn ends_what_runs_in_the_folder_and_nothing_else() {
        let (inside, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let start = |dir: &Path| {
            let mut command = Command::new("sleep");
            command.arg("60").current_dir(dir).stdin(Stdio::null()).spawn().expect("sleep")
        };
        let mut orphan = start(inside.path());
        let mut other = start(outside.path());
        end_processes_in(inside.path());
        assert!(!orphan.wait().unwrap().success());
        assert!(other.try_wait().unwrap().is_none(), "the other one still runs");
        other.kill().unwrap();
        other.wait().unwrap();
    }
}
