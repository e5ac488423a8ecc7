//! How intensities become 0 to 255.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which intensities of a volume become 0 and 255. What lies outside is clipped, what lies between
/// is scaled linearly and rounded. Always from the whole volume, never from a slice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IntensityParams {
    /// Two percentiles of the volume: for MR, whose units mean nothing.
    Percentile(PercentileParams),
    /// The smallest and the largest value of the volume; one bright voxel darkens everything else.
    MinMax(MinMaxParams),
    /// Mean minus and plus a number of standard deviations: the z-score, cut off at that number and
    /// stored in 8 bits. A pixel `p` of the slice is a z-score of `deviations * (p / 127.5 - 1)`.
    ZScore(ZScoreParams),
    /// Two fixed values: for CT, in Hounsfield units.
    Window(WindowParams),
}

/// Two percentiles of the voxels of a volume, interpolated linearly between order statistics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PercentileParams {
    /// The percentile that becomes 0, in percent from 0 and below `high`. Default 1.
    pub low: f64,
    /// The percentile that becomes 255, in percent up to 100. Default 99.
    pub high: f64,
    /// Which voxels count. Default `all`.
    #[serde(skip_serializing_if = "Voxels::is_default")]
    pub voxels: Voxels,
}

impl Default for PercentileParams {
    fn default() -> Self {
        Self { low: 1.0, high: 99.0, voxels: Voxels::All }
    }
}

/// Which voxels of a volume its statistics are made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Voxels {
    /// Every one.
    #[default]
    All,
    /// Those that are not exactly 0: for MR whose surroundings were set to 0. Never for CT, where 0
    /// is water.
    Nonzero,
}

impl Voxels {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A number of standard deviations about the mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ZScoreParams {
    /// How many standard deviations below and above the mean become 0 and 255, above 0 and up to
    /// 20. Default 3.
    pub deviations: f64,
    /// Which voxels count. Default `all`.
    #[serde(skip_serializing_if = "Voxels::is_default")]
    pub voxels: Voxels,
}

impl Default for ZScoreParams {
    fn default() -> Self {
        Self { deviations: 3.0, voxels: Voxels::All }
    }
}

/// Has no parameters: write `min_max: {}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MinMaxParams {}

/// Two fixed intensities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowParams {
    /// The value that becomes 0, in the unit of the volume (CT: Hounsfield units). A soft-tissue
    /// window of the abdomen begins at about -160.
    pub low: f64,
    /// The value that becomes 255, above `low`. A soft-tissue window ends at about 240.
    pub high: f64,
}
