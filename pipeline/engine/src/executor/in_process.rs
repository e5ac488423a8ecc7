//! Actions in a thread of the orchestrator.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Executor, Work};
use crate::stage::{ActionContext, OutputReference, StageError};

/// Runs the stage in the calling thread, with a rayon pool as large as the CPUs it was granted.
#[derive(Debug, Clone, Copy, Default)]
pub struct InProcess;

/// Prefix of the names of threads that run actions: a panic there is an action's failure.
pub(crate) const THREAD_PREFIX: &str = "action";

impl Executor for InProcess {
    fn execute(&self, work: &Work<'_>) -> Result<Vec<OutputReference>, StageError> {
        let context = ActionContext::from_job(work.job, &work.attempt.cancellation, work.events);
        let run = || {
            catch_unwind(AssertUnwindSafe(|| work.stage.run(&context)))
                .unwrap_or_else(|panic| Err(StageError::from_panic(panic.as_ref())))
        };
        let threads = work.job.granted.cpus as usize;
        if threads > 1 {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .thread_name(|i| format!("{THREAD_PREFIX}-rayon-{i}"))
                .build()
                .map_err(StageError::new)?;
            pool.install(run)?;
        } else {
            run()?;
        }
        Ok(context.take_references())
    }
}
