//! Asking the process of a run to stop, as Ctrl-C in its terminal would.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use pipeline_ui::StopRefusal;
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// Sends `SIGTERM` to the process that writes a journal.
///
/// Numbers of processes are used again. So the process is held first, then it has to prove that it
/// has this very journal open, and the signal goes to the one that is held.
pub(super) fn stop(journal: &Path, pid: u32) -> Result<(), StopRefusal> {
    let number = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let number =
        number.ok_or_else(|| refusal(format!("the journal names no process, but {pid}")))?;
    let elsewhere = || {
        refusal(format!(
            "process {pid}, which carries out the run, is not on this machine; stop it where it runs"
        ))
    };
    let process = pidfd_open(number, PidfdFlags::empty()).map_err(|error| match error {
        Errno::SRCH => elsewhere(),
        other => refusal(format!("process {pid} cannot be reached: {other}")),
    })?;
    if !has_open(pid, journal)
        .map_err(|error| refusal(format!("process {pid} cannot be recognized: {error}")))?
    {
        return Err(elsewhere());
    }
    pidfd_send_signal(process, Signal::TERM).map_err(|error| match error {
        Errno::PERM => refusal(format!("process {pid} belongs to another user")),
        Errno::SRCH => refusal("the run is over".to_owned()),
        other => refusal(format!("process {pid} cannot be asked: {other}")),
    })
}

/// Whether a process of this machine has a file open.
fn has_open(pid: u32, file: &Path) -> std::io::Result<bool> {
    let wanted = fs_err::metadata(file)?;
    let same =
        |found: std::fs::Metadata| (found.dev(), found.ino()) == (wanted.dev(), wanted.ino());
    let handles = fs_err::read_dir(format!("/proc/{pid}/fd"))?;
    Ok(handles.flatten().any(|handle| fs_err::metadata(handle.path()).is_ok_and(same)))
}

fn refusal(message: String) -> StopRefusal {
    StopRefusal { message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_does_not_write_the_journal_is_left_alone() {
        let mut other = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let journal = tempfile::NamedTempFile::new().unwrap();
        let refused = stop(journal.path(), other.id()).unwrap_err();
        assert!(refused.message.contains("not on this machine"), "{refused}");
        assert_eq!(other.try_wait().unwrap(), None, "it goes on");
        other.kill().unwrap();
        other.wait().unwrap();
        for pid in [0, u32::MAX, i32::MAX.cast_unsigned()] {
            assert!(stop(journal.path(), pid).is_err(), "{pid}");
        }
    }

    #[test]
    fn the_process_that_has_the_journal_open_is_found_and_stopped() {
        let journal = tempfile::NamedTempFile::new().unwrap();
        let file = journal.reopen().unwrap();
        let mut writer = std::process::Command::new("sleep").arg("60").stdin(file).spawn().unwrap();
        stop(journal.path(), writer.id()).unwrap();
        let status = writer.wait().unwrap();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(15));
        let gone = stop(journal.path(), writer.id()).unwrap_err();
        assert!(gone.message.contains("not on this machine"), "{gone}");
    }
}
