//! Actions that a cluster carries out: what is agreed between the engine and whoever speaks to a
//! scheduler.
//!
//! An action lies in a folder that every machine of the cluster sees. [`SPEC`] in it says all that is
//! needed to carry it out. Somewhere a *runner* reads it, appends what the action says to [`EVENTS`],
//! one JSON [`StageEvent`](crate::StageEvent) a line, and writes [`OUTCOME`] as its last act, whole or
//! not at all. That file is the truth; a scheduler is only asked whether the runner is still alive.

use std::path::Path;

use pipeline_store::ActionKey;
use serde::{Deserialize, Serialize};

use super::Attempt;
use crate::stage::{Limits, Resources, StageError, StageEvent};

/// The file that says what is to be carried out.
pub const SPEC: &str = "spec.json";
/// The file with what the action said.
pub const EVENTS: &str = "events.jsonl";
/// The file that says how it ended.
pub const OUTCOME: &str = "outcome.json";

/// A scheduler of a cluster.
pub trait Cluster: Sync {
    /// Sees to it that the action of the folder is carried out, and blocks until its [`OUTCOME`] is
    /// there. A job that an earlier orchestrator has submitted for this folder is adopted instead of
    /// submitting a second one; one that was interrupted ([`OutcomeState::Interrupted`]), preempted or
    /// lost is submitted again. When the attempt is cancelled, the job is cancelled.
    ///
    /// What is worth knowing (pending reason, the job's number, its machine) goes to `events` as log
    /// lines. An error says in words why there is no outcome: rejected, out of memory, time limit,
    /// failure of a machine.
    fn carry_out(
        &self,
        request: &ClusterRequest<'_>,
        attempt: &Attempt,
        events: &(dyn Fn(StageEvent) + Sync),
    ) -> Result<(), StageError>;
}

/// One action that a cluster is to carry out.
#[derive(Debug, Clone)]
pub struct ClusterRequest<'a> {
    /// The run that wants it.
    pub run_id: &'a str,
    /// The node that wants it.
    pub node: &'a str,
    /// The stage's name.
    pub stage: &'a str,
    /// The action's key.
    pub key: ActionKey,
    /// The action's folder.
    pub folder: &'a Path,
    /// The program and its arguments that carry the folder's action out, on any machine.
    pub runner: &'a [String],
    /// What it asks for.
    pub resources: Resources,
    /// What it must not exceed; the runner sees to it, the scheduler has to leave room for it.
    pub limits: Limits,
    /// What the experiment says of the cluster for this node (`slurm:`), of the cluster's own form.
    pub settings: &'a serde_json::Value,
}

/// How an action ended, in the file [`OUTCOME`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outcome {
    /// The action's key, so that no outcome is taken for another's.
    pub key: ActionKey,
    /// How it ended.
    #[serde(flatten)]
    pub state: OutcomeState,
}

/// How an action ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum OutcomeState {
    /// It is done: all outputs are in their folders.
    Done {
        /// How long it took, without waiting.
        seconds: f64,
    },
    /// It failed.
    Failed {
        /// Why.
        error: StageError,
    },
    /// It was asked to stop, by a scheduler that needs its place or at the end of its time, and has
    /// saved what it had: the next attempt goes on from there.
    Interrupted,
}
