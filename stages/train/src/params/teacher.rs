//! Parameters of the running mean of the network's weights.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The running mean of the network's weights. It is kept where a term compares with it or it is
/// evaluated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TeacherParams {
    /// Share of the old mean in the new one: `min(1 - 1/(k + 1), decay)` at step k, counted from 0,
    /// so that the initial weights are forgotten at once. In 0..1, default 0.999; the field's
    /// other protocol has 0.99.
    pub decay: f64,
    /// Every update multiplies the teacher's weights with 1 minus this, as the authors' code does
    /// with 1e-6. At least 0, default 0.
    pub shrink: f64,
    /// Where the teacher's batch-norm statistics come from; default `own`.
    pub statistics: TeacherStatistics,
}

impl Default for TeacherParams {
    fn default() -> Self {
        Self { decay: 0.999, shrink: 0.0, statistics: TeacherStatistics::Own }
    }
}

/// Where the teacher's batch-norm statistics come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TeacherStatistics {
    /// From the images that the teacher sees while the network is trained.
    #[default]
    Own,
    /// The running mean of the trained network's statistics.
    Averaged,
}
