//! Parameters of `vat`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::WeightParams;

/// Parameters of `vat`, virtual adversarial training: predictions should not change under the
/// small change of the image that changes them most.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VatParams {
    /// How strongly the term counts; the paper's authors have 0.25 in their library.
    pub weight: WeightParams,
    /// Size of the change, as the root of the sum of its squares over the pixels of one image,
    /// whose values lie in 0..=1: with `n` pixels a pixel changes by about `epsilon / sqrt(n)`,
    /// 0.0045 at a crop of 224. Above 0, default 1.
    #[serde(default = "epsilon")]
    pub epsilon: f64,
    /// Size, measured in the same way, of the random change at which the search for the worst
    /// direction begins. Above 0, default 10.
    #[serde(default = "xi")]
    pub xi: f64,
    /// Improvements of the direction, each a pass forward and backward; from 1 to 100, default 1.
    #[serde(default = "power_iterations")]
    pub power_iterations: u32,
}

fn epsilon() -> f64 {
    1.0
}

fn xi() -> f64 {
    10.0
}

fn power_iterations() -> u32 {
    1
}
