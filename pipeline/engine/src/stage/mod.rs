//! A stage: one kind of step of an experiment.
//!
//! To add one, implement [`Stage`] in a crate of its own and register it in the binary's
//! `registry.rs`. The engine needs nothing else.

mod command;
mod context;
mod error;
mod job;
mod ports;
mod registry;
mod resources;
mod sources;
mod stop;

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

pub use command::CommandLine;
pub use context::{ActionContext, Cancellation, EventSink, InputArtifact, OutputReference};
pub use error::{ParamProblem, StageError};
pub use job::{Job, JobInput, StageEvent, serve_worker};
pub use ports::{Arity, InputPort, Name, OutputPort, Ports};
pub use registry::{ConfiguredStage, ErasedStage, Registry};
pub use resources::{Cpus, GpuShare, Gpus, Granted, Limits, Resources};
pub use sources::{Decisions, SourceContext, SourceFile, SourceOrigin};
pub(crate) use stop::STOP_SIGNALS;

/// What a stage is called, which version its output has, and where it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageInfo {
    /// The name that experiments use in `uses:`.
    pub name: &'static str,
    /// Bumped whenever the same inputs and parameters give other bytes; part of every action key.
    pub version: u32,
    /// One sentence for `orchestrate stages`.
    pub summary: &'static str,
    /// Where its actions run.
    pub placement: Placement,
}

/// Where the actions of a stage run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// In a thread of the orchestrator.
    InProcess,
    /// In the named worker program, one process per action.
    Worker(&'static str),
    /// As a program of the user's, one process per action: see [`Stage::command`].
    Command,
}

/// One kind of step: its parameters, ports, resources, and what it does.
///
/// Everything that can change an action's output must be visible to the engine: parameters
/// (typed, so that defaults and spelling do not matter), inputs (by content), declared source
/// files (by content) and the version. A stage must not read the environment, the clock, the
/// current directory or any other file.
pub trait Stage: Send + Sync + 'static {
    /// The parameters, written under `with:` in an experiment. Use `deny_unknown_fields`, give
    /// defaults, and skip absent options when serializing, so that adding a parameter later does
    /// not invalidate old results.
    type Params: DeserializeOwned + Serialize + JsonSchema + Send + Sync + 'static;

    /// Name, version, summary and placement.
    fn info(&self) -> StageInfo;

    /// The inputs and outputs for these parameters.
    fn ports(&self, params: &Self::Params) -> Ports;

    /// What an action asks for while it runs; one CPU unless overridden.
    fn resources(&self, _params: &Self::Params) -> Resources {
        Resources::default()
    }

    /// Checks what types cannot say (ranges, combinations). Reports every problem at once.
    fn check(&self, _params: &Self::Params) -> Vec<ParamProblem> {
        Vec::new()
    }

    /// Top-level parameters that only say where something lies; they are left out of the key
    /// because the content found there is in it.
    fn location_params(&self) -> &'static [&'static str] {
        &[]
    }

    /// The files outside the store that an action reads; they are hashed by content. What else
    /// decides which files these are is said with [`SourceContext::decided_by`].
    fn sources(
        &self,
        _params: &Self::Params,
        context: &SourceContext,
    ) -> Result<Vec<SourceFile>, StageError> {
        context.decided_by([]);
        Ok(Vec::new())
    }

    /// The program that carries out one action of a stage placed as [`Placement::Command`].
    fn command(&self, _params: &Self::Params, _job: &Job) -> Result<CommandLine, StageError> {
        Err(StageError::message(format!("stage `{}` is no program", self.info().name)))
    }

    /// Does the work of one action: reads `context.input(..)`, writes into `context.output(..)`.
    /// Stages placed in a worker leave the default, which refuses.
    fn run(&self, _params: &Self::Params, _context: &ActionContext<'_>) -> Result<(), StageError> {
        Err(StageError::message(format!(
            "stage `{}` runs in a worker, not in the orchestrator",
            self.info().name
        )))
    }
}
