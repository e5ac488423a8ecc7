//! The process between the orchestrator and a program of the user's.
//!
//! It confines itself and so the program, starts it, and stays: when the program ends it ends
//! whatever the program has left running, wherever that went; and when the orchestrator dies, in
//! whatever way, it ends everything. The program in turn dies with its supervisor.

use std::collections::BTreeMap;
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitOptions, getpid, kill_process, pidfd_open, set_child_subreaper,
    wait,
};
use serde::{Deserialize, Serialize};

use super::confine::Confinement;
use super::process::die_with_parent;
use crate::stage::STOP_SIGNALS;

/// The first argument of a program that is to call [`supervise`].
pub const SUPERVISE: &str = "supervise-program";

/// Status of a supervisor that could not start the program.
const NOT_STARTED: u8 = 127;

/// What to start, and within which bounds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Supervised {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
    /// All its variables.
    pub(super) environment: BTreeMap<String, String>,
    pub(super) current_dir: PathBuf,
    pub(super) confinement: Confinement,
}

impl Supervised {
    /// As the line that a supervisor reads.
    pub(super) fn to_line(&self) -> serde_json::Result<Vec<u8>> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        Ok(line)
    }
}

/// Runs the program that the first line of the standard input describes, to its end, and ends in
/// the same way. The rest of the input says when the orchestrator is gone: by ending.
///
/// A complaint about the program goes to `complain`, a line each.
pub fn supervise(complain: &dyn Fn(&str)) -> u8 {
    match start(complain) {
        Ok(child) => watch(child, complain),
        Err(what) => {
            complain(&what);
            NOT_STARTED
        }
    }
}

fn start(complain: &dyn Fn(&str)) -> Result<Child, String> {
    // Signals to the process group are for the program; it is watched to its end. They are caught,
    // not ignored, which the program would inherit.
    let caught = Arc::new(AtomicBool::new(false));
    for signal in STOP_SIGNALS {
        signal_hook::flag::register(signal, Arc::clone(&caught))
            .map_err(|error| error.to_string())?;
    }
    let line = first_line().map_err(|error| error.to_string())?;
    let what: Supervised = serde_json::from_slice(&line).map_err(|error| error.to_string())?;
    let _ = set_child_subreaper(Some(getpid()));
    if let Err(error) = what.confinement.enforce() {
        complain(&format!("not confined to what it declares: {error}"));
    }
    let mut command = Command::new(&what.program);
    command
        .args(&what.arguments)
        .current_dir(&what.current_dir)
        .env_clear()
        .envs(&what.environment)
        .stdin(Stdio::null());
    die_with_parent(&mut command);
    command.spawn().map_err(|error| format!("cannot start `{}`: {error}", what.program.display()))
}

/// The input up to the end of a line; whatever follows is left to be read.
fn first_line() -> std::io::Result<Vec<u8>> {
    let (mut line, mut chunk) = (Vec::new(), [0; 16 << 10]);
    // The orchestrator sends nothing behind that line.
    while line.last() != Some(&b'\n') {
        match rustix::io::read(std::io::stdin(), &mut chunk) {
            Ok(0) => break,
            Ok(count) => line.extend_from_slice(&chunk[..count]),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(line)
}

/// Waits for the program's end or the orchestrator's.
fn watch(mut child: Child, complain: &dyn Fn(&str)) -> u8 {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let pidfd = pid.and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
    let lifeline = std::io::stdin();
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            end_descendants();
            return pass_on(status);
        }
        let mut fds = vec![PollFd::from_borrowed_fd(lifeline.as_fd(), PollFlags::IN)];
        fds.extend(pidfd.as_ref().map(|pidfd| PollFd::new(pidfd, PollFlags::IN)));
        let blind = rustix::event::Timespec { tv_sec: 0, tv_nsec: 5_000_000 };
        let _ = poll(&mut fds, pidfd.is_none().then_some(&blind));
        // Nobody ever writes to it: it can only close.
        let gone = !fds[0].revents().is_empty();
        drop(fds);
        if gone {
            complain("the orchestrator is gone");
            end_descendants();
            return 1;
        }
    }
}

/// Kills children until there are none. Those of a killed child become ours.
fn end_descendants() {
    // The usual case, told without a look at every process of the system.
    if wait(WaitOptions::NOHANG).is_err_and(|error| error == Errno::CHILD) {
        return;
    }
    loop {
        for child in children() {
            let _ = kill_process(child, Signal::KILL);
        }
        // Blocks until one of them is gone, and fails when none are left.
        if wait(WaitOptions::empty()).is_err_and(|error| error != Errno::INTR) {
            return;
        }
    }
}

/// The direct children of this process.
fn children() -> Vec<Pid> {
    let own = getpid().as_raw_nonzero().get();
    let parent_of = |process: &Path| -> Option<i32> {
        let stat = fs_err::read_to_string(process.join("stat")).ok()?;
        stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
    };
    fs_err::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            (parent_of(&entry.path()) == Some(own)).then(|| Pid::from_raw(pid))?
        })
        .collect()
}

/// The status that tells how the program has ended: its own, or, as in shells, 128 and the signal.
fn pass_on(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| Some(128 + status.signal()?));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
