//! Carrying out one action: place inputs, execute, keep outputs, remember.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pipeline_store::{
    ActionRecord, ActionResult, Digest, Provenance, Store, Tree, Workspace, write_beside,
};

use super::log::Heard;
use super::prepare::{Places, Prepared, digest_sources};
use crate::events::{NodeFailure, RunEvent};
use crate::executor::{Attempt, Executor, InProcess, Program, Work, Worker, WorkerPrograms};
use crate::graph::Node;
use crate::stage::{
    Cancellation, Granted, Job, JobInput, OutputReference, Placement, SourceOrigin, StageError,
    StageEvent,
};

/// How many lines of a failed action's log its error shows.
const LOG_TAIL: usize = 20;
/// The pause before a failed action is tried again; it doubles …
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// … up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What all actions of a run share.
pub(super) struct Acting<'a> {
    pub(super) store: &'a Store,
    pub(super) workers: &'a WorkerPrograms,
    pub(super) places: &'a Places,
    pub(super) run_dir: &'a Path,
    pub(super) cancellation: &'a Cancellation,
    /// How long a stopped process may take to end.
    pub(super) grace: Duration,
    pub(super) events: &'a (dyn Fn(RunEvent) + Sync),
}

impl Acting<'_> {
    /// Carries out the action of a node, again if it fails and may be tried again. On failure the
    /// whole log is kept in the run's folder.
    pub(super) fn act(
        &self,
        node: &Node,
        prepared: &Prepared,
        granted: &Granted,
    ) -> Result<Box<ActionResult>, Box<NodeFailure>> {
        let heard = Mutex::new(Heard::default());
        let attempts = node.retries + 1;
        let mut attempt = 1;
        loop {
            let error = match self.try_act(node, prepared, granted, attempt, &heard) {
                Ok(result) => return Ok(Box::new(result)),
                Err(error) => error,
            };
            if attempt >= attempts || error.cancelled || error.panicked {
                return Err(Box::new(self.failure(node, error, &take(&heard))));
            }
            take_locked(&heard, |heard| {
                heard.line(format!("attempt {attempt} of {attempts} failed: {}", error.message));
            });
            (self.events)(RunEvent::NodeRetried {
                node: node.id.clone(),
                attempt,
                of: attempts,
                error: NodeFailure::from_error(error),
            });
            self.pause(attempt);
            attempt += 1;
        }
    }

    fn try_act(
        &self,
        node: &Node,
        prepared: &Prepared,
        granted: &Granted,
        attempt: u32,
        heard: &Mutex<Heard>,
    ) -> Result<ActionResult, StageError> {
        if self.cancellation.is_cancelled() {
            return Err(StageError::cancelled());
        }
        let begin = Instant::now();
        let workspace = self.store.workspace(folders(node, prepared)).map_err(StageError::new)?;
        let job = self.job(node, prepared, granted, &workspace)?;
        let references = self.execute(node, &job, heard)?;
        self.check_inputs(prepared)?;
        // From here to the record nothing that is kept may be taken for garbage.
        let _publication = self.store.publication().map_err(StageError::new)?;
        let outputs = self.keep(node, &job, &references)?;
        self.check_sources(prepared)?;
        // Taken only when it is safe: the log belongs to a failure as well as to a result.
        let text = heard.lock().unwrap_or_else(PoisonError::into_inner).text();
        let log = text.map(|text| self.store.put_bytes(text.as_bytes()));
        let log = log.transpose().map_err(StageError::new)?;
        let mut heard = take(heard);
        if attempt > 1 {
            heard.environment.insert("attempts".to_owned(), attempt.to_string());
        }
        let fingerprint = serde_json::from_str(&prepared.fingerprint).map_err(StageError::new)?;
        let record = ActionRecord {
            key: prepared.key,
            fingerprint,
            outputs,
            provenance: Provenance {
                node: node.id.to_string(),
                seconds: begin.elapsed().as_secs_f64(),
                environment: heard.environment,
                warnings: heard.warnings,
                log,
            },
        };
        let result = self.store.remember(record).map_err(StageError::new)?;
        // What an interrupted attempt had left for this one.
        match fs_err::remove_dir_all(&job.resume) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, "the folder of unfinished work was not removed");
            }
            _ => {}
        }
        // Something that a worker left running outside its group could still write there.
        if !matches!(node.stage.info().placement, Placement::Worker(_)) {
            workspace.hand_on();
        }
        Ok(result)
    }

    /// Waits before the next attempt, unless the run is stopped.
    fn pause(&self, attempt: u32) {
        let pause = FIRST_PAUSE.saturating_mul(1 << (attempt - 1).min(16)).min(LONGEST_PAUSE);
        let begin = Instant::now();
        while begin.elapsed() < pause && !self.cancellation.is_cancelled() {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Makes the folders of the action and writes down where everything is.
    fn job(
        &self,
        node: &Node,
        prepared: &Prepared,
        granted: &Granted,
        workspace: &Workspace,
    ) -> Result<Job, StageError> {
        let mut inputs = BTreeMap::new();
        for (port, list) in &prepared.inputs {
            let mut placed = Vec::with_capacity(list.len());
            for (i, input) in list.iter().enumerate() {
                let dir = workspace.folder(&input_folder(port, i));
                self.store.place(input.artifact, &dir).map_err(StageError::new)?;
                placed.push(JobInput { coordinates: input.coordinates.clone(), dir });
            }
            inputs.insert(port.clone(), placed);
        }
        let mut outputs = BTreeMap::new();
        for port in &node.stage.ports().outputs {
            outputs.insert(port.name.to_string(), workspace.folder(&output_folder(&port.name)));
        }
        let mut sources = BTreeMap::new();
        for (i, source) in prepared.sources.iter().enumerate() {
            let path = match &source.origin {
                SourceOrigin::Path(path) => path.clone(),
                SourceOrigin::Bytes(bytes) => {
                    let path = workspace.folder(SOURCES).join(i.to_string());
                    fs_err::write(&path, bytes).map_err(StageError::new)?;
                    path
                }
            };
            sources.insert(source.name.clone(), path);
        }
        let info = node.stage.info();
        Ok(Job {
            protocol: 1,
            node: node.id.to_string(),
            stage: info.name.to_owned(),
            version: info.version,
            params: node.stage.params().clone(),
            inputs,
            sources,
            outputs,
            scratch: workspace.folder(SCRATCH),
            resume: self.store.resume_folder(prepared.key),
            granted: granted.clone(),
        })
    }

    fn execute(
        &self,
        node: &Node,
        job: &Job,
        heard: &Mutex<Heard>,
    ) -> Result<Vec<OutputReference>, StageError> {
        let hear = |event: StageEvent| {
            take_locked(heard, |heard| heard.take(&event));
            (self.events)(RunEvent::Stage { node: node.id.clone(), said: event });
        };
        let attempt = Attempt::begin(self.cancellation, node.limits, self.grace);
        let work = Work { job, stage: node.stage.as_ref(), attempt: &attempt, events: &hear };
        let result = match node.stage.info().placement {
            Placement::InProcess => InProcess.execute(&work),
            Placement::Worker(program) => Worker { program, programs: self.workers }.execute(&work),
            Placement::Command => {
                let hidden = [Some(&self.places.experiment_dir), self.places.data_root.as_ref()];
                Program {
                    programs: self.workers,
                    experiment_dir: &self.places.experiment_dir,
                    hidden: hidden.into_iter().flatten().map(PathBuf::as_path).collect(),
                    store: self.store.root(),
                }
                .execute(&work)
            }
        };
        // Who was asked to stop because the time was over did not fail by its own fault.
        result.map_err(|error| attempt.explain(error))
    }

    /// Moves what the action made into the store. An output port left empty is a mistake of the
    /// stage, not an empty artifact.
    fn keep(
        &self,
        node: &Node,
        job: &Job,
        references: &[OutputReference],
    ) -> Result<BTreeMap<String, Digest>, StageError> {
        let mut outputs = BTreeMap::new();
        for (port, dir) in &job.outputs {
            let mut outside: BTreeMap<String, PathBuf> = BTreeMap::new();
            for reference in references.iter().filter(|reference| reference.port == *port) {
                let path = job.sources.get(&reference.source).ok_or_else(|| {
                    StageError::message(format!(
                        "stage `{}` refers to `{}`, which it did not declare",
                        job.stage, reference.source
                    ))
                })?;
                outside.insert(reference.relative.clone(), path.clone());
            }
            let artifact = self.store.keep(dir, &outside).map_err(StageError::new)?;
            if artifact == Tree::default().digest() {
                return Err(StageError::message(format!(
                    "stage `{}` ended without writing its output `{port}` (node `{}`)",
                    job.stage, node.id
                )));
            }
            outputs.insert(port.clone(), artifact);
        }
        Ok(outputs)
    }

    /// Inputs are read only, but a program with the right to may write to them all the same: then
    /// neither they nor the result can be trusted.
    fn check_inputs(&self, prepared: &Prepared) -> Result<(), StageError> {
        for (port, list) in &prepared.inputs {
            if !list.iter().all(|input| self.store.is_whole(input.artifact)) {
                return Err(StageError::message(format!(
                    "the files of its input `{port}` changed while it ran"
                ))
                .with_help("an action must not write to its inputs; copy what is to be changed into the scratch folder. What was changed is made again by the next run"));
            }
        }
        Ok(())
    }

    /// The action has read the declared files after its key was computed: a result of other content
    /// must not be remembered under that key.
    fn check_sources(&self, prepared: &Prepared) -> Result<(), StageError> {
        let now = digest_sources(&prepared.sources, self.store)?;
        let changed: Vec<_> = now
            .iter()
            .filter(|(name, digest)| prepared.source_digests.get(*name) != Some(digest))
            .map(|(name, _)| name.clone())
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        let mut error = StageError::message("files changed while they were being used")
            .with_help("run again once nothing writes to them any more");
        error.details = changed;
        Err(error)
    }

    fn failure(&self, node: &Node, error: StageError, heard: &Heard) -> NodeFailure {
        let mut failure = NodeFailure::from_error(error);
        let Some(text) = heard.text().filter(|_| !failure.cancelled) else { return failure };
        failure.log_tail = heard.last(LOG_TAIL);
        let relative = format!("logs/{}.log", node.id);
        if write_beside(&self.run_dir.join(&relative), text.as_bytes()).is_ok() {
            failure.log_file = Some(relative);
        }
        failure
    }
}

fn take_locked(heard: &Mutex<Heard>, change: impl FnOnce(&mut Heard)) {
    change(&mut heard.lock().unwrap_or_else(PoisonError::into_inner));
}

fn take(heard: &Mutex<Heard>) -> Heard {
    std::mem::take(&mut heard.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Where an action's own files are, in its folder.
const SCRATCH: &str = "scratch";
const SOURCES: &str = "sources";

fn input_folder(port: &str, number: usize) -> String {
    format!("inputs/{port}/{number}")
}

fn output_folder(port: &str) -> String {
    format!("outputs/{port}")
}

/// The folders that an action finds, all of them empty.
fn folders(node: &Node, prepared: &Prepared) -> Vec<String> {
    let inputs = prepared.inputs.iter();
    let inputs = inputs.flat_map(|(port, list)| (0..list.len()).map(|i| input_folder(port, i)));
    let outputs = node.stage.ports().outputs.iter().map(|port| output_folder(&port.name));
    let mut all: Vec<String> = inputs.chain(outputs).chain([SCRATCH.to_owned()]).collect();
    if prepared.sources.iter().any(|source| matches!(source.origin, SourceOrigin::Bytes(_))) {
        all.push(SOURCES.to_owned());
    }
    all
}
