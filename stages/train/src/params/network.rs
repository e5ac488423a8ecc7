//! Parameters of the network.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A network of five levels, each with two 3 x 3 convolutions, halving the image between levels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkParams {
    /// The kind of network; default `unet`.
    pub architecture: Architecture,
    /// Channels at each level, from full resolution to a sixteenth of it. Each at least 1, default
    /// `[16, 32, 64, 128, 256]` (2.16 million parameters as `unet`); the published method's later
    /// code has twice as many, `[32, 64, 128, 256, 512]` (8.63 million).
    pub widths: [u32; 5],
}

impl Default for NetworkParams {
    fn default() -> Self {
        Self { architecture: Architecture::Unet, widths: [16, 32, 64, 128, 256] }
    }
}

/// A kind of network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Architecture {
    /// The UNet of the paper's authors: ReLU, nearest-neighbour upsampling with a convolution, no
    /// dropout.
    #[default]
    Unet,
    /// The UNet of the field's common benchmark, with the 1.81 million parameters that papers
    /// report: leaky ReLU, linear interpolation, dropout of 5, 10, 20, 30 and 50 % on the way down.
    Ssl4misUnet,
    /// The same with transposed convolutions, as in earlier states of the benchmark's code: 1.94
    /// million parameters.
    Ssl4misUnetTransposed,
}
