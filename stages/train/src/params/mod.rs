//! Parameters, one file per topic. Their doc comments are the user's reference.

mod augment;
mod boxes;
mod learning_rate;
mod network;
mod optimizer;
mod perturbation;
mod predict;
mod regularizer;
mod strong;
mod supervised;
mod teacher;
mod train;
mod weight;

pub use augment::{AugmentParams, Interpolation};
pub use boxes::{CopyPasteParams, CutMixParams};
pub use learning_rate::{
    ConstantRateParams, LearningRateParams, PolyRateParams, WarmupCosineParams,
};
pub use network::{Architecture, NetworkParams};
pub use optimizer::{AdamParams, AdamWParams, OptimizerParams, RAdamParams, SgdParams};
pub use perturbation::{AffineParams, FlipParams, PerturbationParams, PhotometricParams};
pub use predict::{Checkpoint, PredictParams, PredictRole};
pub use regularizer::{
    CctParams, ClusterHead, ConsistencyParams, CrossPseudoParams, Divergence, EntropyParams,
    FeatureMiParams, FeatureParams, IctParams, LocalMiParams, MeanTeacherParams, MixupParams,
    Needs, PseudoLabelLoss, PseudoLabelParams, RegularizerParams, UaMtParams, UaMtTarget,
    UrpcParams, VatParams,
};
pub use strong::StrongParams;
pub use supervised::SupervisedLoss;
pub use teacher::{TeacherParams, TeacherStatistics};
pub use train::{Evaluated, MemoryLayout, Precision, SelectOn, Supervision, TrainParams};
pub use weight::{RampShape, WeightParams};
