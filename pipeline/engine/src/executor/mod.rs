//! How one action is carried out.
//!
//! The scheduler knows only [`Executor`]. A new way to run actions (a cluster, say) is a file
//! here and a value of [`Placement`](crate::Placement).

mod attempt;
mod cluster;
mod confine;
mod environment;
mod in_process;
mod memory;
mod process;
mod program;
mod supervise;
mod worker;

use crate::stage::{ConfiguredStage, Job, OutputReference, StageError, StageEvent};

pub use attempt::{Attempt, GRACE};
pub use cluster::{Cluster, ClusterRequest, EVENTS, OUTCOME, Outcome, OutcomeState, SPEC};
pub use confine::can_confine;
pub use in_process::InProcess;
pub(crate) use in_process::THREAD_PREFIX;
pub use program::Program;
pub use supervise::{SUPERVISE, supervise};
pub use worker::{Worker, WorkerPrograms};

/// Carries out one action and blocks until it is over.
pub trait Executor: Sync {
    /// Runs the job. Returns the files that its outputs refer to outside the store.
    fn execute(&self, work: &Work<'_>) -> Result<Vec<OutputReference>, StageError>;
}

/// One action to carry out.
pub struct Work<'a> {
    /// What to do, with all paths.
    pub job: &'a Job,
    /// The stage, for executors that run it themselves.
    pub stage: &'a dyn ConfiguredStage,
    /// When to stop.
    pub attempt: &'a Attempt,
    /// Takes what the action says.
    pub events: &'a (dyn Fn(StageEvent) + Sync),
}
