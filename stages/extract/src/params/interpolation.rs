//! How pixel values are found on another grid.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stages_imaging::Interpolation;

/// How pixel values are found on the canvas's grid.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct InterpolationParams {
    /// Of images. Default `linear`.
    pub image: ImageInterpolation,
    /// Of label maps. Default `nearest`.
    pub label: LabelInterpolation,
}

impl InterpolationParams {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// How image planes are interpolated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImageInterpolation {
    /// The nearest pixel (order 0 in SciPy). With `resize` and `corners` the extraction of SSL4MIS.
    Nearest,
    /// Between the four pixels around (order 1 in SciPy, `INTER_LINEAR` in OpenCV). Does not
    /// smooth: pixels between those four do not count where the grid becomes coarser.
    #[default]
    Linear,
    /// Linear, smoothed where the grid becomes coarser (`antialias=True` in PyTorch, `BILINEAR` in
    /// Pillow).
    LinearAntialiased,
    /// The interpolating cubic B-spline (order 3 in SciPy, what its users call cubic; `sitkBSpline`
    /// in SimpleITK).
    Cubic,
    /// Cubic convolution with parameter -0.75 (`INTER_CUBIC` in OpenCV, `bicubic` in PyTorch).
    CubicConvolution,
}

impl ImageInterpolation {
    /// The interpolation as the resampling functions take it.
    pub(crate) fn kernel(self) -> Interpolation {
        match self {
            Self::Nearest => Interpolation::Nearest,
            Self::Linear => Interpolation::Linear,
            Self::LinearAntialiased => Interpolation::LinearAntialiased,
            Self::Cubic => Interpolation::Cubic,
            Self::CubicConvolution => Interpolation::CubicConvolution,
        }
    }
}

/// How label maps are interpolated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LabelInterpolation {
    /// The nearest pixel, the upper one of two equally near.
    #[default]
    Nearest,
    /// The mask of every class is interpolated linearly and the largest share wins, the smallest
    /// class id among equals: smoother outlines.
    OneHot,
}
