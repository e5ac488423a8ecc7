//! How planes come onto one canvas.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stages_tables::GridConvention;

/// How planes come onto one canvas. Slices are never interpolated through the plane.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GeometryParams {
    /// To one pixel size in mm, then centred on a canvas: padded with 0 where smaller, cropped where
    /// larger. Keeps sizes comparable between patients.
    Resample(ResampleParams),
    /// Every plane to the same number of pixels, whatever its size in mm or its aspect ratio.
    Resize(ResizeParams),
}

/// To one pixel size, then centred on a canvas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ResampleParams {
    /// Pixel size after resampling along x and y, in mm, 0.05 to 20. Default 1.
    pub spacing_mm: f64,
    /// Rows and columns of the canvas, 8 to 2048. Default 384.
    pub canvas: u32,
    /// Columns of the canvas (the x axis) where they differ from its rows. Default as `canvas`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Which points of the two grids coincide. Default `edges`.
    pub convention: Convention,
}

impl Default for ResampleParams {
    fn default() -> Self {
        Self { spacing_mm: 1.0, canvas: 384, width: None, convention: Convention::default() }
    }
}

/// Every plane to the same number of pixels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ResizeParams {
    /// Rows and columns, 8 to 2048. Default 256.
    pub size: u32,
    /// Columns (the x axis) where they differ from the rows. Default as `size`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Which points of the two grids coincide. Default `edges`.
    pub convention: Convention,
}

impl Default for ResizeParams {
    fn default() -> Self {
        Self { size: 256, width: None, convention: Convention::default() }
    }
}

/// Which points of the native and the resampled grid coincide. They differ by up to half a pixel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Convention {
    /// The outer edges of the first and last pixels, as in OpenCV and `align_corners=False`.
    #[default]
    Edges,
    /// The centres of the first and last pixels, as in SciPy's zoom and `align_corners=True`.
    Corners,
    /// The centres of the first pixels, with a step of exactly the ratio of the pixel sizes, as
    /// when an image is resampled in world coordinates.
    FirstCentre,
}

impl Convention {
    /// The convention as the slices table and the resampling functions take it.
    pub(crate) fn grid(self) -> GridConvention {
        match self {
            Self::Edges => GridConvention::Edges,
            Self::Corners => GridConvention::Corners,
            Self::FirstCentre => GridConvention::FirstCentre,
        }
    }
}

impl GeometryParams {
    /// Columns and rows of the canvas.
    pub(crate) fn canvas(&self) -> [u32; 2] {
        let (rows, width) = match self {
            Self::Resample(resample) => (resample.canvas, resample.width),
            Self::Resize(resize) => (resize.size, resize.width),
        };
        [width.unwrap_or(rows), rows]
    }

    /// Which points of the two grids coincide.
    pub(crate) fn convention(&self) -> Convention {
        match self {
            Self::Resample(resample) => resample.convention,
            Self::Resize(resize) => resize.convention,
        }
    }
}
