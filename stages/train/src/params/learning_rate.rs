//! The learning rate over the course of training.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The learning rate over the course of training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LearningRateParams {
    /// Rises in a straight line, then falls along half a cosine; changes once an epoch.
    WarmupCosine(WarmupCosineParams),
    /// Never changes.
    Constant(ConstantRateParams),
    /// Falls as a power of the steps left; changes every step.
    Poly(PolyRateParams),
}

impl Default for LearningRateParams {
    fn default() -> Self {
        Self::WarmupCosine(WarmupCosineParams::default())
    }
}

/// Parameters of `warmup_cosine`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WarmupCosineParams {
    /// Learning rate of epoch 0; above 0, default 1e-7.
    pub start_lr: f64,
    /// Learning rate at the end of the warm-up; above 0, default 4e-5.
    pub peak_lr: f64,
    /// Epochs from `start_lr` to `peak_lr`; less than `epochs`, default 10.
    pub warmup_epochs: u32,
    /// Where the cosine ends; at least 0, default 1e-7.
    pub final_lr: f64,
}

impl Default for WarmupCosineParams {
    fn default() -> Self {
        Self { start_lr: 1e-7, peak_lr: 4e-5, warmup_epochs: 10, final_lr: 1e-7 }
    }
}

/// Parameters of `constant`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConstantRateParams {
    /// The learning rate; above 0.
    pub lr: f64,
}

/// Parameters of `poly`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolyRateParams {
    /// Learning rate of the first step; above 0.
    pub lr: f64,
    /// The power of the fraction of steps left; above 0, default 0.9.
    #[serde(default = "poly_power")]
    pub power: f64,
}

fn poly_power() -> f64 {
    0.9
}
