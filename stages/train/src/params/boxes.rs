//! Boxes of one image pasted into another.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// CutMix: with some probability an image gets a box of another image. Defaults are UniMatch's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CutMixParams {
    /// Probability that an image gets a box. In 0..=1, default 0.5.
    pub probability: f64,
    /// Smallest and largest area of the box as a fraction of the image's, uniform in between. Each
    /// above 0 and below 1, default `[0.02, 0.4]`.
    pub area: [f64; 2],
    /// Smallest and largest ratio of the box's height to its width, uniform in between among the
    /// boxes that fit. Each above 0, the range holding 1, default `[0.3, 3.3333333333333335]`.
    pub aspect: [f64; 2],
}

impl Default for CutMixParams {
    fn default() -> Self {
        Self { probability: 0.5, area: [0.02, 0.4], aspect: [0.3, 1.0 / 0.3] }
    }
}

/// Copy-paste in both directions: the box whose content labelled and unlabelled images exchange.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CopyPasteParams {
    /// Side of the box as a fraction of the image's side. Above 0, at most 1, default two thirds.
    pub side: f64,
}

impl Default for CopyPasteParams {
    fn default() -> Self {
        Self { side: 2.0 / 3.0 }
    }
}
