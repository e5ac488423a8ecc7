//! What a user may choose.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stages_tables::Grid;

use crate::Metric;

/// Parameters of `evaluate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EvaluateParams {
    /// The metrics to compute, each once. `dice`: 3D Dice coefficient per scan and class, a ratio
    /// from 0 to 1. Default: `[dice]`.
    pub metrics: Vec<Metric>,
    /// The grids to compute them on, each once. `network`: all slices of the scan inside the
    /// window that the network saw, as the paper's authors report. `native`: the scan's own
    /// voxels; the prediction is put back by nearest neighbour, and everything outside the
    /// window, or on slices that were not extracted, counts as predicted background. Default:
    /// both.
    pub grids: Vec<GridName>,
}

impl Default for EvaluateParams {
    fn default() -> Self {
        Self { metrics: vec![Metric::Dice], grids: vec![GridName::Network, GridName::Native] }
    }
}

/// A grid that metrics are computed on.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum GridName {
    /// The network's grid: resampled and cropped.
    Network,
    /// The scan's own voxels.
    Native,
}

impl From<GridName> for Grid {
    fn from(name: GridName) -> Self {
        match name {
            GridName::Network => Self::Network,
            GridName::Native => Self::Native,
        }
    }
}
