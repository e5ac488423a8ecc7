//! One run of a program, timed from outside.

use std::ffi::OsString;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};
use wait4::Wait4;

use crate::error::BenchError;

/// How much of the end of what a program prints is kept.
const TAIL_BYTES: u64 = 4000;
/// How long a program that is given up may take to clean up.
const GRACE: Duration = Duration::from_secs(10);
/// Variables that would make `orchestrate` use a store or data of the user's own, and the one with
/// which cargo makes the loader look for every library in cargo's folders first.
const UNWANTED: [&str; 3] = ["ORCHESTRATE_STORE", "ORCHESTRATE_DATA", "LD_LIBRARY_PATH"];

/// A command to measure.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    /// The program file.
    pub(crate) program: PathBuf,
    /// What is behind it.
    pub(crate) arguments: Vec<OsString>,
    /// Variables added to the environment.
    pub(crate) environment: Vec<(String, OsString)>,
    /// The working folder.
    pub(crate) folder: PathBuf,
}

impl Invocation {
    /// A program with its arguments in a folder.
    pub(crate) fn new<A: Into<OsString>>(
        program: &Path,
        arguments: impl IntoIterator<Item = A>,
        folder: &Path,
    ) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Self { program: program.into(), arguments, environment: vec![], folder: folder.into() }
    }

    /// Returns the command as a person would type it, without the folders of this machine.
    pub(crate) fn shown(&self) -> String {
        let name = self.program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let arguments = self.arguments.iter().map(|argument| {
            // Folders of this machine say nothing to a reader.
            let path = Path::new(argument);
            let shown = if path.is_absolute() { path.file_name() } else { None };
            shown.unwrap_or(argument).to_string_lossy()
        });
        std::iter::once(name.into()).chain(arguments).collect::<Vec<_>>().join(" ")
    }

    /// Returns the command without input, in its folder and environment.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.folder).stdin(Stdio::null());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        for name in UNWANTED {
            command.env_remove(name);
        }
        command
    }
}

/// How a measured program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// With status 0.
    Done,
    /// Otherwise.
    Failed(ExitStatus),
    /// It was given up.
    TooLong,
}

/// What one run took.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    /// From before the start to the end.
    pub(crate) wall: Duration,
    /// User and system time, of the program and of the children it waited for.
    pub(crate) cpu: Duration,
    /// Largest resident memory of any one of these processes.
    pub(crate) peak_bytes: u64,
    /// How it ended.
    pub(crate) end: End,
    /// The end of what it printed, both streams together.
    pub(crate) output: String,
}

/// Runs a program and waits for it, at most `patience` long.
///
/// # Errors
/// [`BenchError::Start`] if there is no such program. One that fails is a [`Sample`].
pub(crate) fn measure(invocation: &Invocation, patience: Duration) -> Result<Sample, BenchError> {
    let mut printed = tempfile::tempfile()?;
    let mut command = invocation.command();
    command.stdout(printed.try_clone()?).stderr(printed.try_clone()?);
    let start_error = |source| BenchError::Start { program: invocation.program.clone(), source };

    // The watching thread is there before the clock starts.
    let (started, events) = channel();
    let watch = std::thread::spawn(move || stop_if_late(&events, patience));
    let start = Instant::now();
    let child = command.spawn().map_err(start_error)?;
    let pid = Pid::from_child(&child);
    let _ = started.send(pid);
    await_end(pid)?;
    let wall = start.elapsed();
    // The process is still a zombie, so its number cannot have gone to another one.
    drop(started);
    let late = watch.join().unwrap_or(false);
    let used = child.wait4()?;

    let end = match used.status {
        _ if late => End::TooLong,
        status if status.success() => End::Done,
        status => End::Failed(status),
    };
    Ok(Sample {
        wall,
        cpu: used.rusage.utime + used.rusage.stime,
        peak_bytes: used.rusage.maxrss,
        end,
        output: tail(&mut printed)?,
    })
}

/// Runs a program that prepares a measurement.
///
/// # Errors
/// [`BenchError::Step`] with what it printed if it ends badly.
pub(crate) fn step(what: &str, invocation: &Invocation) -> Result<String, BenchError> {
    let mut printed = tempfile::tempfile()?;
    let mut command = invocation.command();
    command.stdout(printed.try_clone()?).stderr(printed.try_clone()?);
    let status = command
        .status()
        .map_err(|source| BenchError::Start { program: invocation.program.clone(), source })?;
    let output = tail(&mut printed)?;
    if status.success() {
        Ok(output)
    } else {
        Err(BenchError::Step { what: what.into(), status, output })
    }
}

/// Blocks until a child has ended, and leaves it to be waited for.
fn await_end(pid: Pid) -> std::io::Result<()> {
    loop {
        match rustix::process::waitid(
            WaitId::Pid(pid),
            WaitIdOptions::EXITED | WaitIdOptions::NOWAIT,
        ) {
            Ok(_) => return Ok(()),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Ends the process when its time is up; says whether it had to.
fn stop_if_late(events: &Receiver<Pid>, patience: Duration) -> bool {
    let Ok(pid) = events.recv() else { return false };
    for (wait, signal) in [(patience, Signal::TERM), (GRACE, Signal::KILL)] {
        match events.recv_timeout(wait) {
            Err(RecvTimeoutError::Timeout) => {
                let _ = rustix::process::kill_process(pid, signal);
            }
            Ok(_) | Err(RecvTimeoutError::Disconnected) => return signal == Signal::KILL,
        }
    }
    true
}

/// Returns the end of what was written to a file.
///
/// # Errors
/// The error of reading.
pub(crate) fn tail(file: &mut (impl Read + Seek)) -> std::io::Result<String> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, patience: Duration) -> Sample {
        let folder = tempfile::tempdir().unwrap();
        let invocation = Invocation::new(Path::new("/bin/sh"), ["-c", script], folder.path());
        measure(&invocation, patience).unwrap()
    }

    #[test]
    fn sees_time_memory_and_output_of_a_program() {
        let sample = shell("echo seen; echo too >&2; exec true", Duration::from_mins(1));
        assert_eq!(sample.end, End::Done);
        assert_eq!(sample.output, "seen\ntoo\n");
        assert!(sample.peak_bytes > 100_000, "{} bytes", sample.peak_bytes);
        assert!(sample.wall > Duration::from_micros(100));
    }

    #[test]
    fn counts_the_work_of_children() {
        let busy = "sh -c 'i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done'; true";
        let sample = shell(busy, Duration::from_mins(1));
        assert!(sample.cpu > Duration::from_millis(2), "{:?}", sample.cpu);
    }

    #[test]
    fn tells_failure_from_being_given_up() {
        let failed = shell("echo why >&2; exit 3", Duration::from_mins(1));
        assert!(matches!(failed.end, End::Failed(status) if status.code() == Some(3)));
        assert_eq!(failed.output, "why\n");
        let late = shell("exec cat /dev/zero > /dev/null", Duration::from_millis(50));
        assert_eq!(late.end, End::TooLong);
        assert!(late.wall >= Duration::from_millis(50) && late.wall < GRACE);
    }

    #[test]
    fn shows_a_command_without_its_folder() {
        let invocation =
            Invocation::new(Path::new("/opt/tool"), ["run", "a.yaml"], Path::new("/tmp"));
        assert_eq!(invocation.shown(), "tool run a.yaml");
    }

    #[test]
    fn names_a_program_that_is_not_there() {
        let invocation = Invocation::new(Path::new("/no/such"), ["x"], Path::new("/"));
        let message = measure(&invocation, GRACE).unwrap_err().to_string();
        assert!(message.starts_with("cannot start `/no/such`"), "{message}");
    }
}
