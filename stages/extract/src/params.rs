//! What a user writes under `with:`.

mod check;
mod geometry;
mod intensity;
mod interpolation;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use check::check;
pub use geometry::{Convention, GeometryParams, ResampleParams, ResizeParams};
pub use intensity::{
    IntensityParams, MinMaxParams, PercentileParams, Voxels, WindowParams, ZScoreParams,
};
pub use interpolation::{ImageInterpolation, InterpolationParams, LabelInterpolation};

/// How volumes become slices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ExtractParams {
    /// How intensities become 0 to 255. Default `percentile: {low: 1, high: 99}`.
    pub intensity: IntensityParams,
    /// How planes come onto one canvas. Default `resample: {spacing_mm: 1.0, canvas: 384}`.
    pub geometry: GeometryParams,
    /// How pixel values are found on the canvas's grid. Default `{image: linear, label: nearest}`.
    #[serde(skip_serializing_if = "InterpolationParams::is_default")]
    pub interpolation: InterpolationParams,
    /// Keep annotated slices without any foreground. `false` drops them from every scan, test
    /// scans included, as the authors did for their later ACDC set. Scores are then higher, on
    /// both grids, because false positives on empty slices no longer count; and a scan whose label
    /// map is empty has no slices left. Slices of scans without annotation are always kept.
    /// Default true.
    pub keep_empty_slices: bool,
}

impl Default for ExtractParams {
    fn default() -> Self {
        Self {
            intensity: IntensityParams::Percentile(PercentileParams::default()),
            geometry: GeometryParams::Resample(ResampleParams::default()),
            interpolation: InterpolationParams::default(),
            keep_empty_slices: true,
        }
    }
}
