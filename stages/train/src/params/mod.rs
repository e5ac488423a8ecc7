//! Parameters, one file per topic. Their doc comments are the user's reference.

mod augment;
mod network;
mod optimizer;
mod predict;
mod regularizer;
mod teacher;
mod train;
mod weight;

pub use augment::{AugmentParams, FlipParams, Interpolation, PerturbationParams};
pub use network::{Architecture, NetworkParams};
pub use optimizer::{
    AdamParams, ConstantRateParams, LearningRateParams, OptimizerParams, PolyRateParams,
    WarmupCosineParams,
};
pub use predict::{Checkpoint, PredictParams, PredictRole};
pub use regularizer::{
    CctParams, ClusterHead, ConsistencyParams, CrossPseudoParams, Divergence, EntropyParams,
    FeatureMiParams, FeatureParams, IctParams, LocalMiParams, MeanTeacherParams, MixupParams,
    Needs, PseudoLabelLoss, PseudoLabelParams, RegularizerParams, UaMtParams, UaMtTarget,
    UrpcParams, VatParams,
};
pub use teacher::{TeacherParams, TeacherStatistics};
pub use train::{Evaluated, MemoryLayout, Precision, SelectOn, Supervision, TrainParams};
pub use weight::{RampShape, WeightParams};
