//! Parameters of `local_mi`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::yes;
use crate::WeightParams;

/// Parameters of `local_mi`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalMiParams {
    /// Largest displacement between the two pixels of a pair, in pixels along each axis: 0
    /// compares a pixel with itself, 1 with its 3 x 3 neighbourhood. Less than half the crop,
    /// default 1.
    #[serde(default = "one_pixel")]
    pub window: u32,
    /// How strongly the term counts; about 0.1 in a full-length training.
    pub weight: WeightParams,
    /// Weight of the two marginal entropies inside the term; at 1 (default) the term is exactly
    /// the negative mutual information, above 1 it asks for more evenly used classes. At least 0.
    #[serde(default = "unit")]
    pub marginal_weight: f64,
    /// Subtract the smallest entry of the joint distribution before normalizing it, as the
    /// authors' code does since August 2020. This changes the statistic, not only the numerics.
    /// Default false.
    #[serde(default)]
    pub min_shift: bool,
    /// Treat `q` as a constant, so that only `p` is drawn towards it; default true.
    #[serde(default = "yes")]
    pub detach_target: bool,
}

fn one_pixel() -> u32 {
    1
}

fn unit() -> f64 {
    1.0
}
