//! Parameters of `cross_pseudo`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::WeightParams;

/// Parameters of `cross_pseudo`: a second network of the same kind, started from other values and
/// trained on the same labels; each network learns the other's most probable classes of the
/// unlabelled images. The first network is the one evaluated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CrossPseudoParams {
    /// How strongly the term counts; 0.1 with a sigmoid ramp in the field's protocol.
    pub weight: WeightParams,
}
