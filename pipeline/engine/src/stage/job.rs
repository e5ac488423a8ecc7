//! The protocol between the orchestrator and a worker: one JSON job in, one JSON event a line out.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use super::context::{ActionContext, Cancellation, InputArtifact};
use super::stop::StopSignals;
use super::{Granted, StageError};

/// Everything one action needs to run: what a worker reads as JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Version of this protocol; 1.
    pub protocol: u32,
    /// The node the action belongs to, for messages only.
    pub node: String,
    /// The stage's name.
    pub stage: String,
    /// The stage's version.
    pub version: u32,
    /// All parameters, defaults filled in.
    pub params: serde_json::Value,
    /// Input artifacts by port.
    pub inputs: BTreeMap<String, Vec<JobInput>>,
    /// Source files by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<String, PathBuf>,
    /// An existing empty folder per output port.
    pub outputs: BTreeMap<String, PathBuf>,
    /// An existing empty folder for temporary files.
    pub scratch: PathBuf,
    /// A folder that survives attempts of this very action that fail or are killed, so that the
    /// next one can go on; it may not exist yet, and is removed when the action succeeds.
    pub resume: PathBuf,
    /// What the action may use.
    pub granted: Granted,
}

/// One input artifact of a job.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobInput {
    /// The values of the matrix variables it was made under.
    pub coordinates: BTreeMap<String, String>,
    /// The folder that holds its files, read only.
    pub dir: PathBuf,
}

impl Job {
    /// Reads a job file.
    pub fn read(path: &Path) -> Result<Self, StageError> {
        let text = fs_err::read_to_string(path).map_err(StageError::new)?;
        serde_json::from_str(&text)
            .map_err(|e| StageError::new(e).with_detail(format!("job file {}", path.display())))
    }
}

/// What an action says while it runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum StageEvent {
    /// How far it is.
    Progress {
        /// Units done.
        done: u64,
        /// Units in all.
        total: u64,
        /// What is being done, short.
        message: String,
    },
    /// A number worth showing while it runs.
    Metric {
        /// Name, such as `loss`.
        name: String,
        /// The step or epoch it belongs to.
        step: u64,
        /// The value.
        value: f64,
    },
    /// A line for the action's log.
    Log {
        /// `info` or `warn`.
        level: String,
        /// The line.
        message: String,
    },
    /// A fact about the environment for the action's record, such as the device.
    Environment {
        /// Name, such as `device`.
        name: String,
        /// Value.
        value: String,
    },
    /// The action failed; the process ends with a status other than 0.
    Failed {
        /// What went wrong.
        message: String,
        /// Causes and listed items.
        details: Vec<String>,
        /// What to do.
        help: Option<String>,
        /// The program panicked: a bug in it, not in the data.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        panicked: bool,
    },
    /// The action is complete; the process ends with status 0.
    Done,
}

/// Runs one job in a worker process: reads the job, calls `run`, writes events to standard
/// output. Returns the exit status for `main` (0 done, 1 failed).
///
/// Signals that ask for an end (`SIGTERM`, which the orchestrator sends when the run is stopped or
/// the time is over; `SIGUSR1` and `SIGUSR2`, with which schedulers announce that they take the
/// machine away; `SIGINT`, `SIGHUP`) do not end the process: from then on
/// [`ActionContext::check_cancelled`] fails, and `run` saves its work and returns that error.
///
/// A panic in `run` is reported as a failure, without a backtrace.
pub fn serve_worker(
    job_file: &Path,
    run: impl FnOnce(&Job, &ActionContext<'_>) -> Result<(), StageError>,
) -> u8 {
    let cancellation = Cancellation::new();
    let signals = StopSignals::listen(&cancellation);
    end_with_the_orchestrator();
    let out = Mutex::new(std::io::stdout());
    let emit = |event: StageEvent| {
        if let (Ok(line), Ok(mut out)) = (serde_json::to_string(&event), out.lock()) {
            // A closed pipe means the orchestrator is gone; the action ends with the process group.
            let _ = writeln!(out, "{line}").and_then(|()| out.flush());
        }
    };
    let result = Job::read(job_file).and_then(|job| {
        let context = ActionContext::from_job(&job, &cancellation, &emit);
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&job, &context)))
            .unwrap_or_else(|panic| Err(StageError::from_panic(panic.as_ref())))
    });
    match result {
        Ok(()) => {
            emit(StageEvent::Done);
            0
        }
        Err(error) => {
            let error = signals.explain(error);
            emit(StageEvent::Failed {
                message: error.message,
                details: error.details,
                help: error.help,
                panicked: error.panicked,
            });
            1
        }
    }
}

/// Ends the process when the pipe on standard input closes: the orchestrator holds the other end,
/// and when it is killed nobody would take the result. Anything but a pipe means that a person or
/// a scheduler started the worker.
fn end_with_the_orchestrator() {
    let is_pipe = rustix::fs::fstat(std::io::stdin())
        .is_ok_and(|stat| rustix::fs::FileType::from_raw_mode(stat.st_mode).is_fifo());
    if !is_pipe {
        return;
    }
    let watch = || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        // Not `exit`: it would tear libraries down under the threads that are using them. Nothing
        // is lost, since outputs are temporary until the orchestrator takes them.
        let _ =
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    };
    // Without the thread the worker merely lives longer.
    let _ = std::thread::Builder::new().name("orchestrator-watch".to_owned()).spawn(watch);
}

impl StageError {
    /// Turns a caught panic into an error that says it is a bug.
    pub fn from_panic(panic: &(dyn std::any::Any + Send)) -> Self {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("unknown panic");
        Self {
            panicked: true,
            ..Self::message(format!("the stage panicked: {text}")).with_help(
                "this is a bug in orchestrate; please report it with the experiment file",
            )
        }
    }
}

impl From<&JobInput> for InputArtifact {
    fn from(input: &JobInput) -> Self {
        Self { coordinates: input.coordinates.clone(), dir: input.dir.clone() }
    }
}
