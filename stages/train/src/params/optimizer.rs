//! The rule that turns gradients into steps.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The rule that turns gradients into steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OptimizerParams {
    /// Adam with L2 weight decay added to the gradient.
    Adam(AdamParams),
    /// Adam with weight decay apart from the gradient: parameters shrink by a fixed share a step.
    #[serde(rename = "adamw")]
    AdamW(AdamWParams),
    /// Adam whose steps are not adapted until enough gradients were seen, instead of a warm-up; L2
    /// weight decay added to the gradient.
    #[serde(rename = "radam")]
    RAdam(RAdamParams),
    /// Stochastic gradient descent with momentum; L2 weight decay added to the gradient.
    Sgd(SgdParams),
}

impl OptimizerParams {
    /// The word that names this rule in experiments.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Adam(_) => "adam",
            Self::AdamW(_) => "adamw",
            Self::RAdam(_) => "radam",
            Self::Sgd(_) => "sgd",
        }
    }
}

impl Default for OptimizerParams {
    fn default() -> Self {
        Self::Adam(AdamParams::default())
    }
}

/// Parameters of `adam`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AdamParams {
    /// Decay of the running means of the gradient and of its square. Each in 0..1, default
    /// `[0.9, 0.999]`.
    pub betas: [f64; 2],
    /// Added to the root of the second moment; above 0, default 1e-8.
    pub eps: f64,
    /// L2 penalty on every parameter, batch-norm scales and biases included; at least 0, default
    /// 1e-5.
    pub weight_decay: f64,
}

impl Default for AdamParams {
    fn default() -> Self {
        Self { betas: [0.9, 0.999], eps: 1e-8, weight_decay: 1e-5 }
    }
}

/// Parameters of `adamw`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AdamWParams {
    /// Decay of the running means of the gradient and of its square. Each in 0..1, default
    /// `[0.9, 0.999]`.
    pub betas: [f64; 2],
    /// Added to the root of the second moment; above 0, default 1e-8.
    pub eps: f64,
    /// Every parameter, batch-norm scales and biases included, loses this share of itself times the
    /// learning rate in each step; at least 0, default 0.01.
    pub weight_decay: f64,
}

impl Default for AdamWParams {
    fn default() -> Self {
        Self { betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0.01 }
    }
}

/// Parameters of `radam`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RAdamParams {
    /// Decay of the running means of the gradient and of its square. Each in 0..1, default
    /// `[0.9, 0.999]`. The second decides when adaptation begins: at 0.999 with the sixth step, at
    /// 0.7 with the tenth, at two thirds and below never.
    pub betas: [f64; 2],
    /// Added to the root of the second moment; above 0, default 1e-8.
    pub eps: f64,
    /// L2 penalty on every parameter, batch-norm scales and biases included; at least 0, default
    /// 1e-5.
    pub weight_decay: f64,
}

impl Default for RAdamParams {
    fn default() -> Self {
        Self { betas: [0.9, 0.999], eps: 1e-8, weight_decay: 1e-5 }
    }
}

/// Parameters of `sgd`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SgdParams {
    /// How much of the last step's direction is kept; in 0..1, default 0.9. At 0 the parameters
    /// follow the gradient alone.
    pub momentum: f64,
    /// Look one step ahead along the momentum, which must then be above 0; default false.
    pub nesterov: bool,
    /// L2 penalty on every parameter, batch-norm scales and biases included; at least 0, default
    /// 1e-4.
    pub weight_decay: f64,
}

impl Default for SgdParams {
    fn default() -> Self {
        Self { momentum: 0.9, nesterov: false, weight_decay: 1e-4 }
    }
}
