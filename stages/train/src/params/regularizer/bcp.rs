//! Parameters of `bcp`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::yes;
use crate::{CopyPasteParams, WeightParams};

/// Parameters of `bcp`, bidirectional copy-paste: the network learns from images that are part
/// labelled and part unlabelled, with the teacher's classes for the unlabelled part.
///
/// It takes the place of the supervised loss, whatever `supervised` says: half cross-entropy, half
/// soft Dice, of the labelled pixels with weight 1 and of the unlabelled ones with the weight of the
/// term. Every labelled image is paired with an unlabelled one, the shorter batch from its
/// beginning again, and every pair is mixed both ways, so that a step costs two passes of the
/// longer batch. The published protocol has `teacher: {decay: 0.99, statistics: averaged}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BcpParams {
    /// How strongly the unlabelled pixels count, beside labelled ones of weight 1; 0.5 as
    /// published, from the first step on.
    pub weight: WeightParams,
    /// The fraction of all training steps at whose end unlabelled images come in; before it,
    /// labelled images are pasted into each other. In 0..1, default 0.25, as published (10 000 of
    /// 40 000 steps).
    #[serde(default = "quarter")]
    pub pretrain: f64,
    /// Keep only the largest connected part of every class of a pseudo-label, as published; pixels
    /// of the others become background. Default true; false where a class has several parts.
    #[serde(default = "yes")]
    pub largest_component: bool,
    /// The box that images exchange.
    #[serde(default, rename = "box")]
    pub exchanged: CopyPasteParams,
}

fn quarter() -> f64 {
    0.25
}
