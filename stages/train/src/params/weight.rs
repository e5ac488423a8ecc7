//! How strongly a regularizer counts, and how that changes during training.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The weight of a regularizer: constant, or ramped up over the first part of training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a mapping such as `{value: 0.1, ramp_until: 0.6}`")]
pub struct WeightParams {
    /// The weight once the ramp is over; at least 0.
    pub value: f64,
    /// The fraction of all training steps over which the weight rises from (about) zero to
    /// `value`; 0 means constant from the first step. In 0..=1, default 0.
    #[serde(default)]
    pub ramp_until: f64,
    /// The shape of the rise; default `linear`.
    #[serde(default)]
    pub shape: RampShape,
    /// The fraction of all training steps before which the weight is zero, whatever the ramp says;
    /// the ramp runs on meanwhile. In 0..=1, default 0.
    #[serde(default)]
    pub zero_until: f64,
    /// Steps between two changes of the weight while it rises; at least 1, default 1.
    #[serde(default = "every_step")]
    pub hold: u32,
}

/// The shape of a ramp, as a function of the fraction `t` of the ramp that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RampShape {
    /// `t`.
    #[default]
    Linear,
    /// `exp(-5 (1 - t)^2)`: slow at first, nearly flat at the end.
    Sigmoid,
}

impl WeightParams {
    /// The same weight from the first step to the last.
    pub fn constant(value: f64) -> Self {
        Self {
            value,
            ramp_until: 0.0,
            shape: RampShape::Linear,
            zero_until: 0.0,
            hold: every_step(),
        }
    }
}

fn every_step() -> u32 {
    1
}
