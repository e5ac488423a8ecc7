//! Tolerances, the ignore label and largest components.

use pipeline_engine::Registry;
use serde_json::{Value, json};
use stages_tables::{Grid, MetricState};

use super::toy::{Plane, Toy, ToyScan, case, identity, two_planes, value, value_of, whole_canvas};
use crate::Evaluate;

/// A row of pixels, predicted by `best`.
fn row(voxels: &[u8], prediction: &[u8]) -> Toy {
    let columns = voxels.len() as u32;
    let predictions = vec![("best", prediction.to_vec())];
    let scan = ToyScan {
        case: case("a", [columns, 1, 1]),
        voxels: voxels.to_vec(),
        geometry: identity(columns, 1),
        labelled: true,
        planes: vec![Plane { z: 0, label: voxels.to_vec(), predictions }],
    };
    whole_canvas(columns, 1, vec![scan])
}

#[test]
fn nsd_has_a_row_per_tolerance_and_one_by_class() {
    // Both classes are 2 pixels off.
    let toy = row(&[1, 0, 0, 2, 0, 0], &[0, 0, 1, 0, 0, 2]);
    let params = json!({
        "metrics": ["nsd"],
        "nsd_tolerances_mm": [1, 2.5],
        "nsd_class_tolerances_mm": {"ring": 2.0, "core": 1.5},
    });
    let table = toy.evaluate_with(&params);
    let nsd = |name: &str, class| value_of(&table, name, Grid::Native, class).0;
    assert_eq!([nsd("nsd@1mm", 1), nsd("nsd@1mm", 2)], [Some(0.0), Some(0.0)]);
    assert_eq!([nsd("nsd@2.5mm", 1), nsd("nsd@2.5mm", 2)], [Some(1.0), Some(1.0)]);
    assert_eq!([nsd("nsd", 1), nsd("nsd", 2)], [Some(1.0), Some(0.0)]);
    assert_eq!(table.scoring.nsd_class_tolerances_mm["core"], 1.5);
}

#[test]
fn tolerances_name_every_class() {
    let written = row(&[1, 2], &[1, 2]).write();
    let params = json!({"metrics": ["nsd"], "nsd_class_tolerances_mm": {"ring": 2.0, "Core": 1.5}});
    let error = written.evaluate(&params, 1).unwrap_err();
    assert_eq!(
        error.message,
        "`nsd_class_tolerances_mm` must name every foreground class and no other; wrong or left \
         out: `Core`, `core`; dataset `toy` has 0 background, 1 ring, 2 core"
    );
}

#[test]
fn ignored_voxels_are_scored_by_nobody() {
    // Where nobody annotated, the prediction's mistake does not count.
    let toy = row(&[1, 1, 9, 9, 0, 2], &[1, 1, 1, 0, 0, 2]);
    let table = toy.evaluate_with(&json!({"ignore_label": 9}));
    for grid in [Grid::Network, Grid::Native] {
        assert_eq!(value(&table, grid, 1), (Some(1.0), MetricState::Ok));
        assert_eq!(value_of(&table, "hd95", grid, 1).0, Some(0.0));
    }
    assert!(table.rows.iter().all(|row| row.ignored_voxels == Some(2)));
    assert_eq!(table.scoring.ignore_label, Some(9));
    let plain = row(&[1, 1, 0, 0, 0, 2], &[1, 1, 1, 0, 0, 2]).evaluate();
    assert!(plain.rows.iter().all(|row| row.ignored_voxels.is_none()));
    // A network does not say "do not score".
    let error = row(&[1, 9], &[1, 9]).write().evaluate(&json!({"ignore_label": 9}), 1);
    assert!(error.unwrap_err().message.starts_with("the prediction of scan `a` holds class id 9"));
}

#[test]
fn an_ignore_label_among_the_classes_is_not_scored() {
    let toy = row(&[1, 2, 2, 0], &[1, 1, 2, 0]);
    let table = toy.evaluate_with(&json!({"ignore_label": 2, "metrics": ["dice"]}));
    assert!(table.rows.iter().all(|row| row.class_name == "ring"));
    assert_eq!(value(&table, Grid::Native, 1).0, Some(1.0));
}

#[test]
fn only_the_largest_component_is_scored_if_asked_for() {
    let toy = row(&[1, 1, 0, 0, 0, 2], &[1, 1, 0, 0, 1, 2]);
    assert_eq!(value(&toy.evaluate(), Grid::Native, 1).0, Some(0.8));
    let table = toy.evaluate_with(&json!({"largest_component": "faces"}));
    for grid in [Grid::Network, Grid::Native] {
        assert_eq!(value(&table, grid, 1).0, Some(1.0));
        assert_eq!(value(&table, grid, 2).0, Some(1.0));
    }
    assert_eq!(table.scoring.largest_component.as_deref(), Some("faces"));
    assert_eq!(toy.evaluate().scoring.largest_component, None);
}

#[test]
fn a_component_may_go_through_slices() {
    // Class 1 touches itself only from plane to plane.
    let toy = two_planes([[1, 0, 0], [1, 0, 0]], [[1, 0, 1], [1, 0, 0]]);
    let table = toy.evaluate_with(&json!({"largest_component": "faces"}));
    assert_eq!(value(&table, Grid::Native, 1).0, Some(1.0));
    // Over the edge between the planes.
    let toy = two_planes([[1, 0, 0], [1, 1, 0]], [[0, 0, 1], [1, 1, 0]]);
    let dice = |neighbours: &str| {
        value(&toy.evaluate_with(&json!({"largest_component": neighbours})), Grid::Native, 1).0
    };
    assert_eq!(dice("faces"), Some(4.0 / 5.0));
    assert_eq!(dice("edges"), Some(4.0 / 6.0));
    assert_eq!(dice("corners"), Some(4.0 / 6.0));
}

#[test]
fn wrong_options_are_named() {
    let registry = Registry::new().with(Evaluate);
    let stage = registry.get("evaluate").unwrap();
    let problem = |params: Value| {
        let problems = stage.configure(&params).err().unwrap();
        assert_eq!(problems.len(), 1, "{problems:?}");
        (problems[0].path.clone(), problems[0].message.clone())
    };
    let of = |path: &str, message: &str| (path.to_owned(), message.to_owned());
    assert_eq!(
        problem(json!({"nsd_tolerances_mm": [2, -1]})),
        of("nsd_tolerances_mm[1]", "-1 mm is no tolerance")
    );
    assert_eq!(
        problem(json!({"nsd_tolerances_mm": [2, 2]})),
        of("nsd_tolerances_mm[1]", "2 mm is listed twice")
    );
    assert_eq!(
        problem(json!({"metrics": ["nsd"], "nsd_tolerances_mm": []})),
        of("nsd_tolerances_mm", "`nsd` is to be computed, but there is no tolerance")
    );
    assert_eq!(
        problem(json!({"nsd_class_tolerances_mm": {"RV": -0.5}})),
        of("nsd_class_tolerances_mm.RV", "-0.5 mm is no tolerance")
    );
    assert_eq!(
        problem(json!({"ignore_label": 0})),
        of("ignore_label", "0 is the background, which is never scored")
    );
    assert_eq!(
        problem(json!({"clinical": {"es": "ED"}})),
        of("clinical.es", "`ED` cannot be both phases")
    );
    assert_eq!(
        problem(json!({"clinical": {"density_g_per_ml": 0}})).0,
        "clinical.density_g_per_ml"
    );
    assert_eq!(
        problem(json!({"clinical": {"lv": null, "rv": null, "myocardium": null}})).0,
        "clinical"
    );
    // Defaults do not show, so that a key does not change when an option is added.
    let plain = stage.configure(&json!({"nsd_tolerances_mm": [2], "largest_component": null}));
    let params = plain.unwrap().params().clone();
    assert_eq!(params, stage.configure(&json!({})).unwrap().params().clone());
}
