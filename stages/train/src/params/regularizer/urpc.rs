//! Parameters of `urpc`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::yes;
use crate::WeightParams;

/// Parameters of `urpc`, uncertainty-rectified pyramid consistency: class scores are also computed
/// at the three lower resolutions of the decoder, and all four predictions should agree, where they
/// disagree less than elsewhere. The supervised loss is the mean over the four. The further scores
/// are trained with the network and left out of its checkpoints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UrpcParams {
    /// How strongly the term counts; 0.1 with a sigmoid ramp in the field's protocol.
    pub weight: WeightParams,
    /// Disturb the features from which the further scores are computed, as the field's code does:
    /// the deepest by dropout of a half, the next by dropping the pixels of highest activation, the
    /// last by noise of up to 30 %. Default true.
    #[serde(default = "yes")]
    pub disturb: bool,
}
