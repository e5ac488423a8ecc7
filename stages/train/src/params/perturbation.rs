//! The perturbation T of unlabelled images.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Interpolation;

/// The perturbation under which predictions of unlabelled images are compared. It is applied to
/// the image on one path and to the prediction on the other: an affine map, then flips, then, on
/// the image alone, a change of intensity.
///
/// The authors' newest code is `{flips: {probability: 0.9}, affine: {}, photometric: {}}`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PerturbationParams {
    /// Random mirroring.
    pub flips: FlipParams,
    /// Random rotation, scale, translation and shear; default none. Pixels that come from outside
    /// the image take no part in the comparison.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affine: Option<AffineParams>,
    /// Random changes of intensity, on the image only; default none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photometric: Option<PhotometricParams>,
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

/// A random affine map of each image about its centre: shear, then scale, then rotation, then
/// translation. What it brings in from outside the image is black.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AffineParams {
    /// Probability that an image is moved at all. In 0..=1, default 1.
    pub probability: f64,
    /// Rotation, uniform in plus or minus this many degrees. In 0..=180, default 45.
    pub rotate_deg: f64,
    /// Smallest and largest factor on the size of what is seen, uniform in between; above 1 it
    /// grows. Each in 0.1..=10, default `[0.8, 1.3]`.
    pub scale: [f64; 2],
    /// Translation along each axis, uniform in plus or minus this fraction of the side. In 0..=1,
    /// default 0.1.
    pub translate: f64,
    /// Shear along the rows, uniform in plus or minus this many degrees. In 0..=60, default 0.
    pub shear_deg: f64,
    /// How images are sampled; default `nearest`.
    pub interpolation: Interpolation,
    /// How predictions and features are sampled; default `bilinear`.
    pub map_interpolation: Interpolation,
}

impl Default for AffineParams {
    fn default() -> Self {
        Self {
            probability: 1.0,
            rotate_deg: 45.0,
            scale: [0.8, 1.3],
            translate: 0.1,
            shear_deg: 0.0,
            interpolation: Interpolation::Nearest,
            map_interpolation: Interpolation::Bilinear,
        }
    }
}

/// Random changes of the intensity of each image: gamma, then brightness and contrast in random
/// order, then blur, then noise. The result is kept in the range of the images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PhotometricParams {
    /// Smallest and largest exponent on intensities in 0..=1, uniform in between; above 1 darkens.
    /// Each in 0.1..=10, default `[0.5, 2.0]`.
    pub gamma: [f64; 2],
    /// The factor on the intensity is uniform in 1 plus or minus this. In 0..=1, default 0.
    pub brightness: f64,
    /// The factor on the distance from the image's mean is uniform in 1 plus or minus this. In
    /// 0..=1, default 0.
    pub contrast: f64,
    /// Standard deviation of the Gaussian blur in pixels, uniform from 0 to this. In 0..=32,
    /// default 0.
    pub blur_px: f64,
    /// Standard deviation of normal noise, as a fraction of the range of intensities; no pixel
    /// changes by more than two of them. In 0..=1, default 0. The field's mean teacher has 0.1.
    pub noise: f64,
}

impl Default for PhotometricParams {
    fn default() -> Self {
        Self { gamma: [0.5, 2.0], brightness: 0.0, contrast: 0.0, blur_px: 0.0, noise: 0.0 }
    }
}
