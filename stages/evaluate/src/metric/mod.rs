//! The metrics, one file each.

mod dice;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stages_tables::{ClassInfo, Grid, MetricState};

/// A metric that compares a predicted label map with the annotation, class by class.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// 3D Dice coefficient.
    Dice,
}

/// Two label maps of one scan on the same grid: one class id per voxel, in the same order.
#[derive(Debug, Clone, Copy)]
pub struct LabelPair<'a> {
    /// What the network says.
    pub prediction: &'a [u8],
    /// What the annotation says; as long as `prediction`.
    pub reference: &'a [u8],
    /// The grid both lie on; it decides how the empty cases are scored.
    pub grid: Grid,
}

/// The value of one class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassScore {
    /// The class.
    pub class_id: u8,
    /// The value, or none where it is undefined.
    pub value: Option<f64>,
    /// Which of the two masks has voxels.
    pub state: MetricState,
}

impl Metric {
    /// The name in the metrics table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dice => "dice",
        }
    }

    /// The unit in the metrics table; `1` for a ratio.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Dice => "1",
        }
    }

    /// Whether a larger value is a better segmentation.
    pub fn higher_is_better(self) -> bool {
        match self {
            Self::Dice => true,
        }
    }

    /// The score of every class, in the order given.
    pub fn score<'a>(
        self,
        pair: LabelPair<'_>,
        classes: impl Iterator<Item = &'a ClassInfo>,
    ) -> Vec<ClassScore> {
        match self {
            Self::Dice => dice::score(pair, classes),
        }
    }
}
