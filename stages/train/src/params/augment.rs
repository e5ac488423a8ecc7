//! Random changes to training images.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Random changes to every training image, drawn afresh each time it is seen. Geometry acts on
/// image and label alike, on the whole canvas, before a random crop is taken; intensity acts on
/// the image only.
///
/// The augmentation of the field's other protocol (half of the images by quarter turns and a
/// mirror, half of the rest by up to 20 degrees) is `{quarter_turns: 0.5, rotate_deg: 20,
/// rotate_probability: 0.5, vertical_flip: 0, horizontal_flip: 0, jitter: 0}`, with a crop as
/// large as the canvas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AugmentParams {
    /// Rotation about the canvas centre, uniform in plus or minus this many degrees. In 0..=180,
    /// default 45.
    pub rotate_deg: f64,
    /// Probability of this rotation; an image is otherwise left upright. In 0..=1, default 1.
    #[serde(skip_serializing_if = "is_one")]
    pub rotate_probability: f64,
    /// Probability that an image is turned by 0, 90, 180 or 270 degrees and then mirrored along one
    /// of its axes, each as likely as the others, in place of the rotation and the flips. Meant for
    /// square canvases: the corners of others are lost. In 0..=1, default 0.
    #[serde(skip_serializing_if = "is_zero")]
    pub quarter_turns: f64,
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
            rotate_probability: 1.0,
            quarter_turns: 0.0,
            vertical_flip: 0.5,
            horizontal_flip: 0.5,
            pad: 0,
            jitter: 0.5,
            interpolation: Interpolation::Nearest,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(probability: &f64) -> bool {
    *probability == 0.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_one(probability: &f64) -> bool {
    *probability == 1.0
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
