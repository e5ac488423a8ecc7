//! Watching a process: its output as it comes, its end at once, its limits.

use std::io::Write;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{
    Pid, PidfdFlags, Signal, kill_process_group, pidfd_open, set_parent_process_death_signal,
};

use super::memory::group_memory_mib;
use super::{Attempt, Work};
use crate::stage::{StageError, StageEvent};

/// How often the cancellation is looked at; everything else wakes us up.
const POLL: Duration = Duration::from_millis(50);
/// The same where the system does not tell when a process ends.
const BLIND_POLL: Duration = Duration::from_millis(5);
/// How often memory is measured, if it is limited.
const MEASURE: Duration = Duration::from_millis(100);
/// How long output is still read after a process has ended.
const DRAIN: Duration = Duration::from_secs(1);
/// Bytes of one read.
const CHUNK: usize = 64 << 10;
/// Longer lines of output are cut into several.
const LONGEST_LINE: usize = 1 << 20;

/// How a process ended and what it said of its end.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    /// It said that it was done.
    pub(super) done: bool,
    /// It said why it failed.
    pub(super) failure: Option<StageError>,
    /// How much memory it used when it was stopped for that.
    too_much_mib: Option<u64>,
}

/// Starts a program in a process group of its own, tells it what it reads first, and hears it until
/// it ends. Whatever happens, nothing of the group stays behind.
pub(super) fn run(
    command: &mut Command,
    first: &[u8],
    work: &Work<'_>,
) -> Result<Ended, StageError> {
    let mut child = command
        // The program ends when this pipe closes, so that it never outlives the orchestrator.
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| {
            let program = command.get_program().to_string_lossy().into_owned();
            StageError::new(error).with_detail(format!("cannot start {program}"))
        })?;
    // One that ends before it has read everything says why, or its status does.
    let _ = child.stdin.as_mut().map(|pipe| pipe.write_all(first));
    let result = Watch::new(&mut child, work).and_then(|mut watch| watch.until_it_ends());
    signal(&child, Signal::KILL);
    let _ = child.wait();
    let ended = result?;
    if work.attempt.cancellation.is_cancelled() && !(ended.status.success() && ended.done) {
        return Err(StageError::cancelled());
    }
    Ok(ended)
}

impl Ended {
    /// What went wrong, if the process did not say it itself.
    pub(super) fn complaint(&self, attempt: &Attempt) -> StageError {
        if let (Some(used), Some(limit)) = (self.too_much_mib, attempt.limits.memory_mib) {
            return StageError::message(format!(
                "exceeded its memory limit of {limit} MiB: it used {used} MiB"
            ))
            .with_help("raise `limits: {memory: …}` of the node, or give it less to do");
        }
        match (self.status.code(), self.status.signal()) {
            (Some(0), _) => StageError::message("ended without saying that it was done"),
            (None, Some(9)) | (Some(137), _) => StageError::message("was killed (signal 9)").with_help(
                "the system may have run out of memory: give it less to do at once, or run fewer actions at once (`--cpus`)",
            ),
            // What a shell or a supervisor makes of a signal.
            (Some(code @ 129..=192), _) => {
                StageError::message(format!("ended with status {code}, as after signal {}", code - 128))
            }
            (Some(code), _) => StageError::message(format!("ended with status {code}")),
            (None, Some(number)) => StageError::message(format!("died of signal {number}")),
            (None, None) => StageError::message("ended in an unknown way"),
        }
    }
}

/// A running process.
struct Watch<'a> {
    child: &'a mut Child,
    work: &'a Work<'a>,
    streams: Vec<Stream>,
    /// Becomes readable when the process ends; none on systems without.
    pidfd: Option<OwnedFd>,
    done: bool,
    failure: Option<StageError>,
    asked_to_stop: Option<Instant>,
    killed: bool,
    measured: Instant,
    too_much_mib: Option<u64>,
}

impl<'a> Watch<'a> {
    fn new(child: &'a mut Child, work: &'a Work<'a>) -> Result<Self, StageError> {
        let mut streams = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            streams.push(Stream::new("stdout", stdout.into())?);
        }
        if let Some(stderr) = child.stderr.take() {
            streams.push(Stream::new("stderr", stderr.into())?);
        }
        let pidfd = pid_of(child).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
        Ok(Self {
            child,
            work,
            streams,
            pidfd,
            done: false,
            failure: None,
            asked_to_stop: None,
            killed: false,
            measured: Instant::now(),
            too_much_mib: None,
        })
    }

    fn until_it_ends(&mut self) -> Result<Ended, StageError> {
        let mut ended: Option<(ExitStatus, Instant)> = None;
        loop {
            self.wait_for_something(ended.is_some());
            self.read();
            // Not `wait`, which would close the pipe that tells the process that we are alive.
            if ended.is_none()
                && let Some(status) = self.child.try_wait().map_err(StageError::new)?
            {
                // Something that it started may still hold its output open.
                signal(self.child, Signal::KILL);
                ended = Some((status, Instant::now()));
            }
            if let Some((status, since)) = ended {
                self.read();
                if self.streams.is_empty() || since.elapsed() > DRAIN {
                    let failure = self.failure.take();
                    let too_much_mib = self.too_much_mib;
                    return Ok(Ended { status, done: self.done, failure, too_much_mib });
                }
            } else {
                self.check_memory();
                self.stop_if_asked();
            }
        }
    }

    /// Blocks until there is output, or the process ends, or it is time to look around.
    fn wait_for_something(&self, has_ended: bool) {
        let mut fds: Vec<PollFd<'_>> =
            self.streams.iter().map(|stream| PollFd::new(stream, PollFlags::IN)).collect();
        let mut timeout = POLL;
        match &self.pidfd {
            Some(pidfd) if !has_ended => fds.push(PollFd::new(pidfd, PollFlags::IN)),
            None if !has_ended => timeout = BLIND_POLL,
            _ => {}
        }
        if let Some(left) = self.work.attempt.time_left() {
            timeout = timeout.min(left.max(Duration::from_millis(1)));
        }
        let timeout = Timespec {
            tv_sec: timeout.as_secs().try_into().unwrap_or(1),
            tv_nsec: timeout.subsec_nanos().into(),
        };
        // An interrupted wait is as good as one that is over.
        let _ = poll(&mut fds, Some(&timeout));
    }

    /// Takes whatever output there is.
    fn read(&mut self) {
        let mut streams = std::mem::take(&mut self.streams);
        streams.retain_mut(|stream| {
            let open = stream.fill();
            let name = stream.name;
            while let Some(line) = stream.next_line(open) {
                self.take_line(name, line);
            }
            open
        });
        self.streams = streams;
    }

    fn take_line(&mut self, stream: &str, line: String) {
        let event = (stream == "stdout" && line.starts_with('{'))
            .then(|| serde_json::from_str::<StageEvent>(&line).ok());
        match event.flatten() {
            Some(StageEvent::Done) => self.done = true,
            Some(StageEvent::Failed { message, details, help, panicked }) => {
                let error = StageError::message(message);
                self.failure = Some(StageError { details, help, panicked, ..error });
            }
            Some(event) => (self.work.events)(event),
            // Plain output of the program: part of its log.
            None => {
                (self.work.events)(StageEvent::Log { level: stream.to_owned(), message: line });
            }
        }
    }

    fn check_memory(&mut self) {
        let Some(limit) = self.work.attempt.limits.memory_mib else { return };
        if self.measured.elapsed() < MEASURE || self.too_much_mib.is_some() {
            return;
        }
        self.measured = Instant::now();
        let used = i32::try_from(self.child.id()).ok().and_then(group_memory_mib);
        if let Some(used) = used.filter(|used| *used > limit) {
            self.too_much_mib = Some(used);
            signal(self.child, Signal::KILL);
        }
    }

    /// Asks the process to save its work and end, and kills it when it takes too long.
    fn stop_if_asked(&mut self) {
        if !self.work.attempt.cancellation.is_cancelled() {
            return;
        }
        let since = *self.asked_to_stop.get_or_insert_with(|| {
            signal(self.child, Signal::TERM);
            Instant::now()
        });
        let grace = self.work.attempt.grace;
        if since.elapsed() > grace && !self.killed {
            self.killed = true;
            signal(self.child, Signal::KILL);
            let message = format!(
                "killed: it did not end within {} s of being asked to",
                grace.as_secs_f64()
            );
            (self.work.events)(StageEvent::Log { level: "info".to_owned(), message });
        }
    }
}

/// One output of a process.
struct Stream {
    name: &'static str,
    fd: OwnedFd,
    /// Where reads go.
    chunk: Vec<u8>,
    /// Read but not taken yet; what is before `start` was taken.
    buffer: Vec<u8>,
    start: usize,
    /// Up to here there is no end of a line.
    searched: usize,
}

impl Stream {
    fn new(name: &'static str, fd: OwnedFd) -> Result<Self, StageError> {
        rustix::io::ioctl_fionbio(&fd, true)
            .map_err(|error| StageError::new(std::io::Error::from(error)))?;
        Ok(Self { name, fd, chunk: vec![0; CHUNK], buffer: Vec::new(), start: 0, searched: 0 })
    }

    /// Reads what there is, up to a bound; false when there will be no more.
    fn fill(&mut self) -> bool {
        self.buffer.drain(..self.start);
        self.searched -= self.start;
        self.start = 0;
        for _ in 0..16 {
            match rustix::io::read(&self.fd, self.chunk.as_mut_slice()) {
                Ok(0) => return false,
                Ok(count) => self.buffer.extend_from_slice(&self.chunk[..count]),
                Err(Errno::INTR) => {}
                Err(error) => return error == Errno::AGAIN,
            }
        }
        true
    }

    /// The next whole line; what is left when no more will come.
    fn next_line(&mut self, more_to_come: bool) -> Option<String> {
        let rest = &self.buffer[self.start..];
        let from = self.searched - self.start;
        let (line, taken) = match rest[from..].iter().position(|byte| *byte == b'\n') {
            Some(end) => (&rest[..from + end], from + end + 1),
            None if rest.len() >= LONGEST_LINE || (!more_to_come && !rest.is_empty()) => {
                (rest, rest.len())
            }
            None => {
                self.searched = self.buffer.len();
                return None;
            }
        };
        let line = String::from_utf8_lossy(line).trim_end().to_owned();
        self.start += taken;
        self.searched = self.start;
        Some(line)
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

fn pid_of(child: &Child) -> Option<Pid> {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw)
}

/// Signals the child's whole process group; the group may be gone already.
fn signal(child: &Child, signal: Signal) {
    if let Some(pid) = pid_of(child) {
        let _ = kill_process_group(pid, signal);
    }
}

/// Lets a program be killed when the thread that starts it ends, and so when its process does.
#[expect(unsafe_code, reason = "the only way to do something between fork and exec")]
pub(super) fn die_with_parent(command: &mut Command) {
    let set = || set_parent_process_death_signal(Some(Signal::KILL)).map_err(Into::into);
    // SAFETY: between fork and exec only functions that are safe in a signal handler may be
    // called; this is one system call without allocation or locks.
    unsafe {
        command.pre_exec(set);
    }
}
