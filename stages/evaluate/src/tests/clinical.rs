//! Clinical values: volumes at both phases, ejection fraction, mass.

use serde_json::{Value, json};
use stages_tables::{ClassInfo, ClinicalRow, ClinicalState, ClinicalTable, Grid, MetricState};

use super::toy::{Plane, Toy, ToyScan, case, identity, whole_canvas};

const PARAMS: &str = r#"{"metrics": ["dice"], "grids": ["network"], "clinical": {}}"#;

fn params() -> Value {
    serde_json::from_str(PARAMS).unwrap()
}

/// A scan of ten voxels of 1 ml with this many of RV, Myo and LV, as annotated and as predicted.
fn scan(subject: &str, phase: &str, annotated: [usize; 3], predicted: [usize; 3]) -> ToyScan {
    let voxels = |counts: [usize; 3]| {
        let classes = counts.iter().zip(1_u8..).flat_map(|(count, id)| vec![id; *count]);
        let mut voxels: Vec<u8> = classes.collect();
        voxels.resize(10, 0);
        voxels
    };
    let mut case = case(&format!("{subject}_{phase}"), [10, 1, 1]);
    case.subject = subject.to_owned();
    case.phase = Some(phase.to_owned());
    case.group = Some("DCM".to_owned());
    case.spacing_mm = [10.0; 3];
    let predictions = vec![("best", voxels(predicted))];
    ToyScan {
        case,
        voxels: voxels(annotated),
        geometry: identity(10, 1),
        labelled: true,
        planes: vec![Plane { z: 0, label: voxels(annotated), predictions }],
    }
}

fn heart(scans: Vec<ToyScan>) -> Toy {
    let mut toy = whole_canvas(10, 1, scans);
    let names = ["background", "RV", "Myo", "LV"];
    let classes =
        names.iter().zip(0_u8..).map(|(name, id)| ClassInfo { id, name: (*name).to_owned() });
    toy.dataset.classes = classes.collect();
    toy.window.dataset = toy.dataset.clone();
    toy
}

fn clinical(toy: &Toy) -> Vec<ClinicalRow> {
    let written = toy.write();
    written.evaluate(&params(), 1).unwrap();
    ClinicalTable::read(&written.path("metrics")).unwrap().rows
}

fn find<'a>(rows: &'a [ClinicalRow], structure: &str, quantity: &str) -> &'a ClinicalRow {
    let wanted = |row: &&ClinicalRow| row.structure == structure && row.quantity == quantity;
    rows.iter().find(wanted).unwrap()
}

#[test]
fn values_by_hand() {
    let toy =
        heart(vec![scan("p1", "ED", [3, 2, 5], [2, 1, 4]), scan("p1", "ES", [1, 3, 2], [1, 3, 3])]);
    let rows = clinical(&toy);
    assert_eq!(rows.len(), 4 + 4 + 1);
    let values = |structure, quantity| {
        let row = find(&rows, structure, quantity);
        assert_eq!((row.state, row.group.as_deref()), (ClinicalState::Ok, Some("DCM")));
        [row.prediction, row.reference, row.difference].map(Option::unwrap)
    };
    assert_eq!(values("LV", "edv"), [4.0, 5.0, -1.0]);
    assert_eq!(values("LV", "esv"), [3.0, 2.0, 1.0]);
    assert_eq!(values("LV", "stroke_volume"), [1.0, 3.0, -2.0]);
    assert_eq!(values("LV", "ejection_fraction"), [25.0, 60.0, -35.0]);
    assert_eq!(values("RV", "edv"), [2.0, 3.0, -1.0]);
    assert_eq!(values("RV", "ejection_fraction"), [50.0, 200.0 / 3.0, 50.0 - 200.0 / 3.0]);
    // At end-diastole: 1 and 2 ml of 1.05 g.
    assert_eq!(values("Myo", "mass"), [1.05, 2.1, 1.05 - 2.1]);
}

#[test]
fn differences_are_metrics_of_the_subject() {
    let toy =
        heart(vec![scan("p1", "ED", [3, 2, 5], [2, 1, 4]), scan("p1", "ES", [1, 3, 2], [1, 3, 3])]);
    let table = toy.evaluate_with(&params());
    let row = table.rows.iter().find(|row| row.metric == "ejection_fraction_difference").unwrap();
    assert_eq!((row.case_id.as_str(), row.phase.as_deref()), ("p1", None));
    assert_eq!((row.grid, row.unit.as_str(), row.higher_is_better), (Grid::Native, "%", None));
    let dice = table.rows.iter().filter(|row| row.metric == "dice");
    // Two scans of three classes on the one grid asked for.
    assert_eq!(dice.clone().count(), 6);
    assert!(dice.clone().all(|row| row.grid == Grid::Network));
}

#[test]
fn a_missing_structure_or_phase_is_said() {
    let toy = heart(vec![
        scan("p1", "ED", [3, 2, 5], [0, 2, 5]),
        scan("p1", "ES", [1, 3, 2], [1, 3, 0]),
        scan("p2", "ED", [1, 2, 3], [1, 2, 3]),
        scan("p2", "mid", [1, 2, 3], [1, 2, 3]),
    ]);
    let rows = clinical(&toy);
    let (first, second) = rows.split_at(9);
    let state = |rows, structure, quantity| find(rows, structure, quantity).state;
    assert_eq!(state(first, "RV", "edv"), ClinicalState::PredEmpty);
    assert_eq!(state(first, "RV", "esv"), ClinicalState::Ok);
    let fraction = find(first, "LV", "ejection_fraction");
    assert_eq!((fraction.state, fraction.prediction), (ClinicalState::PredEmpty, None));
    assert_eq!((fraction.reference, fraction.difference), (Some(60.0), None));
    // The second subject has no end-systole; its mass needs none.
    assert_eq!(state(second, "LV", "ejection_fraction"), ClinicalState::PhaseMissing);
    assert_eq!(find(second, "Myo", "mass").prediction, Some(2.1));
    let table = toy.evaluate_with(&params());
    let row = |subject: &str| {
        let mut rows = table.rows.iter().filter(|row| row.case_id == subject);
        rows.find(|row| row.metric == "ejection_fraction_difference")
    };
    assert_eq!(row("p1").unwrap().state, MetricState::PredEmpty);
    assert!(row("p2").is_none());
}

#[test]
fn what_does_not_fit_the_dataset_is_refused() {
    let scans = || vec![scan("p1", "ED", [3, 2, 5], [2, 1, 4])];
    let written = heart(scans()).write();
    let error = written.evaluate(&json!({"clinical": {"lv": "cavity"}}), 1).unwrap_err();
    assert_eq!(
        error.message,
        "`clinical.lv` is `cavity`, but dataset `toy` has 0 background, 1 RV, 2 Myo, 3 LV"
    );
    let mut twice = scans();
    twice.extend(scans());
    twice[1].case.case_id = "p1_again".to_owned();
    let error = heart(twice).write().evaluate(&params(), 1).unwrap_err();
    assert_eq!(error.message, "subject `p1` has two predicted scans of phase `ED`");
}
