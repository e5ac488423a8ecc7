//! Parameters of `entropy`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::WeightParams;

/// Parameters of `entropy`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntropyParams {
    /// How strongly the term counts; about 1e-5 to 1e-3 as the paper's authors ran it, 0.1 in the
    /// field's other protocol.
    pub weight: WeightParams,
    /// Divide by the logarithm of the number of classes, so that an undecided pixel costs 1; as
    /// the field's other protocol does. Default false.
    #[serde(default)]
    pub normalize: bool,
    /// Count the labelled images of the step too, as the field's reference code does. Default
    /// false.
    #[serde(default)]
    pub labelled_too: bool,
}
