//! Parameters of `ua_mt`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::WeightParams;

/// Parameters of `ua_mt`, the uncertainty-aware mean teacher: as `mean_teacher` with noise, but only
/// over the pixels of which the teacher is certain when its images are changed by noise. How certain
/// it has to be is relaxed during training. Its decay is `teacher.decay`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UaMtParams {
    /// How strongly the term counts; 0.1 with a sigmoid ramp in the field's protocol, whose code
    /// does not average over classes: for `C` classes its 0.1 is `0.1 C / 2` here. The paper's
    /// authors ran 10.
    pub weight: WeightParams,
    /// Predictions of the teacher, each with noise of its own, whose mean says how certain it is;
    /// from 1 to 100, default 8.
    #[serde(default = "passes")]
    pub passes: u32,
    /// Standard deviation of the noise added to the teacher's images, which lie in 0..=1; it is cut
    /// at twice that. At least 0, default 0.1.
    #[serde(default = "noise")]
    pub noise: f64,
    /// What the network is compared with; default `one_pass`.
    #[serde(default)]
    pub target: UaMtTarget,
}

/// The teacher's prediction that the network is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UaMtTarget {
    /// A prediction with noise of its own, as in the reference code.
    #[default]
    OnePass,
    /// The mean of the predictions that say how certain the teacher is; saves a pass.
    Mean,
}

fn passes() -> u32 {
    8
}

fn noise() -> f64 {
    0.1
}
