//! A stage whose actions run in a process of their own, and how that process may misbehave.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use pipeline_engine::stage::{Job, serve_worker};
use pipeline_engine::{ActionContext, Placement, Ports, Stage, StageError, StageInfo};
use pipeline_store::Digest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::tally::Tally;
use crate::text;

/// Turns a text into another one, in a worker.
pub(crate) struct Forge;

/// Parameters of `forge`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForgeParams {
    /// What is done to it; any word.
    how: String,
    /// Size in KiB; default 16.
    #[serde(default = "size")]
    kib: u32,
    /// How long it takes in ms; default 5.
    #[serde(default = "duration")]
    ms: u64,
    /// How many MiB of log it writes; default 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    log_mib: u32,
    /// How many MiB of memory it fills; default 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    memory_mib: u32,
    /// A shell script that the worker becomes when the rest is done. It finds the output's folder
    /// in `$OUT` and the folder of the tally in `$STATE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    script: Option<String>,
    /// Where it tells that it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tally: Option<PathBuf>,
}

fn size() -> u32 {
    16
}

fn duration() -> u64 {
    5
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Stage for Forge {
    type Params = ForgeParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "forge",
            version: 1,
            summary: "turns a text into another one, in a worker",
            placement: Placement::Worker("faulty"),
        }
    }

    fn ports(&self, _params: &ForgeParams) -> Ports {
        Ports::new().input("text", "text").output("text", "text")
    }

    fn location_params(&self) -> &'static [&'static str] {
        &["tally"]
    }
}

/// Carries out one action; returns the exit status.
pub(crate) fn work(job_file: &Path) -> u8 {
    serve_worker(job_file, |job, context| {
        let params = serde_json::from_value(job.params.clone()).map_err(StageError::new)?;
        run(&params, job, context)
    })
}

fn run(params: &ForgeParams, job: &Job, context: &ActionContext<'_>) -> Result<(), StageError> {
    let input = text::digest(context.input("text")?)?;
    let how = Digest::of_bytes(format!("{} {}", params.how, params.kib).as_bytes());
    let tally = Tally::begin(params.tally.as_ref(), "forge", &[input, how])?;
    let output = context.output("text")?;
    context.info(format!("{} on {} cpus", job.node, context.granted().cpus));
    let line = "x".repeat(127);
    for i in 0..params.log_mib * (1024 * 1024 / 128) {
        context.info(format!("{i:09} {line}"));
    }
    let memory = vec![1_u8; params.memory_mib as usize * 1024 * 1024];
    context.progress(memory.iter().map(|byte| u64::from(*byte)).sum(), 1, "forging");
    drop(memory);
    let from = Digest::of_bytes(format!("forge {how} {input}").as_bytes());
    text::write(output, from, params.kib, Duration::from_millis(params.ms), context)?;
    if let Some(script) = &params.script {
        let state = params.tally.as_deref().and_then(Path::parent).unwrap_or(Path::new("."));
        // Only comes back if there is no shell.
        let error =
            Command::new("sh").args(["-c", script]).env("OUT", output).env("STATE", state).exec();
        return Err(StageError::new(error));
    }
    tally.end()
}
