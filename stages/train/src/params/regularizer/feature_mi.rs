//! Parameters of `feature_mi`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::yes;
use crate::WeightParams;

/// Parameters of `feature_mi`: mutual information between clusters of features, the extension of
/// the method to intermediate layers.
///
/// Heads of their own assign every feature softly to more clusters than there are classes. A head
/// on the deepest feature compares whole images, a head on a decoder feature compares pixels and
/// their neighbours. The heads are trained with the network and left out of its checkpoints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeatureMiParams {
    /// How strongly the term counts; 0.1 in the authors' headline command.
    pub weight: WeightParams,
    /// The features and their shares; the shares are scaled to a sum of 1. Default `Conv5` with 1
    /// and `Up_conv3` and `Up_conv2` with 0.5 each.
    #[serde(default = "published_features")]
    pub features: Vec<FeatureParams>,
    /// Clusters of every head, at least 2; default 20.
    #[serde(default = "clusters")]
    pub clusters: u32,
    /// Independent heads per feature, over which the term is averaged; at least 1, default 5.
    #[serde(default = "heads")]
    pub heads: u32,
    /// What a head computes before its softmax; default `linear`.
    #[serde(default)]
    pub head: ClusterHead,
    /// Treat the cluster assignments of the original image as constants; default false, as in the
    /// authors' code of this extension.
    #[serde(default)]
    pub detach_target: bool,
    /// Subtract the smallest entry of the local joint distributions before normalizing them, as
    /// the authors' code of this extension does. Default true.
    #[serde(default = "yes")]
    pub min_shift: bool,
}

/// One feature that is clustered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeatureParams {
    /// The block of the network whose output is clustered: `Conv1` to `Conv5` on the way down
    /// (compared as whole images), `Up_conv5` to `Up_conv2` on the way up (compared pixel by
    /// pixel).
    pub name: String,
    /// Share in the term; above 0, default 1.
    #[serde(default = "share")]
    pub share: f64,
    /// Largest displacement between the two pixels of a pair, for blocks on the way up; default 3
    /// for `Up_conv2`, 1 for the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<u32>,
}

impl FeatureParams {
    /// Blocks on the way down, whose outputs are compared as whole images.
    pub const ENCODER: [&'static str; 5] = ["Conv1", "Conv2", "Conv3", "Conv4", "Conv5"];
    /// Blocks on the way up, whose outputs are compared pixel by pixel.
    pub const DECODER: [&'static str; 4] = ["Up_conv5", "Up_conv4", "Up_conv3", "Up_conv2"];

    /// The displacement window in use.
    pub fn window(&self) -> u32 {
        self.window.unwrap_or(if self.name == "Up_conv2" { 3 } else { 1 })
    }
}

/// What a cluster head computes before its softmax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClusterHead {
    /// One linear map.
    #[default]
    Linear,
    /// A hidden layer (128 units on the way down, 64 on the way up, leaky ReLU), then a linear map.
    Mlp,
}

fn published_features() -> Vec<FeatureParams> {
    [("Conv5", 1.0), ("Up_conv3", 0.5), ("Up_conv2", 0.5)]
        .into_iter()
        .map(|(name, share)| FeatureParams { name: name.to_owned(), share, window: None })
        .collect()
}

fn clusters() -> u32 {
    20
}

fn heads() -> u32 {
    5
}

fn share() -> f64 {
    1.0
}
