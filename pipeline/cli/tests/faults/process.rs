//! Finding processes by a text that only they carry.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// How long a process may take to be gone after it was killed or after its orchestrator was.
const PATIENCE: Duration = Duration::from_secs(5);

/// A process that is alive.
pub(crate) struct Process {
    pub(crate) pid: i32,
    /// Its arguments, for messages.
    pub(crate) command: String,
}

impl Process {
    /// Kills it; it may be gone already.
    pub(crate) fn kill(&self) -> bool {
        Pid::from_raw(self.pid).is_some_and(|pid| kill_process(pid, Signal::KILL).is_ok())
    }
}

/// The process of this number, if it carries the text in its arguments, its environment or the
/// path of its working folder. A dead one that nobody has waited for yet carries nothing.
pub(crate) fn process(pid: i32, marker: &str) -> Option<Process> {
    let folder = Path::new("/proc").join(pid.to_string());
    let read = |name: &str| {
        let bytes = fs_err::read(folder.join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).replace('\0', " ")
    };
    let command = read("cmdline");
    if command.is_empty() {
        // A part of the system, or dead.
        return None;
    }
    let place = || fs_err::read_link(folder.join("cwd")).unwrap_or_default();
    let carries = command.contains(marker)
        || place().to_string_lossy().contains(marker)
        || read("environ").contains(marker);
    carries.then_some(Process { pid, command })
}

/// Every process that carries the text.
pub(crate) fn carrying(marker: &str) -> Vec<Process> {
    let entries = fs_err::read_dir("/proc").expect("the list of processes");
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid| process(pid, marker))
        .collect()
}

/// Waits until no process carries the text.
pub(crate) fn wait_for_none(marker: &str) {
    let begin = Instant::now();
    loop {
        let left = carrying(marker);
        if left.is_empty() {
            return;
        }
        if begin.elapsed() > PATIENCE {
            for process in &left {
                process.kill();
            }
            let list: Vec<_> =
                left.iter().map(|left| format!("{}: {}", left.pid, left.command)).collect();
            panic!("these processes were left behind: {list:#?}");
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
