//! Random changes to training images.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Random changes to every training image, drawn afresh each time it is seen. Geometry acts on
/// image and label alike, on the whole canvas, before a random crop is taken; intensity acts on
/// the image only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AugmentParams {
    /// Rotation about the canvas centre, uniform in plus or minus this many degrees. In 0..=180,
    /// default 45.
    pub rotate_deg: f64,
    /// Probability of a flip upside down. In 0..=1, default 0.5.
    pub vertical_flip: f64,
    /// Probability of a flip left to right. In 0..=1, default 0.5.
    pub horizontal_flip: f64,
    /// Zero padding around the canvas before the random crop, in pixels; default 0.
    pub pad: u32,
    /// Brightness and contrast factors are uniform in 1 plus or minus this, applied in random
    /// order with the result kept in the 8-bit range. In 0..=1, default 0.5.
    pub jitter: f64,
    /// How the image is sampled under rotation; labels are always sampled `nearest`. Default
    /// `nearest`.
    pub interpolation: Interpolation,
}

impl Default for AugmentParams {
    fn default() -> Self {
        Self {
            rotate_deg: 45.0,
            vertical_flip: 0.5,
            horizontal_flip: 0.5,
            pad: 0,
            jitter: 0.5,
            interpolation: Interpolation::Nearest,
        }
    }
}

/// How an image is sampled between its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interpolation {
    /// The nearest pixel.
    #[default]
    Nearest,
    /// The four pixels around, weighted by distance.
    Bilinear,
}

/// The perturbation under which predictions of unlabelled images are compared. It is applied to
/// the image on one path and to the prediction on the other.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PerturbationParams {
    /// Random mirroring.
    pub flips: FlipParams,
}

/// Random mirroring of each image along each axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FlipParams {
    /// Probability of a flip, for each image and each of its two axes on their own. In 0..=1,
    /// default 0.8.
    pub probability: f64,
}

impl Default for FlipParams {
    fn default() -> Self {
        Self { probability: 0.8 }
    }
}
