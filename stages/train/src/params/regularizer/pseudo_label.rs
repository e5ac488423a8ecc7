//! Parameters of `pseudo_label`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::WeightParams;

/// Parameters of `pseudo_label`: the network's own most probable classes of the unlabelled images
/// are taken for their labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PseudoLabelParams {
    /// How strongly the term counts; 0.1 as the paper's authors ran it.
    pub weight: WeightParams,
    /// How the prediction is compared with its own label; default `cross_entropy`.
    #[serde(default)]
    pub loss: PseudoLabelLoss,
    /// Pixels whose most probable class has at most this probability are left out. In 0..1,
    /// default 0: all pixels count.
    #[serde(default)]
    pub threshold: f64,
}

/// How a prediction is compared with a label made from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PseudoLabelLoss {
    /// Cross-entropy, averaged over the pixels that count.
    #[default]
    CrossEntropy,
    /// Squared difference from the one-hot label, averaged over the pixels that count and over
    /// classes, as in the authors' later code.
    Mse,
}
