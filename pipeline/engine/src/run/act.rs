//! Carrying out one action: lock, place inputs, execute, keep outputs, remember.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pipeline_store::{
    ActionLock, ActionRecord, Lookup, Provenance, Store, Tree, Workspace, write_beside,
};

use super::prepare::{Prepared, digest_sources};
use crate::events::{NodeFailure, RunEvent};
use crate::executor::{Executor, InProcess, Work, Worker, WorkerPrograms};
use crate::graph::Node;
use crate::stage::{
    Cancellation, Granted, Job, JobInput, OutputReference, Placement, SourceOrigin, StageError,
    StageEvent,
};

/// How often a lock held by another process is tried again.
const LOCK_POLL: Duration = Duration::from_millis(50);
/// How many lines of a failed action's log its error shows.
const LOG_TAIL: usize = 20;

/// What all actions of a run share.
pub(super) struct Acting<'a> {
    pub(super) store: &'a Store,
    pub(super) workers: &'a WorkerPrograms,
    pub(super) run_dir: &'a Path,
    pub(super) cancellation: &'a Cancellation,
    pub(super) events: &'a (dyn Fn(RunEvent) + Sync),
}

/// How an action ended well.
pub(super) enum Acted {
    /// It ran.
    Ran(Box<ActionRecord>),
    /// Another process had computed it in the meantime.
    Found(Box<ActionRecord>),
}

/// What an action says of itself, collected for its record.
#[derive(Default)]
struct Heard {
    log: Vec<String>,
    warnings: Vec<String>,
    environment: BTreeMap<String, String>,
}

impl Acting<'_> {
    /// Carries out the action of a node. On failure the whole log is kept in the run's folder.
    pub(super) fn act(
        &self,
        node: &Node,
        prepared: &Prepared,
        granted: &Granted,
    ) -> Result<Acted, Box<NodeFailure>> {
        let heard = Mutex::new(Heard::default());
        self.try_act(node, prepared, granted, &heard).map_err(|error| {
            let heard = heard.into_inner().unwrap_or_else(PoisonError::into_inner);
            Box::new(self.failure(node, error, &heard.log))
        })
    }

    fn try_act(
        &self,
        node: &Node,
        prepared: &Prepared,
        granted: &Granted,
        heard: &Mutex<Heard>,
    ) -> Result<Acted, StageError> {
        let _lock = self.lock(node, prepared)?;
        // Another process may have finished it while this one waited for the lock.
        if let Lookup::Hit(record) = self.store.lookup(prepared.key) {
            return Ok(Acted::Found(record));
        }
        let begin = Instant::now();
        let workspace = self.store.workspace().map_err(StageError::new)?;
        let job = self.job(node, prepared, granted, &workspace)?;
        let references = self.execute(node, &job, heard)?;
        let outputs = self.keep(node, &job, &references)?;
        self.check_sources(prepared)?;
        let heard = {
            let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *heard)
        };
        let log = if heard.log.is_empty() {
            None
        } else {
            let text = heard.log.join("\n") + "\n";
            Some(self.store.put_bytes(text.as_bytes()).map_err(StageError::new)?)
        };
        let record = ActionRecord {
            key: prepared.key,
            fingerprint: prepared.fingerprint.to_json(),
            outputs,
            provenance: Provenance {
                node: node.id.to_string(),
                seconds: begin.elapsed().as_secs_f64(),
                environment: heard.environment,
                warnings: heard.warnings,
                log,
            },
        };
        self.store.remember(&record).map_err(StageError::new)?;
        Ok(Acted::Ran(Box::new(record)))
    }

    fn lock(&self, node: &Node, prepared: &Prepared) -> Result<ActionLock, StageError> {
        let mut told = false;
        loop {
            if let Some(lock) = self.store.try_lock(prepared.key).map_err(StageError::new)? {
                return Ok(lock);
            }
            if !told {
                let key = prepared.key.to_string();
                (self.events)(RunEvent::NodeWaiting { node: node.id.clone(), key });
                told = true;
            }
            if self.cancellation.is_cancelled() {
                return Err(StageError::cancelled());
            }
            std::thread::sleep(LOCK_POLL);
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
        let folder = |name: &str| workspace.folder(name).map_err(StageError::new);
        let mut inputs = BTreeMap::new();
        for (port, list) in &prepared.inputs {
            let mut placed = Vec::with_capacity(list.len());
            for (i, input) in list.iter().enumerate() {
                let dir = folder(&format!("inputs/{port}/{i}"))?;
                self.store.place(input.artifact, &dir).map_err(StageError::new)?;
                placed.push(JobInput { coordinates: input.coordinates.clone(), dir });
            }
            inputs.insert(port.clone(), placed);
        }
        let mut outputs = BTreeMap::new();
        for port in &node.stage.ports().outputs {
            outputs.insert(port.name.to_owned(), folder(&format!("outputs/{}", port.name))?);
        }
        let mut sources = BTreeMap::new();
        for (i, source) in prepared.sources.iter().enumerate() {
            let path = match &source.origin {
                SourceOrigin::Path(path) => path.clone(),
                SourceOrigin::Bytes(bytes) => {
                    let path = folder("sources")?.join(i.to_string());
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
            scratch: folder("scratch")?,
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
            if let Ok(mut heard) = heard.lock() {
                heard.take(&event);
            }
            (self.events)(RunEvent::Stage { node: node.id.clone(), said: event });
        };
        let work = Work {
            job,
            stage: node.stage.as_ref(),
            cancellation: self.cancellation,
            events: &hear,
        };
        match node.stage.info().placement {
            Placement::InProcess => InProcess.execute(&work),
            Placement::Worker(program) => Worker { program, programs: self.workers }.execute(&work),
        }
    }

    /// Moves what the action made into the store. An output port left empty is a mistake of the
    /// stage, not an empty artifact.
    fn keep(
        &self,
        node: &Node,
        job: &Job,
        references: &[OutputReference],
    ) -> Result<BTreeMap<String, pipeline_store::Digest>, StageError> {
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

    /// The action has read the declared files after its key was computed: a result of other content
    /// must not be remembered under that key.
    fn check_sources(&self, prepared: &Prepared) -> Result<(), StageError> {
        let now = digest_sources(&prepared.sources, self.store)?;
        let changed: Vec<_> = now
            .iter()
            .filter(|(name, digest)| prepared.fingerprint.sources.get(*name) != Some(digest))
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

    fn failure(&self, node: &Node, error: StageError, log: &[String]) -> NodeFailure {
        let mut failure = NodeFailure::from_error(error);
        if failure.cancelled || log.is_empty() {
            return failure;
        }
        failure.log_tail = log[log.len().saturating_sub(LOG_TAIL)..].to_vec();
        let relative = format!("logs/{}.log", node.id);
        let text = log.join("\n") + "\n";
        if write_beside(&self.run_dir.join(&relative), text.as_bytes()).is_ok() {
            failure.log_file = Some(relative);
        }
        failure
    }
}

impl Heard {
    fn take(&mut self, event: &StageEvent) {
        match event {
            StageEvent::Log { level, message } => {
                self.log.push(format!("{level}: {message}"));
                if level == "warn" {
                    self.warnings.push(message.clone());
                }
            }
            StageEvent::Environment { name, value } => {
                self.environment.insert(name.clone(), value.clone());
            }
            StageEvent::Metric { name, step, value } => {
                self.log.push(format!("metric: {name}[{step}] = {value}"));
            }
            StageEvent::Progress { .. } | StageEvent::Failed { .. } | StageEvent::Done => {}
        }
    }
}
