//! Parameters of the `train` stage.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AugmentParams, LearningRateParams, Needs, NetworkParams, OptimizerParams, PerturbationParams,
    RegularizerParams, SupervisedLoss, TeacherParams,
};

/// Trains a segmentation network on the labelled scans of a partition, with help from the
/// unlabelled ones.
///
/// A method is a choice of `supervision` and `regularizers`: no regularizer is partial
/// supervision, `supervision: all` is the upper bound. Two methods with one seed start from the
/// same weights and see the same labelled images in the same order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TrainParams {
    /// Draws the initial weights, the batches, the augmentation and the perturbation. Default 10.
    pub seed: u64,
    /// Which scans are trained on with their labels; default `labelled`.
    pub supervision: Supervision,
    /// The loss of labelled images; default `cross_entropy`.
    pub supervised: SupervisedLoss,
    /// Terms added to the supervised loss; default none.
    pub regularizers: Vec<RegularizerParams>,
    /// Pass unlabelled images through the network even where no regularizer asks for them, so that
    /// they are part of the batch-norm statistics of every method. The perturbed copies, which only
    /// regularizers need, are left out, so labelled images weigh more in these statistics (4 of 14
    /// images by default) than with a regularizer (4 of 24). Default true, as in the published
    /// comparison; false trains three times faster where there is no regularizer.
    pub unlabelled_in_batch_norm: bool,
    /// The running mean of the network's weights, for the terms that compare with it.
    pub teacher: TeacherParams,
    /// The network that checkpoints hold: the trained one (default) or its teacher.
    pub evaluate: Evaluated,
    /// The network.
    pub network: NetworkParams,
    /// Side of the square that the network sees, in pixels of the canvas: a random crop in
    /// training, the central one in validation and prediction. A multiple of 16, at most the
    /// canvas, default 224.
    pub crop: u32,
    /// Random changes to every training image.
    pub augment: AugmentParams,
    /// The perturbation under which predictions of unlabelled images are compared.
    pub perturbation: PerturbationParams,
    /// The rule that turns gradients into steps; default `adam`.
    pub optimizer: OptimizerParams,
    /// The learning rate over the course of training; default `warmup_cosine`.
    pub learning_rate: LearningRateParams,
    /// Number of epochs; at least 1, default 100.
    pub epochs: u32,
    /// Training steps in an epoch; at least 1, default 300.
    pub iterations_per_epoch: u32,
    /// Labelled images in a step; at least 1, default 4.
    pub batch_labelled: u32,
    /// Unlabelled images in a step; default 10. Ignored where nothing uses them.
    pub batch_unlabelled: u32,
    /// Epochs from one validation to the next; the last epoch is always validated. At least 1,
    /// default 1.
    pub validate_every: u32,
    /// The scans whose mean Dice over the foreground classes chooses the best epoch; default
    /// `validation`.
    pub select_on: SelectOn,
    /// Number format of activations and convolutions; default `bf16`.
    pub precision: Precision,
    /// How images lie in memory; default `channels_last`. Changes speed, and results only by
    /// rounding.
    pub memory: MemoryLayout,
}

impl Default for TrainParams {
    fn default() -> Self {
        Self {
            seed: 10,
            supervision: Supervision::Labelled,
            supervised: SupervisedLoss::default(),
            regularizers: Vec::new(),
            unlabelled_in_batch_norm: true,
            teacher: TeacherParams::default(),
            evaluate: Evaluated::Student,
            network: NetworkParams::default(),
            crop: 224,
            augment: AugmentParams::default(),
            perturbation: PerturbationParams::default(),
            optimizer: OptimizerParams::default(),
            learning_rate: LearningRateParams::default(),
            epochs: 100,
            iterations_per_epoch: 300,
            batch_labelled: 4,
            batch_unlabelled: 10,
            validate_every: 1,
            select_on: SelectOn::Validation,
            precision: Precision::Bf16,
            memory: MemoryLayout::ChannelsLast,
        }
    }
}

impl TrainParams {
    /// What all terms together ask the training loop to prepare.
    pub fn needs(&self) -> Needs {
        let needs = self.regularizers.iter().map(RegularizerParams::needs);
        let needs = needs.fold(Needs::default(), Needs::and);
        Needs { teacher: needs.teacher || self.evaluate == Evaluated::Teacher, ..needs }
    }

    /// Whether a step draws unlabelled images at all.
    pub fn uses_unlabelled(&self) -> bool {
        self.batch_unlabelled > 0
            && (self.unlabelled_in_batch_norm || self.needs().unlabelled_images())
    }

    /// Images that pass through the network in one step: labelled, unlabelled, and perturbed
    /// unlabelled where a regularizer compares the two.
    pub fn images_per_step(&self) -> u32 {
        let copies = u32::from(self.uses_unlabelled()) + u32::from(self.needs().perturbed);
        self.batch_labelled.saturating_add(copies.saturating_mul(self.batch_unlabelled))
    }
}

/// Which scans are trained on with their labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Supervision {
    /// The scans with role `labelled`.
    #[default]
    Labelled,
    /// The annotated scans with role `labelled` or `unlabelled`: full supervision. Validation scans
    /// are never trained on with their labels, but another scan of the same subject may be, so
    /// that the validation curve of this upper bound (not its test score) is optimistic; draw the
    /// validation set by `subjects` to avoid that.
    All,
}

/// The scans that choose the best epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SelectOn {
    /// The scans with role `validation`.
    #[default]
    Validation,
    /// The scans with role `test`, as in early publications: the reported numbers are then
    /// optimistic, and a warning says so.
    Test,
}

/// The network that is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Evaluated {
    /// The trained network.
    #[default]
    Student,
    /// The running mean of its weights, as `teacher` says.
    Teacher,
}

/// How the numbers of an image lie in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemoryLayout {
    /// The channels of a pixel side by side: faster on processors and GPUs with 16-bit
    /// instructions.
    #[default]
    ChannelsLast,
    /// One channel after the other.
    ChannelsFirst,
}

/// The number format of activations and convolutions. Weights, batch-norm statistics, losses and
/// optimizer moments are always 32-bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// 32-bit floating point. On NVIDIA GPUs from Ampere on, libtorch by default lets convolutions
    /// round their inputs to TF32; `NVIDIA_TF32_OVERRIDE=0` in the environment forbids it.
    Fp32,
    /// 16-bit bfloat: about twice as fast on processors and GPUs with instructions for it (NVIDIA's
    /// from Ampere on), slower elsewhere. Trainings end as well as with `fp32`.
    #[default]
    Bf16,
}
