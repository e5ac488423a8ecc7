//! What to do about an experiment: stages, graph, fingerprints, plan, schedule and executors.
//!
//! The engine knows nothing of images, tensors or metrics. It is handed a [`Registry`] of
//! [`Stage`]s and an experiment, and it is tested with toy stages only.

pub mod stage;

pub use stage::{
    ActionContext, Arity, Cancellation, Cpus, Granted, InputArtifact, InputPort, Job, OutputPort,
    ParamProblem, Placement, Ports, Registry, Resources, SourceContext, SourceFile, SourceOrigin,
    Stage, StageError, StageEvent, StageInfo,
};
