//! Actions in a worker process: one program, one JSON job, one JSON event a line.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use super::{Executor, Work};
use crate::stage::{OutputReference, StageError, StageEvent};

/// How often a running worker's state and the cancellation are looked at.
const POLL: Duration = Duration::from_millis(50);
/// How long output is still read after a worker has ended.
const DRAIN: Duration = Duration::from_secs(1);
/// How long a worker may take to end after being asked to.
const GRACE: Duration = Duration::from_secs(3);

/// Where worker programs lie, by the name that stages give.
#[derive(Debug, Clone, Default)]
pub struct WorkerPrograms {
    /// Name to path.
    pub paths: BTreeMap<String, PathBuf>,
    /// Variables added to every worker's environment.
    pub environment: BTreeMap<String, String>,
}

/// Starts the named program in a process group of its own.
#[derive(Debug, Clone, Copy)]
pub struct Worker<'a> {
    /// The program's name.
    pub program: &'a str,
    /// Where programs lie.
    pub programs: &'a WorkerPrograms,
}

enum Said {
    Line(String),
    Error(String),
    Closed,
}

impl Executor for Worker<'_> {
    fn execute(&self, work: &Work<'_>) -> Result<Vec<OutputReference>, StageError> {
        let path = self.programs.paths.get(self.program).ok_or_else(|| {
            StageError::message(format!("the worker program `{}` is not installed", self.program))
                .with_help("it is looked for beside the `orchestrate` program; `cargo xtask setup` builds both, `cargo xtask install` installs both")
        })?;
        let job_file = work.job.scratch.with_file_name("job.json");
        let job = serde_json::to_vec_pretty(work.job).map_err(StageError::new)?;
        fs_err::write(&job_file, job).map_err(StageError::new)?;
        let mut child = Command::new(path)
            .arg("--job")
            .arg(&job_file)
            .current_dir(&work.job.scratch)
            .envs(&self.programs.environment)
            // The worker ends when this pipe closes, so that it never outlives the orchestrator.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|error| {
                StageError::new(error).with_detail(format!("cannot start {}", path.display()))
            })?;
        let result = listen(&mut child, work);
        // Whatever happened, nothing of the group stays behind.
        signal(&child, rustix::process::Signal::KILL);
        let _ = child.wait();
        result.map(|()| Vec::new())
    }
}

/// Reads the worker's output until it ends; asks it to end when the run is cancelled.
fn listen(child: &mut Child, work: &Work<'_>) -> Result<(), StageError> {
    let (sender, receiver) = mpsc::channel();
    let mut open = 0;
    if let Some(stdout) = child.stdout.take() {
        read_lines(stdout, sender.clone(), Said::Line)?;
        open += 1;
    }
    if let Some(stderr) = child.stderr.take() {
        read_lines(stderr, sender, Said::Error)?;
        open += 1;
    }
    let mut end = End::default();
    let mut asked_to_stop: Option<Instant> = None;
    let mut ended: Option<(ExitStatus, Instant)> = None;
    loop {
        match receiver.recv_timeout(POLL) {
            Ok(Said::Line(line)) => end.take_line(&line, work),
            Ok(Said::Error(line)) => log(work, "stderr", line),
            Ok(Said::Closed) => open -= 1,
            Err(RecvTimeoutError::Disconnected) => open = 0,
            Err(RecvTimeoutError::Timeout) => {}
        }
        // Not `wait`, which would close the pipe that tells the worker that we are alive.
        if ended.is_none()
            && let Some(status) = child.try_wait().map_err(StageError::new)?
        {
            // Something that it started may still hold its output open.
            signal(child, rustix::process::Signal::KILL);
            ended = Some((status, Instant::now()));
        }
        if let Some((status, since)) = ended
            && (open == 0 || since.elapsed() > DRAIN)
        {
            if work.cancellation.is_cancelled() && !(status.success() && end.done) {
                return Err(StageError::cancelled());
            }
            return end.into_result(status, work);
        }
        if open == 0 && ended.is_none() {
            std::thread::sleep(POLL);
        }
        if work.cancellation.is_cancelled() {
            let since = *asked_to_stop.get_or_insert_with(|| {
                signal(child, rustix::process::Signal::TERM);
                Instant::now()
            });
            if since.elapsed() > GRACE {
                signal(child, rustix::process::Signal::KILL);
            }
        }
    }
}

/// What the worker said of its end.
#[derive(Default)]
struct End {
    done: bool,
    failure: Option<StageError>,
}

impl End {
    fn take_line(&mut self, line: &str, work: &Work<'_>) {
        match serde_json::from_str::<StageEvent>(line) {
            Ok(StageEvent::Done) => self.done = true,
            Ok(StageEvent::Failed { message, details, help, panicked }) => {
                let error = StageError::message(message);
                self.failure = Some(StageError { details, help, panicked, ..error });
            }
            Ok(event) => (work.events)(event),
            // Plain output of the program: part of its log.
            Err(_) => log(work, "stdout", line.to_owned()),
        }
    }

    fn into_result(self, status: ExitStatus, work: &Work<'_>) -> Result<(), StageError> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        if status.success() && self.done {
            return Ok(());
        }
        let ended = match (status.code(), status.signal()) {
            (Some(0), _) => "ended without saying that it was done".to_owned(),
            (Some(code), _) => format!("ended with status {code}"),
            (None, Some(9)) => "was killed (signal 9)".to_owned(),
            (None, Some(number)) => format!("died of signal {number}"),
            (None, None) => "ended in an unknown way".to_owned(),
        };
        let error = StageError::message(format!("the worker for `{}` {ended}", work.job.node));
        Err(if status.signal() == Some(9) {
            error.with_help("the system may have run out of memory: lower the batch size or run fewer trainings at once (`--cpus`)")
        } else {
            error
        })
    }
}

fn read_lines(
    stream: impl Read + Send + 'static,
    sender: Sender<Said>,
    wrap: fn(String) -> Said,
) -> Result<(), StageError> {
    std::thread::Builder::new()
        .name("worker-output".to_owned())
        .spawn(move || {
            let mut reader = BufReader::new(stream);
            let mut line = Vec::new();
            loop {
                line.clear();
                match reader.read_until(b'\n', &mut line) {
                    Ok(0) | Err(_) => break,
                    Ok(_) => {
                        let text = String::from_utf8_lossy(&line);
                        if sender.send(wrap(text.trim_end().to_owned())).is_err() {
                            break;
                        }
                    }
                }
            }
            let _ = sender.send(Said::Closed);
        })
        .map(drop)
        .map_err(StageError::new)
}

fn log(work: &Work<'_>, level: &str, message: String) {
    (work.events)(StageEvent::Log { level: level.to_owned(), message });
}

/// Signals the worker's whole process group; the group may be gone already.
fn signal(child: &Child, signal: rustix::process::Signal) {
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(pid, signal);
    }
}
