//! What a running action sees of the world.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;

use super::job::{Job, StageEvent};
use super::{Granted, StageError};

/// Tells running actions that they have to stop. Cheap to clone and to ask.
#[derive(Debug, Clone, Default)]
pub struct Cancellation {
    asked: Arc<AtomicBool>,
    at: Option<Instant>,
}

impl Cancellation {
    /// Not cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, but also cancelled from a moment on.
    #[must_use]
    pub fn until(&self, at: Instant) -> Self {
        Self { asked: Arc::clone(&self.asked), at: Some(at) }
    }

    /// Asks every holder to stop.
    pub fn cancel(&self) {
        self.asked.store(true, Ordering::SeqCst);
    }

    /// What asks, for handlers of signals.
    pub(super) fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.asked)
    }

    /// Whether to stop.
    pub fn is_cancelled(&self) -> bool {
        self.asked.load(Ordering::SeqCst) || self.at.is_some_and(|at| Instant::now() >= at)
    }
}

/// Receives what an action says.
pub type EventSink<'a> = dyn Fn(StageEvent) + Sync + 'a;

/// One input artifact: the folder that holds its files, and the values of the matrix variables
/// it was made under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputArtifact {
    /// Matrix variable to value, such as `seed` to `8`.
    pub coordinates: BTreeMap<String, String>,
    /// The folder with its files; read only.
    pub dir: PathBuf,
}

/// A file of an output that stays where it is, outside the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputReference {
    /// The output port.
    pub port: String,
    /// Path inside the artifact, with `/`.
    pub relative: String,
    /// The name of the source file it refers to.
    pub source: String,
}

/// What a running action sees: its inputs, outputs, sources, grants, and a way to speak.
pub struct ActionContext<'a> {
    inputs: BTreeMap<String, Vec<InputArtifact>>,
    outputs: &'a BTreeMap<String, PathBuf>,
    sources: &'a BTreeMap<String, PathBuf>,
    scratch: &'a Path,
    resume: &'a Path,
    granted: &'a Granted,
    cancellation: &'a Cancellation,
    events: &'a EventSink<'a>,
    references: Mutex<Vec<OutputReference>>,
}

impl<'a> ActionContext<'a> {
    /// The context of a job.
    pub fn from_job(
        job: &'a Job,
        cancellation: &'a Cancellation,
        events: &'a EventSink<'a>,
    ) -> Self {
        Self {
            inputs: job
                .inputs
                .iter()
                .map(|(port, list)| (port.clone(), list.iter().map(Into::into).collect()))
                .collect(),
            outputs: &job.outputs,
            sources: &job.sources,
            scratch: &job.scratch,
            resume: &job.resume,
            granted: &job.granted,
            cancellation,
            events,
            references: Mutex::new(Vec::new()),
        }
    }

    /// The folder of the single artifact on an input port.
    pub fn input(&self, port: &str) -> Result<&Path, StageError> {
        self.optional_input(port)
            .ok_or_else(|| StageError::message(format!("the action has no input on port `{port}`")))
    }

    /// The folder of the artifact on an optional input port, if it is connected.
    pub fn optional_input(&self, port: &str) -> Option<&Path> {
        self.inputs.get(port)?.first().map(|artifact| artifact.dir.as_path())
    }

    /// Every artifact on a gathering input port, ordered by coordinates.
    pub fn inputs(&self, port: &str) -> &[InputArtifact] {
        self.inputs.get(port).map_or(&[], Vec::as_slice)
    }

    /// The folder to write an output's files into; it exists and is empty.
    pub fn output(&self, port: &str) -> Result<&Path, StageError> {
        self.outputs
            .get(port)
            .map(PathBuf::as_path)
            .ok_or_else(|| StageError::message(format!("the action has no output port `{port}`")))
    }

    /// Declared source files, by name.
    pub fn sources(&self) -> &BTreeMap<String, PathBuf> {
        self.sources
    }

    /// The path of one declared source file.
    pub fn source(&self, name: &str) -> Result<&Path, StageError> {
        self.sources.get(name).map(PathBuf::as_path).ok_or_else(|| {
            StageError::message(format!("the action declared no source file `{name}`"))
        })
    }

    /// Makes a source file part of an output without copying it into the store.
    pub fn reference_source(&self, port: &str, relative: &str, source: &str) {
        if let Ok(mut references) = self.references.lock() {
            references.push(OutputReference {
                port: port.to_owned(),
                relative: relative.to_owned(),
                source: source.to_owned(),
            });
        }
    }

    /// The references made so far; the executor takes them when the action is done.
    pub fn take_references(&self) -> Vec<OutputReference> {
        self.references.lock().map(|mut list| std::mem::take(&mut *list)).unwrap_or_default()
    }

    /// A folder for temporary files; gone after the action.
    pub fn scratch(&self) -> &Path {
        self.scratch
    }

    /// A folder that survives attempts of this very action that fail or are killed; what an earlier
    /// attempt left there is there. Nothing in it may change the result.
    pub fn resume_folder(&self) -> Result<&Path, StageError> {
        fs_err::create_dir_all(self.resume).map_err(StageError::new)?;
        Ok(self.resume)
    }

    /// What the action may use.
    pub fn granted(&self) -> &Granted {
        self.granted
    }

    /// An independent random stream for one purpose: the same `seed` and `name` always give the
    /// same numbers, and a new name never shifts another stream.
    pub fn stream(seed: u64, name: &str) -> ChaCha12Rng {
        let mut hasher = blake3::Hasher::new_derive_key("orchestrate random stream v1");
        hasher.update(&seed.to_le_bytes());
        hasher.update(name.as_bytes());
        ChaCha12Rng::from_seed(*hasher.finalize().as_bytes())
    }

    /// Says how far the action is.
    pub fn progress(&self, done: u64, total: u64, message: impl Into<String>) {
        (self.events)(StageEvent::Progress { done, total, message: message.into() });
    }

    /// Reports a number worth showing while the action runs.
    pub fn metric(&self, name: &str, step: u64, value: f64) {
        (self.events)(StageEvent::Metric { name: name.to_owned(), step, value });
    }

    /// Writes a line to the action's log.
    pub fn info(&self, message: impl Into<String>) {
        (self.events)(StageEvent::Log { level: "info".to_owned(), message: message.into() });
    }

    /// Writes a warning to the action's log; the command line shows it, on cached runs too.
    pub fn warn(&self, message: impl Into<String>) {
        (self.events)(StageEvent::Log { level: "warn".to_owned(), message: message.into() });
    }

    /// Records a fact about the environment beside the result; never part of a key.
    pub fn environment(&self, name: &str, value: impl Into<String>) {
        (self.events)(StageEvent::Environment { name: name.to_owned(), value: value.into() });
    }

    /// Returns an error when the action has to stop: the run is stopped, its time is over, or a
    /// scheduler wants the machine back. Long loops ask now and then. Whoever has something to
    /// save for the next attempt saves it into [`Self::resume_folder`] and returns the error,
    /// within [`GRACE`](crate::GRACE) if it runs in a process of its own: then it is killed.
    pub fn check_cancelled(&self) -> Result<(), StageError> {
        if self.cancellation.is_cancelled() { Err(StageError::cancelled()) } else { Ok(()) }
    }
}
