//! Parameters of `ict`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::WeightParams;

/// Parameters of `ict`, interpolation consistency: the prediction of a mixture of two unlabelled
/// images should be the same mixture of the teacher's predictions of both. Its decay is
/// `teacher.decay`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IctParams {
    /// How strongly the term counts; 0.1 with a sigmoid ramp in the field's protocol, 1 as the
    /// paper's authors ran it.
    pub weight: WeightParams,
    /// The share of the first image of a pair has the distribution Beta(alpha, alpha): mostly near
    /// 0 or 1 below 1, uniform at 1, mostly near a half above. Above 0, default 0.2.
    #[serde(default = "alpha")]
    pub alpha: f64,
}

fn alpha() -> f64 {
    0.2
}
