//! What to do about an experiment: stages, graph, fingerprints, plan, schedule and executors.
//!
//! The engine knows nothing of images, tensors or metrics. It is handed a [`Registry`] of
//! [`Stage`]s and an experiment, and it is tested with toy stages only.

mod events;
mod executor;
mod explain;
mod fingerprint;
mod graph;
mod run;
pub mod stage;

pub use events::{NodeFailure, NodeOutcome, NodeOutline, RunEvent, RunSummary};
pub use executor::{
    Attempt, Cluster, ClusterRequest, EVENTS, Executor, GRACE, InProcess, OUTCOME, Outcome,
    OutcomeState, Program, SPEC, SUPERVISE, Work, Worker, WorkerPrograms, can_confine, supervise,
};
pub use explain::{Change, DirtyReason, differences};
pub use fingerprint::{Fingerprint, FingerprintInput};
pub use graph::{Graph, GraphErrors, Node, NodeId, NodeInput, OutputOf};
pub use run::{
    Capacity, NodePlan, NodeReport, NodeState, Plan, PlanOptions, Report, ReportError, RunError,
    RunOptions, RunResult, Selection, reachable_actions, run,
};
pub use stage::{
    ActionContext, Arity, Cancellation, CommandLine, Cpus, Decisions, GpuShare, Gpus, Granted,
    InputArtifact, InputPort, Job, Limits, Name, OutputPort, ParamProblem, Placement, Ports,
    Registry, Resources, SourceContext, SourceFile, SourceOrigin, Stage, StageError, StageEvent,
    StageInfo, serve_worker,
};
