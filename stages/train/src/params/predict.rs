//! Parameters of the `predict` stage.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Segments scans with trained networks: the central crop of every slice, most probable class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PredictParams {
    /// Which checkpoints predict; each gives its own rows. Default `[best, last]`.
    pub checkpoints: Vec<Checkpoint>,
    /// The roles of the scans to predict; default `[test]`.
    pub roles: Vec<PredictRole>,
    /// Slices that pass through the network together; at least 1, default 16. Changes memory and
    /// speed only.
    pub batch: u32,
}

impl Default for PredictParams {
    fn default() -> Self {
        Self {
            checkpoints: vec![Checkpoint::Best, Checkpoint::Last],
            roles: vec![PredictRole::Test],
            batch: 16,
        }
    }
}

/// A checkpoint of a training.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Checkpoint {
    /// The epoch with the highest Dice on the validation scans.
    Best,
    /// The last epoch.
    Last,
}

impl Checkpoint {
    /// The word in experiments, tables and file names.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::Last => "last",
        }
    }
}

/// A role of scans that can be predicted.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PredictRole {
    /// Scans trained on with their labels.
    Labelled,
    /// Scans trained on without their labels.
    Unlabelled,
    /// Scans that choose the best epoch.
    Validation,
    /// Scans held out for the reported numbers.
    Test,
}

impl PredictRole {
    /// The word in the partition table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Labelled => "labelled",
            Self::Unlabelled => "unlabelled",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}
