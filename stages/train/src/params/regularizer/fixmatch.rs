//! Parameters of `fixmatch`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::confident;
use crate::{CutMixParams, StrongParams, WeightParams};

/// Parameters of `fixmatch`: the most probable classes of the unlabelled images as they are drawn,
/// where they are certain enough, are the labels of strongly changed copies of these images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FixmatchParams {
    /// How strongly the term counts; 1 as published, 0.1 with a sigmoid ramp in the field's
    /// protocol.
    pub weight: WeightParams,
    /// Pixels whose most probable class has at most this probability are left out of the loss;
    /// they do not become background. In 0..1, default 0.95; 0.8 in the field's protocol.
    #[serde(default = "confident")]
    pub threshold: f64,
    /// The network whose classes are learnt; default `student`.
    #[serde(default)]
    pub labels_from: LabelsFrom,
    /// How the strong view is compared with its labels; default `cross_entropy`. In the field's
    /// protocol `cross_entropy_dice`.
    #[serde(default)]
    pub loss: FixmatchLoss,
    /// The strong changes of intensity.
    #[serde(default)]
    pub strong: StrongParams,
    /// Boxes of another unlabelled image of the step, with its labels, pasted into the strong
    /// view; default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cutmix: Option<CutMixParams>,
}

/// The network that labels unlabelled images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LabelsFrom {
    /// The trained network, in the pass in which it sees the labelled images too.
    #[default]
    Student,
    /// The running mean of its weights, as `teacher` says.
    Teacher,
}

/// How a prediction is compared with labels that only count where they are certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FixmatchLoss {
    /// Cross-entropy of the pixels that count, summed and divided by the number of all pixels: the
    /// term grows as the network becomes certain.
    #[default]
    CrossEntropy,
    /// Half of that, and half of the soft Dice loss of the pixels that count.
    CrossEntropyDice,
}
