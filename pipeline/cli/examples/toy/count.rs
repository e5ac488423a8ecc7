//! A stage whose worker saves its work: what a long training does, in small.

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::time::Duration;

use pipeline_engine::{
    ActionContext, Placement, Ports, Stage, StageError, StageInfo, serve_worker,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Every so many numbers the worker saves its work without being asked to.
const EVERY: u64 = 10;
/// How long it takes for one number.
const STEP: Duration = Duration::from_millis(2);

/// Counts, and goes on where an earlier attempt was stopped.
pub(crate) struct Count;

/// Parameters of `count`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CountParams {
    /// The last number.
    to: u64,
    /// The number at which the first attempt waits until it is stopped.
    hold: u64,
    /// How long it takes to save the work when asked to stop, in milliseconds; default 0.
    #[serde(default)]
    save_ms: u64,
}

impl Stage for Count {
    type Params = CountParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "count",
            version: 1,
            summary: "counts, with pauses",
            placement: Placement::Worker("toy"),
        }
    }

    fn ports(&self, _params: &CountParams) -> Ports {
        Ports::new().shown_output("numbers", "numbers", "numbers.md")
    }
}

/// Carries out one action; returns the exit status.
pub(crate) fn work(job_file: &Path) -> u8 {
    serve_worker(job_file, |job, context| {
        let params = serde_json::from_value(job.params.clone()).map_err(StageError::new)?;
        count(&params, context)
    })
}

fn count(params: &CountParams, context: &ActionContext<'_>) -> Result<(), StageError> {
    let resume = context.resume_folder()?;
    let mut number = saved(resume)?;
    let begins = begin(resume, number).map_err(StageError::new)?;
    let first = begins.lines().count() == 1;
    let mut held = false;
    while number < params.to {
        if let Err(stop) = context.check_cancelled() {
            std::thread::sleep(Duration::from_millis(params.save_ms));
            save(resume, number).map_err(StageError::new)?;
            return Err(stop);
        }
        std::thread::sleep(STEP);
        if first && number == params.hold {
            if !held {
                context.info(format!("held in process {}", std::process::id()));
            }
            held = true;
            continue;
        }
        number += 1;
        if number.is_multiple_of(EVERY) {
            save(resume, number).map_err(StageError::new)?;
        }
        context.progress(number, params.to, format!("number {number}"));
    }
    let began: Vec<&str> = begins.lines().collect();
    let text = format!("counted to {number}, began at {}\n", began.join(", "));
    fs_err::write(context.output("numbers")?.join("numbers.md"), text).map_err(StageError::new)
}

/// The number that an earlier attempt has left.
fn saved(resume: &Path) -> Result<u64, StageError> {
    match fs_err::read_to_string(resume.join("saved")) {
        Ok(text) => text.parse().map_err(StageError::new),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
        Err(error) => Err(StageError::new(error)),
    }
}

/// At no moment is there half a file.
fn save(resume: &Path, number: u64) -> std::io::Result<()> {
    let new = resume.join("saved.new");
    fs_err::write(&new, number.to_string())?;
    fs_err::rename(new, resume.join("saved"))
}

/// Writes down where this attempt begins; where all began.
fn begin(resume: &Path, number: u64) -> std::io::Result<String> {
    let path = resume.join("begins");
    let mut file = fs_err::OpenOptions::new().create(true).append(true).open(&path)?;
    writeln!(file, "{number}")?;
    fs_err::read_to_string(path)
}
