//! Parameters of `unimatch`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::confident;
use crate::{CutMixParams, StrongParams, WeightParams};

/// Parameters of `unimatch`: the certain classes of the unlabelled images are the labels of two
/// strongly changed copies of them, each with boxes of other images, and of what the decoder makes
/// of their own features when half of the channels are missing.
///
/// The published total is half the sum of this term and the supervised loss, which there is
/// `supervised: cross_entropy_dice`. Here it is `weight: {value: 1}` and, with `sgd`, half the
/// published learning rate; `adam` hardly sees a factor on the whole loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnimatchParams {
    /// How strongly the term counts; 1 as published, from the first step on.
    pub weight: WeightParams,
    /// Pixels whose most probable class has at most this probability are left out of the loss. In
    /// 0..1, default 0.95.
    #[serde(default = "confident")]
    pub threshold: f64,
    /// The share of the encoder's channels that are missing in the third copy. In 0..1, default
    /// 0.5.
    #[serde(default = "half")]
    pub feature_dropout: f64,
    /// The strong changes of intensity, drawn anew for each of the two copies.
    #[serde(default)]
    pub strong: StrongParams,
    /// The boxes of another unlabelled image of the step, drawn anew for each of the two copies.
    #[serde(default)]
    pub cutmix: CutMixParams,
}

fn half() -> f64 {
    0.5
}
