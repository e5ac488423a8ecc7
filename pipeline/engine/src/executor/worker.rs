//! Actions in a worker program of ours: one program, one JSON job, one JSON event a line.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use super::environment::usual;
use super::process::{die_with_parent, run};
use super::{Executor, Work};
use crate::stage::{OutputReference, StageError};

/// Where programs lie and which variables they get.
#[derive(Debug, Clone, Default)]
pub struct WorkerPrograms {
    /// Name to path of the worker programs that stages name.
    pub paths: BTreeMap<String, PathBuf>,
    /// Variables set for every program.
    pub environment: BTreeMap<String, String>,
    /// The orchestrator's own variables, of which programs get the usual ones.
    pub outer: BTreeMap<String, String>,
    /// The program that answers to [`SUPERVISE`](super::SUPERVISE): the orchestrator itself.
    /// Without it no program of the user's can be started.
    pub supervisor: Option<PathBuf>,
}

/// Starts the named program in a process group of its own.
#[derive(Debug, Clone, Copy)]
pub struct Worker<'a> {
    /// The program's name.
    pub program: &'a str,
    /// Where programs lie.
    pub programs: &'a WorkerPrograms,
}

impl Executor for Worker<'_> {
    fn execute(&self, work: &Work<'_>) -> Result<Vec<OutputReference>, StageError> {
        let path = self.programs.paths.get(self.program).ok_or_else(|| {
            StageError::message(format!("the worker program `{}` is not installed", self.program))
                .with_help("it is looked for beside the `orchestrate` program; `cargo xtask setup` builds both, `cargo xtask install` installs both")
        })?;
        let job_file = write_job(work)?;
        let mut command = Command::new(path);
        command
            .arg("--job")
            .arg(&job_file)
            .current_dir(&work.job.scratch)
            .env_clear()
            .envs(usual(&self.programs.outer))
            .envs(&self.programs.environment);
        die_with_parent(&mut command);
        let ended = run(&mut command, &[], work)?;
        if let Some(failure) = ended.failure {
            return Err(failure);
        }
        if ended.status.success() && ended.done {
            return Ok(Vec::new());
        }
        let mut error = ended.complaint(work.attempt);
        error.message = format!("the worker for `{}` {}", work.job.node, error.message);
        Err(error)
    }
}

/// Writes the job where the program finds it.
pub(super) fn write_job(work: &Work<'_>) -> Result<PathBuf, StageError> {
    let path = work.job.scratch.with_file_name("job.json");
    let job = serde_json::to_vec_pretty(work.job).map_err(StageError::new)?;
    fs_err::write(&path, job).map_err(StageError::new)?;
    Ok(path)
}
