//! One attempt at an action: when it has to stop, and why it stopped.

use std::time::{Duration, Instant};

use crate::stage::{Cancellation, Limits, StageError};

/// How long an action in a process of its own has to save its work, from when it is asked to stop
/// until it is killed, unless the run says otherwise.
pub const GRACE: Duration = Duration::from_secs(30);

/// One attempt at an action.
#[derive(Debug)]
pub struct Attempt {
    /// Set when the run is stopped, or when the attempt has used up its time.
    pub cancellation: Cancellation,
    /// What it must not exceed.
    pub limits: Limits,
    /// How long a process may take to end after it was asked to.
    pub grace: Duration,
    deadline: Option<Instant>,
    run: Cancellation,
}

impl Attempt {
    /// Begins now.
    pub fn begin(run: &Cancellation, limits: Limits, grace: Duration) -> Self {
        let deadline = limits.time.and_then(|time| Instant::now().checked_add(time));
        let cancellation = deadline.map_or_else(|| run.clone(), |at| run.until(at));
        Self { cancellation, limits, grace, deadline, run: run.clone() }
    }

    /// How long it may go on, if that is limited.
    pub fn time_left(&self) -> Option<Duration> {
        self.deadline.map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// An attempt that was stopped because its time was over has failed; it was not cancelled by
    /// the user.
    pub fn explain(&self, error: StageError) -> StageError {
        let over = self.deadline.is_some_and(|at| Instant::now() >= at);
        match self.limits.time {
            Some(time) if error.cancelled && over && !self.run.is_cancelled() => {
                StageError::message(format!("exceeded its time limit of {}", seconds(time)))
                    .with_help("raise `limits: {time: …}` of the node, or give it less to do; one that saves its progress goes on from there when it is tried again (`retries` of the node, or the next run)")
            }
            _ => error,
        }
    }
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}
