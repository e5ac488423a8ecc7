//! How one action is carried out.
//!
//! The scheduler knows only [`Executor`]. A new way to run actions (a cluster, say) is a file
//! here and a value of [`Placement`](crate::Placement).

mod in_process;
mod worker;

use crate::stage::{Cancellation, ConfiguredStage, Job, OutputReference, StageError, StageEvent};

pub use in_process::InProcess;
pub(crate) use in_process::THREAD_PREFIX;
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
    /// Tells when to stop.
    pub cancellation: &'a Cancellation,
    /// Takes what the action says.
    pub events: &'a (dyn Fn(StageEvent) + Sync),
}
