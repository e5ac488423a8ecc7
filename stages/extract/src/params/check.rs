//! What the types of the parameters cannot say.

use pipeline_engine::stage::ParamProblem;

use super::{
    ExtractParams, GeometryParams, IntensityParams, PercentileParams, ResampleParams, WindowParams,
    ZScoreParams,
};

/// Everything wrong with the parameters that types cannot say.
pub(crate) fn check(params: &ExtractParams) -> Vec<ParamProblem> {
    let mut problems = Vec::new();
    match &params.intensity {
        IntensityParams::Percentile(PercentileParams { low, high, .. }) => {
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
        IntensityParams::ZScore(ZScoreParams { deviations, .. }) => {
            if !(*deviations > 0.0 && *deviations <= 20.0) {
                problems.push(ParamProblem::new(
                    "intensity.z_score.deviations",
                    format!("found {deviations}, accepted is a number above 0 and up to 20"),
                ));
            }
        }
        IntensityParams::MinMax(_) => {}
    }
    let [rows_field, width_field] = match &params.geometry {
        GeometryParams::Resample(ResampleParams { spacing_mm, .. }) => {
            if !(0.05..=20.0).contains(spacing_mm) {
                problems.push(ParamProblem::new(
                    "geometry.resample.spacing_mm",
                    format!("found {spacing_mm}, accepted are 0.05 to 20 mm"),
                ));
            }
            ["geometry.resample.canvas", "geometry.resample.width"]
        }
        GeometryParams::Resize(_) => ["geometry.resize.size", "geometry.resize.width"],
    };
    let [width, rows] = params.geometry.canvas();
    let mut size = |field: &str, found: u32| {
        if !(8..=2048).contains(&found) {
            problems.push(ParamProblem::new(
                field,
                format!("found {found}, accepted are 8 to 2048 pixels"),
            ));
        }
    };
    size(rows_field, rows);
    if width != rows {
        size(width_field, width);
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Convention, ImageInterpolation, LabelInterpolation, Voxels};

    #[test]
    fn reads_the_forms_of_the_experiments() {
        let params: ExtractParams = serde_json::from_str(
            r#"{"intensity": {"window": {"low": -160, "high": 240}},
                "geometry": {"resize": {"size": 256, "convention": "corners"}}}"#,
        )
        .unwrap();
        assert!(check(&params).is_empty());
        assert_eq!(params.geometry.canvas(), [256, 256]);
        assert_eq!(params.geometry.convention(), Convention::Corners);
        assert!(params.keep_empty_slices);
        let defaults: ExtractParams = serde_json::from_str("{}").unwrap();
        assert_eq!(defaults, ExtractParams::default());
        assert!(check(&defaults).is_empty());
        let partial = r#"{"intensity": {"percentile": {"low": 0.5}}}"#;
        let partial: ExtractParams = serde_json::from_str(partial).unwrap();
        let expected = PercentileParams { low: 0.5, ..PercentileParams::default() };
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

    #[test]
    fn reads_every_option() {
        let text = r#"{"intensity": {"z_score": {"deviations": 2.5, "voxels": "nonzero"}},
            "geometry": {"resize": {"size": 192, "width": 256}},
            "interpolation": {"image": "cubic_convolution", "label": "one_hot"}}"#;
        let params: ExtractParams = serde_json::from_str(text).unwrap();
        assert!(check(&params).is_empty());
        let score = ZScoreParams { deviations: 2.5, voxels: Voxels::Nonzero };
        assert_eq!(params.intensity, IntensityParams::ZScore(score));
        assert_eq!(params.geometry.canvas(), [256, 192]);
        assert_eq!(params.interpolation.image, ImageInterpolation::CubicConvolution);
        assert_eq!(params.interpolation.label, LabelInterpolation::OneHot);
        let again: ExtractParams =
            serde_json::from_str(&serde_json::to_string(&params).unwrap()).unwrap();
        assert_eq!(again, params);
        for image in ["nearest", "linear", "linear_antialiased", "cubic"] {
            let text = format!(r#"{{"interpolation": {{"image": "{image}"}}}}"#);
            let params: ExtractParams = serde_json::from_str(&text).unwrap();
            assert_eq!(params.interpolation.label, LabelInterpolation::Nearest);
        }
        assert!(
            serde_json::from_str::<ExtractParams>(r#"{"interpolation": {"image": "x"}}"#).is_err()
        );
    }

    #[test]
    fn what_is_left_at_its_default_is_not_written() {
        // Written parameters are part of every action's key: an option that is not used must not
        // change them.
        let written = serde_json::to_string(&ExtractParams::default()).unwrap();
        assert_eq!(
            written,
            r#"{"intensity":{"percentile":{"low":1.0,"high":99.0}},"geometry":{"resample":{"spacing_mm":1.0,"canvas":384,"convention":"edges"}},"keep_empty_slices":true}"#
        );
    }

    #[test]
    fn sizes_and_deviations_have_limits() {
        let path = |text: &str| {
            let params: ExtractParams = serde_json::from_str(text).unwrap();
            check(&params).into_iter().map(|problem| problem.path).collect::<Vec<_>>()
        };
        let resize = |width: u32| format!(r#"{{"geometry": {{"resize": {{"width": {width}}}}}}}"#);
        assert_eq!(path(&resize(4)), ["geometry.resize.width"]);
        assert!(path(&resize(8)).is_empty());
        let score = |d: f64| format!(r#"{{"intensity": {{"z_score": {{"deviations": {d:?}}}}}}}"#);
        assert_eq!(path(&score(0.0)), ["intensity.z_score.deviations"]);
        assert_eq!(path(&score(-1.0)), ["intensity.z_score.deviations"]);
        assert!(path(&score(20.0)).is_empty());
    }
}
