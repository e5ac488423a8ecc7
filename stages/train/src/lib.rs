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
    AdamParams, AdamWParams, AffineParams, Architecture, AugmentParams, CctParams, Checkpoint,
    ClusterHead, ConsistencyParams, ConstantRateParams, CopyPasteParams, CrossPseudoParams,
    CutMixParams, Divergence, EntropyParams, Evaluated, FeatureMiParams, FeatureParams, FlipParams,
    IctParams, Interpolation, LearningRateParams, LocalMiParams, MeanTeacherParams, MemoryLayout,
    MixupParams, Needs, NetworkParams, OptimizerParams, PerturbationParams, PhotometricParams,
    PolyRateParams, Precision, PredictParams, PredictRole, PseudoLabelLoss, PseudoLabelParams,
    RAdamParams, RampShape, RegularizerParams, SelectOn, SgdParams, StrongParams, SupervisedLoss,
    Supervision, TeacherParams, TeacherStatistics, TrainParams, UaMtParams, UaMtTarget, UrpcParams,
    VatParams, WarmupCosineParams, WeightParams,
};
pub use predict::Predict;
pub use train::Train;

/// The worker program that runs both stages.
pub const WORKER: &str = "orchestrate-torch";
