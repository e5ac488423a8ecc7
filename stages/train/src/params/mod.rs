//! Parameters, one file per topic. Their doc comments are the user's reference.

mod augment;
mod boxes;
mod optimizer;
mod perturbation;
mod predict;
mod regularizer;
mod strong;
mod train;
mod weight;

pub use augment::{AugmentParams, Interpolation};
pub use boxes::{CopyPasteParams, CutMixParams};
pub use optimizer::{
    AdamParams, ConstantRateParams, LearningRateParams, OptimizerParams, PolyRateParams,
    WarmupCosineParams,
};
pub use perturbation::{AffineParams, FlipParams, PerturbationParams, PhotometricParams};
pub use predict::{Checkpoint, PredictParams, PredictRole};
pub use regularizer::{
    ConsistencyParams, Divergence, EntropyParams, LocalMiParams, RegularizerParams,
};
pub use strong::StrongParams;
pub use train::{NetworkParams, Precision, SelectOn, Supervision, TrainParams};
pub use weight::{RampShape, WeightParams};
