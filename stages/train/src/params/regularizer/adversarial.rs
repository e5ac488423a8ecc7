//! Parameters of `adversarial`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::WeightParams;

/// Parameters of `adversarial`: a critic learns to tell segmentations of unlabelled images from
/// those of labelled ones, and the network learns to deceive it. The critic has its own Adam
/// optimizer, with a learning rate that does not change, and is left out of checkpoints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdversarialParams {
    /// How strongly the term counts; 0.1 with a sigmoid ramp in the field's protocol, 0.1 as the
    /// paper's authors ran it.
    pub weight: WeightParams,
    /// Channels of the critic's first layer; each of the three next ones has twice as many. From 1
    /// to 512, default 64.
    #[serde(default = "width")]
    pub width: u32,
    /// Learning rate of the critic; above 0, default 1e-4.
    #[serde(default = "lr")]
    pub lr: f64,
    /// Decay of the running means of the critic's gradient and of its square. Each in 0..1,
    /// default `[0.9, 0.99]`.
    #[serde(default = "betas")]
    pub betas: [f64; 2],
}

fn width() -> u32 {
    64
}

fn lr() -> f64 {
    1e-4
}

fn betas() -> [f64; 2] {
    [0.9, 0.99]
}
