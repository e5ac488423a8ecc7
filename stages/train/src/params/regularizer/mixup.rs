//! Parameters of `mixup`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::WeightParams;

/// Parameters of `mixup`: the prediction of a mixture of two labelled images should be the same
/// mixture of their labels. It uses no unlabelled images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MixupParams {
    /// How strongly the term counts; 0.01 as the paper's authors ran it.
    pub weight: WeightParams,
    /// The share of the first image of a pair has the distribution Beta(alpha, alpha): uniform at 1,
    /// mostly near 0 or 1 below, mostly near a half above. Above 0, default 1.
    #[serde(default = "alpha")]
    pub alpha: f64,
}

fn alpha() -> f64 {
    1.0
}
