//! Parameters of `mean_teacher`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::WeightParams;

/// Parameters of `mean_teacher`: the squared difference, averaged over pixels and classes, from the
/// prediction of a network whose weights are the running mean of the trained ones. Its decay is
/// `teacher.decay`, and `evaluate: teacher` reports the mean network instead of the trained one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeanTeacherParams {
    /// How strongly the term counts; 10 as the paper's authors ran it, 0.1 with a sigmoid ramp in
    /// the field's other protocol.
    pub weight: WeightParams,
    /// Standard deviation of noise that is added to the teacher's images, which are then not
    /// perturbed in any other way; the noise is cut at twice its deviation. 0 (default) compares
    /// under the perturbation instead. The field's other protocol has 0.1.
    #[serde(default)]
    pub noise: f64,
    /// Compare with the teacher's most probable class instead of its probabilities; default false.
    #[serde(default)]
    pub hard: bool,
}
