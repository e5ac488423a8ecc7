//! The programs of the graph, started by nothing but a loop.

use std::process::{Command, Stdio};

use crate::dag::{Dag, Stage};
use crate::error::BenchError;

/// Runs every stage of the graph in the working folder, `cpus` chains at a time.
///
/// # Errors
/// [`BenchError::Start`] without a shell, [`BenchError::Usage`] if a stage fails.
pub(crate) fn run(stages: usize, cpus: usize) -> Result<(), BenchError> {
    let dag = Dag::new(stages);
    let cpus = cpus.max(1);
    let chains_of = |worker: usize| (worker..dag.width).step_by(cpus);
    let results = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cpus)
            .map(|worker| scope.spawn(move || chains_of(worker).try_for_each(run_chain)))
            .collect();
        workers.into_iter().map(std::thread::ScopedJoinHandle::join).collect::<Vec<_>>()
    });
    results.into_iter().try_for_each(|result| {
        result.unwrap_or_else(|_| Err(BenchError::Usage("the loop panicked".into())))
    })
}

fn run_chain(chain: usize) -> Result<(), BenchError> {
    (0..crate::dag::DEPTH).try_for_each(|layer| run_stage(Stage { layer, chain }))
}

fn run_stage(stage: Stage) -> Result<(), BenchError> {
    let mut command = Command::new("sh");
    command.arg("-c").arg(stage.command()).stdin(Stdio::null());
    let status =
        command.status().map_err(|source| BenchError::Start { program: "sh".into(), source })?;
    if status.success() {
        Ok(())
    } else {
        Err(BenchError::Usage(format!("stage {} of the loop failed", stage.name())))
    }
}
