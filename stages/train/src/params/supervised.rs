//! The loss of labelled images.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The loss of labelled images: how far the prediction is from the annotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SupervisedLoss {
    /// Cross-entropy of every pixel's class, averaged over pixels, in nats.
    #[default]
    CrossEntropy,
    /// Half the cross-entropy plus half the soft Dice loss (squared denominators, averaged over all
    /// classes with the background, pixels of the whole batch together), as in the SSL4MIS
    /// benchmarks.
    CrossEntropyDice,
}
