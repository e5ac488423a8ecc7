//! What a user writes under `with:`.

use pipeline_engine::stage::ParamProblem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stages_tables::GridConvention;

/// How volumes become slices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ExtractParams {
    /// How intensities become 0 to 255. Default `percentile: {low: 1, high: 99}`.
    pub intensity: IntensityParams,
    /// How planes come onto one canvas. Default `resample: {spacing_mm: 1.0, canvas: 384}`.
    pub geometry: GeometryParams,
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
            keep_empty_slices: true,
        }
    }
}

/// Which intensities of a volume become 0 and 255. What lies outside is clipped, what lies between
/// is scaled linearly and rounded. Always from the whole volume, never from a slice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IntensityParams {
    /// Two percentiles of the volume: for MR, whose units mean nothing.
    Percentile(PercentileParams),
    /// The smallest and the largest value of the volume; one bright voxel darkens everything else.
    MinMax(MinMaxParams),
    /// Two fixed values: for CT, in Hounsfield units.
    Window(WindowParams),
}

/// Two percentiles of all voxels of a volume, interpolated linearly between order statistics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PercentileParams {
    /// The percentile that becomes 0, in percent from 0 and below `high`. Default 1.
    pub low: f64,
    /// The percentile that becomes 255, in percent up to 100. Default 99.
    pub high: f64,
}

impl Default for PercentileParams {
    fn default() -> Self {
        Self { low: 1.0, high: 99.0 }
    }
}

/// Has no parameters: write `min_max: {}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MinMaxParams {}

/// Two fixed intensities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowParams {
    /// The value that becomes 0, in the unit of the volume (CT: Hounsfield units). A soft-tissue
    /// window of the abdomen begins at about -160.
    pub low: f64,
    /// The value that becomes 255, above `low`. A soft-tissue window ends at about 240.
    pub high: f64,
}

/// How planes come onto one canvas. Images are interpolated linearly, labels take the nearest
/// value. Slices are never interpolated through the plane.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GeometryParams {
    /// To one pixel size in mm, then centred on a square canvas: padded with 0 where smaller,
    /// cropped where larger. Keeps sizes comparable between patients.
    Resample(ResampleParams),
    /// Every plane to the same number of pixels, whatever its size in mm or its aspect ratio.
    Resize(ResizeParams),
}

/// To one pixel size, then centred on a square canvas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ResampleParams {
    /// Pixel size after resampling along x and y, in mm, 0.05 to 20. Default 1.
    pub spacing_mm: f64,
    /// Rows and columns of the canvas, 8 to 2048. Default 384.
    pub canvas: u32,
    /// Which points of the two grids coincide. Default `edges`.
    pub convention: Convention,
}

impl Default for ResampleParams {
    fn default() -> Self {
        Self { spacing_mm: 1.0, canvas: 384, convention: Convention::default() }
    }
}

/// Every plane to the same number of pixels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ResizeParams {
    /// Rows and columns, 8 to 2048. Default 256.
    pub size: u32,
    /// Which points of the two grids coincide. Default `edges`.
    pub convention: Convention,
}

impl Default for ResizeParams {
    fn default() -> Self {
        Self { size: 256, convention: Convention::default() }
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
    /// Rows and columns of the canvas.
    pub(crate) fn canvas(&self) -> u32 {
        match self {
            Self::Resample(resample) => resample.canvas,
            Self::Resize(resize) => resize.size,
        }
    }

    /// Which points of the two grids coincide.
    pub(crate) fn convention(&self) -> Convention {
        match self {
            Self::Resample(resample) => resample.convention,
            Self::Resize(resize) => resize.convention,
        }
    }
}

/// Everything wrong with the parameters that types cannot say.
pub(crate) fn check(params: &ExtractParams) -> Vec<ParamProblem> {
    let mut problems = Vec::new();
    match &params.intensity {
        IntensityParams::Percentile(PercentileParams { low, high }) => {
            if !(*low >= 0.0 && low < high && *high <= 100.0) {
                problems.push(ParamProblem::new(
                    "intensity.percentile",
                    format!("found low {low} and high {high}, accepted is 0 <= low < high <= 100"),
                ));
            }
        }
        IntensityParams::Window(WindowParams { low, high }) => {
            if !(low.is_finite() && high.is_finite() && low < high) {
                problems.push(ParamProblem::new(
                    "intensity.window",
                    format!("found low {low} and high {high}, accepted is low < high"),
                ));
            }
        }
        IntensityParams::MinMax(_) => {}
    }
    let size_field = match &params.geometry {
        GeometryParams::Resample(ResampleParams { spacing_mm, .. }) => {
            if !(0.05..=20.0).contains(spacing_mm) {
                problems.push(ParamProblem::new(
                    "geometry.resample.spacing_mm",
                    format!("found {spacing_mm}, accepted are 0.05 to 20 mm"),
                ));
            }
            "geometry.resample.canvas"
        }
        GeometryParams::Resize(_) => "geometry.resize.size",
    };
    let size = params.geometry.canvas();
    if !(8..=2048).contains(&size) {
        problems.push(ParamProblem::new(
            size_field,
            format!("found {size}, accepted are 8 to 2048 pixels"),
        ));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_forms_of_the_experiments() {
        let params: ExtractParams = serde_json::from_str(
            r#"{"intensity": {"window": {"low": -160, "high": 240}},
                "geometry": {"resize": {"size": 256, "convention": "corners"}}}"#,
        )
        .unwrap();
        assert!(check(&params).is_empty());
        assert_eq!(params.geometry.canvas(), 256);
        assert_eq!(params.geometry.convention(), Convention::Corners);
        assert!(params.keep_empty_slices);
        let defaults: ExtractParams = serde_json::from_str("{}").unwrap();
        assert_eq!(defaults, ExtractParams::default());
        assert!(check(&defaults).is_empty());
        let partial = r#"{"intensity": {"percentile": {"low": 0.5}}}"#;
        let partial: ExtractParams = serde_json::from_str(partial).unwrap();
        let expected = PercentileParams { low: 0.5, high: 99.0 };
        assert_eq!(partial.intensity, IntensityParams::Percentile(expected));
    }

    #[test]
    fn reports_every_problem_with_its_field() {
        let params: ExtractParams = serde_json::from_str(
            r#"{"intensity": {"percentile": {"low": 99, "high": 1}},
                "geometry": {"resample": {"spacing_mm": 0.0, "canvas": 0}}}"#,
        )
        .unwrap();
        let paths: Vec<_> = check(&params).into_iter().map(|problem| problem.path).collect();
        assert_eq!(
            paths,
            ["intensity.percentile", "geometry.resample.spacing_mm", "geometry.resample.canvas"]
        );
        let nan = IntensityParams::Window(WindowParams { low: f64::NAN, high: 1.0 });
        let params = ExtractParams { intensity: nan, ..ExtractParams::default() };
        assert_eq!(check(&params).len(), 1);
    }
}
