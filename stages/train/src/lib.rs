//! What `train` and `predict` are: parameters, ports, resources and checks.
//!
//! This crate declares; the worker `orchestrate-torch` (crate `stages-torch`) does the work. The
//! split keeps libtorch out of the orchestrator: planning and cached reruns need these types only.

mod checks;
mod memory;
mod params;
mod predict;
mod train;

pub use params::{
    AdamParams, AffineParams, AugmentParams, Checkpoint, ConsistencyParams, ConstantRateParams,
    CopyPasteParams, CutMixParams, Divergence, EntropyParams, FlipParams, Interpolation,
    LearningRateParams, LocalMiParams, NetworkParams, OptimizerParams, PerturbationParams,
    PhotometricParams, PolyRateParams, Precision, PredictParams, PredictRole, RampShape,
    RegularizerParams, SelectOn, StrongParams, Supervision, TrainParams, WarmupCosineParams,
    WeightParams,
};
pub use predict::Predict;
pub use train::Train;

/// The worker program that runs both stages.
pub const WORKER: &str = "orchestrate-torch";
