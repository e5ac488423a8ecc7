//! Parameters of `consistency`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::WeightParams;

/// How two predictions of one pixel are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Divergence {
    /// Kullback-Leibler divergence of `p` from the target `q`, in nats, averaged over pixels.
    #[default]
    Kl,
    /// Squared difference, averaged over pixels and classes.
    Mse,
}

/// Parameters of `consistency`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyParams {
    /// `kl` (default) or `mse`. The two need very different weights: about 1 for `kl` and 5 for
    /// `mse` in a full-length training, less and ramped up in a short one.
    #[serde(default)]
    pub divergence: Divergence,
    /// How strongly the term counts.
    pub weight: WeightParams,
}
