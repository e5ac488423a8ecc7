//! Actions that are programs of the user's: under a supervisor, confined to what is declared.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::confine::Confinement;
use super::environment::{granted, usual};
use super::process::run;
use super::supervise::{SUPERVISE, Supervised};
use super::worker::{WorkerPrograms, write_job};
use super::{Executor, Work};
use crate::stage::{CommandLine, Job, OutputReference, StageError};

/// Starts the program that the stage names.
#[derive(Debug, Clone)]
pub struct Program<'a> {
    /// The orchestrator's variables, and where the supervisor is.
    pub programs: &'a WorkerPrograms,
    /// Where relative paths begin.
    pub experiment_dir: &'a Path,
    /// Folders in which the program sees nothing but what the action declares.
    pub hidden: Vec<&'a Path>,
    /// The folder of the store.
    pub store: &'a Path,
}

impl Executor for Program<'_> {
    fn execute(&self, work: &Work<'_>) -> Result<Vec<OutputReference>, StageError> {
        let supervisor = self.programs.supervisor.as_ref().ok_or_else(|| {
            StageError::message("this program cannot start programs of the user's")
        })?;
        let job_file = write_job(work)?;
        // Before the program is confined: what is not there cannot be opened to it.
        fs_err::create_dir_all(&work.job.resume).map_err(StageError::new)?;
        let result = self.start(work, supervisor, &job_file);
        // Only if nothing was left in it for the next attempt.
        let _ = fs_err::remove_dir(&work.job.resume);
        result
    }
}

impl Program<'_> {
    fn start(
        &self,
        work: &Work<'_>,
        supervisor: &Path,
        job_file: &Path,
    ) -> Result<Vec<OutputReference>, StageError> {
        let line = work.stage.command(work.job)?;
        let supervised = Supervised {
            environment: self.environment(&line, work.job, job_file),
            confinement: self.confinement(&line, work.job)?,
            current_dir: work.job.scratch.clone(),
            program: self.find(&line.program)?,
            arguments: line.arguments,
        };
        let mut command = Command::new(supervisor);
        command.arg(SUPERVISE).current_dir(&work.job.scratch).env_clear();
        let ended = run(&mut command, &supervised.to_line().map_err(StageError::new)?, work)?;
        if let Some(failure) = ended.failure {
            return Err(failure);
        }
        if ended.status.success() {
            return Ok(Vec::new());
        }
        let mut error = ended.complaint(work.attempt);
        error.message = format!("`{}` {}", line.program, error.message);
        if error.help.is_none() {
            error.help = Some("the last lines of its log say why. It starts in an empty folder and may read only what is declared: files and folders under `sources`, environments and other programs under `readable`".to_owned());
        }
        Err(error)
    }

    fn environment(
        &self,
        line: &CommandLine,
        job: &Job,
        job_file: &Path,
    ) -> BTreeMap<String, String> {
        let outer = &self.programs.outer;
        let mut variables = usual(outer);
        variables.extend(granted(&job.granted, outer));
        variables.extend(self.programs.environment.clone());
        for name in &line.pass_environment {
            if let Some(value) = outer.get(name) {
                variables.insert(name.clone(), value.clone());
            }
        }
        let path = |path: &Path| path.to_string_lossy().into_owned();
        variables.insert("TMPDIR".to_owned(), path(&job.scratch));
        variables.insert("ORCHESTRATE_JOB".to_owned(), path(job_file));
        variables.extend(line.environment.clone());
        variables
    }

    /// A path that is relative to the experiment's folder becomes whole; a name stays a name.
    /// Links stay links: what an environment's interpreter finds depends on where it was started.
    fn find(&self, program: &str) -> Result<PathBuf, StageError> {
        if !program.contains('/') {
            return Ok(program.into());
        }
        std::path::absolute(self.experiment_dir.join(program)).map_err(StageError::new)
    }

    fn whole(&self, path: &Path) -> PathBuf {
        let path = self.experiment_dir.join(path);
        fs_err::canonicalize(&path).unwrap_or(path)
    }

    /// The hidden folders from the root on: the supervisor starts elsewhere. One that is not there
    /// has nothing to hide.
    fn hidden(&self) -> Result<Vec<PathBuf>, StageError> {
        let mut whole = Vec::new();
        for folder in self.hidden.iter().copied().chain([self.store]) {
            // The folder of `experiment.yaml` has no name.
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            match fs_err::canonicalize(folder) {
                Ok(folder) => whole.push(folder),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(StageError::new(error)),
            }
        }
        Ok(whole)
    }

    fn confinement(&self, line: &CommandLine, job: &Job) -> Result<Confinement, StageError> {
        let workspace = job.scratch.parent().unwrap_or(&job.scratch);
        let mut readable: Vec<PathBuf> =
            line.readable.iter().map(|path| self.whole(path)).collect();
        readable.extend(job.sources.values().cloned());
        readable.push(self.store.join("objects"));
        // Outside files that an input refers to.
        for input in job.inputs.values().flatten() {
            readable.extend(linked_outside(&input.dir, self.store));
        }
        // Programs on `PATH` with what belongs to them, such as an environment with its libraries.
        let path = self.programs.outer.get("PATH").map(String::as_str).unwrap_or_default();
        let prefixes = path.split(':').filter_map(|folder| Path::new(folder).parent());
        readable.extend(prefixes.filter(|prefix| prefix.parent().is_some()).map(Path::to_owned));
        Ok(Confinement {
            hidden: self.hidden()?,
            readable,
            writable: vec![workspace.to_owned(), job.resume.clone()],
        })
    }
}

/// What links in an input's folder lead to outside the store.
fn linked_outside(folder: &Path, store: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(linked_outside(&path, store)),
            Ok(kind) if kind.is_symlink() => {
                found.extend(fs_err::read_link(&path).ok().filter(|to| !to.starts_with(store)));
            }
            _ => {}
        }
    }
    found
}
