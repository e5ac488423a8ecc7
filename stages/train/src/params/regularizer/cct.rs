//! Parameters of `cct`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::WeightParams;

/// Parameters of `cct`, cross-consistency training: three further decoders see disturbed features of
/// the encoder (noise, dropout, and the pixels of highest activation dropped) and should agree with
/// the main one. The supervised loss is the mean over the four. The further decoders are trained with
/// the network and left out of its checkpoints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CctParams {
    /// How strongly the term counts; 0.1 with a sigmoid ramp in the field's protocol.
    pub weight: WeightParams,
    /// Largest share by which noise changes a feature; from 0 to 1, default 0.3.
    #[serde(default = "three_tenths")]
    pub noise: f64,
    /// Share of the values that dropout sets to zero; from 0 up to, not including, 1, default 0.3.
    #[serde(default = "three_tenths")]
    pub dropout: f64,
    /// Let dropout take whole channels, as in the original publication, instead of single values, as
    /// in the field's code. Default false.
    #[serde(default)]
    pub drop_channels: bool,
    /// Treat the main decoder's prediction as a constant, as in the original publication; default
    /// false, as in the field's code.
    #[serde(default)]
    pub detach_main: bool,
}

fn three_tenths() -> f64 {
    0.3
}
