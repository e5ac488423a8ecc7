//! The terms added to the supervised loss: what makes a method semi-supervised.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::WeightParams;

/// One term added to the supervised loss, computed from unlabelled images.
///
/// Every term sees the same two predictions of the same pixels: `p`, of the perturbed image, and
/// `q`, the perturbed prediction of the original image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegularizerParams {
    /// Asks both predictions of a pixel to agree.
    Consistency(ConsistencyParams),
    /// Maximizes the mutual information between the classes of nearby pixels.
    LocalMi(LocalMiParams),
    /// Asks every prediction to be certain (low entropy).
    Entropy(EntropyParams),
}

impl RegularizerParams {
    /// The word that names this term in experiments and in the training log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Consistency(_) => "consistency",
            Self::LocalMi(_) => "local_mi",
            Self::Entropy(_) => "entropy",
        }
    }

    /// How strongly the term counts.
    pub fn weight(&self) -> &WeightParams {
        match self {
            Self::Consistency(params) => &params.weight,
            Self::LocalMi(params) => &params.weight,
            Self::Entropy(params) => &params.weight,
        }
    }
}

/// How two predictions of one pixel are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Divergence {
    /// Kullback-Leibler divergence of `p` from the target `q`, in nats, averaged over pixels.
    #[default]
    Kl,
    /// Squared difference, averaged over pixels and classes.
    Mse,
}

/// Parameters of `consistency`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyParams {
    /// `kl` (default) or `mse`. The two need very different weights: about 1 for `kl` and 5 for
    /// `mse` in a full-length training, less and ramped up in a short one.
    #[serde(default)]
    pub divergence: Divergence,
    /// How strongly the term counts.
    pub weight: WeightParams,
}

/// Parameters of `local_mi`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalMiParams {
    /// Largest displacement between the two pixels of a pair, in pixels along each axis: 0
    /// compares a pixel with itself, 1 with its 3 x 3 neighbourhood. Less than half the crop,
    /// default 1.
    #[serde(default = "one_pixel")]
    pub window: u32,
    /// How strongly the term counts; about 0.1 in a full-length training.
    pub weight: WeightParams,
    /// Weight of the two marginal entropies inside the term; at 1 (default) the term is exactly
    /// the negative mutual information, above 1 it asks for more evenly used classes. At least 0.
    #[serde(default = "unit")]
    pub marginal_weight: f64,
    /// Subtract the smallest entry of the joint distribution before normalizing it, as the
    /// authors' code does since August 2020. This changes the statistic, not only the numerics.
    /// Default false.
    #[serde(default)]
    pub min_shift: bool,
    /// Treat `q` as a constant, so that only `p` is drawn towards it; default true.
    #[serde(default = "yes")]
    pub detach_target: bool,
}

/// Parameters of `entropy`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntropyParams {
    /// How strongly the term counts; about 1e-5 to 1e-3.
    pub weight: WeightParams,
}

fn one_pixel() -> u32 {
    1
}

fn unit() -> f64 {
    1.0
}

fn yes() -> bool {
    true
}
