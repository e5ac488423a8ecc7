//! Strong augmentation of images whose prediction shall stay that of the weakly augmented ones.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Strong changes of intensity, on top of the augmentation that every image gets: jitter of
/// brightness and contrast in random order, gamma, blur. The defaults are those of UniMatch on
/// cardiac images; its saturation and hue do nothing on images of one channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StrongParams {
    /// Probability of jitter and gamma. In 0..=1, default 0.8.
    pub jitter_probability: f64,
    /// The factor on the intensity is uniform in 1 plus or minus this. In 0..=1, default 0.5.
    pub brightness: f64,
    /// The factor on the distance from the image's mean is uniform in 1 plus or minus this. In
    /// 0..=1, default 0.5.
    pub contrast: f64,
    /// Smallest and largest exponent on intensities in 0..=1, uniform in between. Each in
    /// 0.1..=10, default `[1.0, 1.0]`, which changes nothing.
    pub gamma: [f64; 2],
    /// Probability of a Gaussian blur. In 0..=1, default 0.5.
    pub blur_probability: f64,
    /// Smallest and largest standard deviation of the blur in pixels, uniform in between. Each in
    /// 0..=32, default `[0.1, 2.0]`.
    pub blur_px: [f64; 2],
}

impl Default for StrongParams {
    fn default() -> Self {
        Self {
            jitter_probability: 0.8,
            brightness: 0.5,
            contrast: 0.5,
            gamma: [1.0, 1.0],
            blur_probability: 0.5,
            blur_px: [0.1, 2.0],
        }
    }
}
