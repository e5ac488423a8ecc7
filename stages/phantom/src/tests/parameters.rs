//! Parameters: defaults, spelling, ranges.

use pipeline_engine::Stage;
use serde_json::json;

use crate::{DifficultyParams, Layout, MmRange, Phantom, PhantomParams, WholeRange};

#[test]
fn nothing_given_means_the_defaults() {
    let params: PhantomParams = serde_json::from_value(json!({})).unwrap();
    assert_eq!(params, PhantomParams::default());
    assert!(Phantom.check(&params).is_empty());
    // Absent options stay out of the key.
    let value = serde_json::to_value(&params).unwrap();
    assert!(value.get("size_px").is_none());
    assert_eq!(value["layout"], "acdc");
}

#[test]
fn misspelled_parameters_are_refused() {
    for wrong in [
        json!({"subject": 3}),
        json!({"layout": "ACDC"}),
        json!({"size_px": {"min": 3}}),
        json!({"difficulty": {"noisy": 0.1}}),
    ] {
        assert!(serde_json::from_value::<PhantomParams>(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn every_value_out_of_range_is_reported_with_its_path() {
    let params = PhantomParams {
        layout: Layout::Promise12,
        subjects: 101,
        size_px: Some(WholeRange { min: 90, max: 80 }),
        slices: Some(WholeRange { min: 2, max: 201 }),
        spacing_mm: Some(MmRange { min: f64::NAN, max: 1.0 }),
        slice_spacing_mm: Some(MmRange { min: 0.0, max: 1.0 }),
        difficulty: DifficultyParams {
            noise: 0.6,
            bias_field: -0.1,
            shape_variation: f64::INFINITY,
            ..DifficultyParams::default()
        },
        ..PhantomParams::default()
    };
    let problems = Phantom.check(&params);
    let paths: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "subjects",
            "size_px",
            "slices.min",
            "slices.max",
            "spacing_mm.min",
            "slice_spacing_mm.min",
            "difficulty.noise",
            "difficulty.bias_field",
            "difficulty.shape_variation",
        ]
    );
    assert!(problems.iter().all(|problem| problem.help.is_some()));
    let help = problems[0].help.as_deref().unwrap();
    assert_eq!(help, "use a number from 1 to 100");
}
