//! Where the page gets runs from.

use crate::{LogChange, RunChange, RunName, RunsChange};

/// Runs, seen from outside. Methods are called from several threads and may read files.
pub trait Runs: Send + Sync + 'static {
    /// The time, RFC 3339.
    fn now(&self) -> String;

    /// What changed in the list after a revision; everything if none is given, or one that is not
    /// known any more. None if nothing did.
    fn list(&self, since: Option<u64>) -> Option<RunsChange>;

    /// Whether there is such a run.
    fn knows(&self, run: &RunName) -> bool;

    /// The same for one run.
    fn run(&self, run: &RunName, since: Option<u64>) -> Option<RunChange>;

    /// What a node's action said after a position; perhaps nothing. None if there is no such log.
    fn log(&self, run: &RunName, node: &str, from: Option<u64>) -> Option<LogChange>;

    /// Asks a run to stop.
    ///
    /// # Errors
    /// [`StopRefusal`] if there is nobody who could be asked.
    fn stop(&self, run: &RunName) -> Result<(), StopRefusal>;

    /// The report of a run, a page of its own.
    fn report(&self, run: &RunName) -> Option<Vec<u8>>;
}

/// Why a run is not asked to stop.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct StopRefusal {
    /// In one sentence.
    pub message: String,
}
