//! Parameters, one file per topic. Their doc comments are the user's reference.

mod augment;
mod learning_rate;
mod network;
mod optimizer;
mod predict;
mod regularizer;
mod supervised;
mod teacher;
mod train;
mod weight;

pub use augment::{AugmentParams, FlipParams, Interpolation, PerturbationParams};
pub use learning_rate::{
    ConstantRateParams, LearningRateParams, PolyRateParams, WarmupCosineParams,
};
pub use network::{Architecture, NetworkParams};
pub use optimizer::{AdamParams, AdamWParams, OptimizerParams, RAdamParams, SgdParams};
pub use predict::{Checkpoint, PredictParams, PredictRole};
pub use regularizer::{
    AdversarialParams, ClusterHead, ConsistencyParams, CrossPseudoParams, Divergence,
    EntropyParams, FeatureMiParams, FeatureParams, LocalMiParams, MeanTeacherParams, Needs,
    PseudoLabelLoss, PseudoLabelParams, RegularizerParams,
};
pub use supervised::SupervisedLoss;
pub use teacher::{TeacherParams, TeacherStatistics};
pub use train::{Evaluated, MemoryLayout, Precision, SelectOn, Supervision, TrainParams};
pub use weight::{RampShape, WeightParams};
