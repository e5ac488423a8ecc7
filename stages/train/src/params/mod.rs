//! Parameters, one file per topic. Their doc comments are the user's reference.

mod augment;
mod learning_rate;
mod optimizer;
mod predict;
mod regularizer;
mod supervised;
mod train;
mod weight;

pub use augment::{AugmentParams, FlipParams, Interpolation, PerturbationParams};
pub use learning_rate::{
    ConstantRateParams, LearningRateParams, PolyRateParams, WarmupCosineParams,
};
pub use optimizer::{AdamParams, AdamWParams, OptimizerParams, RAdamParams, SgdParams};
pub use predict::{Checkpoint, PredictParams, PredictRole};
pub use regularizer::{
    ConsistencyParams, Divergence, EntropyParams, LocalMiParams, RegularizerParams,
};
pub use supervised::SupervisedLoss;
pub use train::{NetworkParams, Precision, SelectOn, Supervision, TrainParams};
pub use weight::{RampShape, WeightParams};
