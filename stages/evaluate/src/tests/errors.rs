//! Inputs that do not fit together are refused by name.

use super::toy::{Toy, two_planes};

fn toy() -> Toy {
    two_planes([[1, 1, 2], [1, 2, 2]], [[1, 0, 2], [1, 1, 0]])
}

/// The message of a run that must fail, and its help.
fn refused(toy: &Toy) -> String {
    let error = toy.error();
    assert!(!error.panicked && !error.cancelled, "{error}");
    error.message
}

#[test]
fn a_scan_without_a_label_file_is_named() {
    let mut toy = toy();
    toy.scans[0].case.label = None;
    assert_eq!(refused(&toy), "there is no annotation for scan `a`");
    assert!(toy.error().help.unwrap().contains("partition"));
}

#[test]
fn a_scan_whose_label_planes_hold_nothing_is_named() {
    let mut toy = toy();
    toy.scans[0].labelled = false;
    assert_eq!(refused(&toy), "there is no annotation for scan `a`");
}

#[test]
fn a_class_id_outside_the_dataset_is_named_with_its_scan() {
    let classes = "dataset `toy` has 0 background, 1 ring, 2 core";
    let mut prediction = toy();
    prediction.scans[0].planes[1].predictions[0].1[2] = 7;
    assert_eq!(
        refused(&prediction),
        format!("the prediction of scan `a` holds class id 7; {classes}")
    );
    let mut plane = toy();
    plane.scans[0].planes[0].label[0] = 3;
    assert_eq!(refused(&plane), format!("a label plane of scan `a` holds class id 3; {classes}"));
    let mut file = toy();
    file.scans[0].voxels[0] = 255;
    assert_eq!(refused(&file), format!("the label map of scan `a` holds class id 255; {classes}"));
}

#[test]
fn a_slice_that_was_not_predicted_is_missed() {
    let mut toy = toy();
    toy.scans[0].planes[1].predictions.clear();
    assert_eq!(
        refused(&toy),
        "checkpoint `best` predicted slices [0] of scan `a`, but slices [0, 1] were extracted"
    );
}

#[test]
fn a_slice_predicted_twice_is_named() {
    let mut toy = toy();
    let again = toy.scans[0].planes[1].predictions[0].clone();
    toy.scans[0].planes[1].predictions.push(again);
    assert_eq!(refused(&toy), "slice 1 of scan `a` is present twice in input `predictions`");
}

#[test]
fn another_dataset_is_refused_with_its_classes() {
    let mut toy = toy();
    toy.dataset.classes[1].name = "other".to_owned();
    assert_eq!(
        refused(&toy),
        "input `slices` belongs to dataset `toy` (0 background, 1 other, 2 core), but the \
         predictions were made for `toy` (0 background, 1 ring, 2 core)"
    );
}

#[test]
fn a_window_beyond_the_canvas_is_refused() {
    let mut toy = toy();
    toy.window.left = 1;
    assert_eq!(
        refused(&toy),
        "the predictions cover rows 0 to 1 and columns 1 to 4, but the slices are 1 rows of 3"
    );
}

#[test]
fn a_label_file_of_another_size_is_refused() {
    let mut toy = toy();
    toy.scans[0].voxels.truncate(3);
    let written = toy.write();
    // The file says one plane where the cases table says two.
    let path = written.path("volumes/labels/a.mha");
    let text = fs_err::read(&path).unwrap();
    let text = String::from_utf8_lossy(&text).replace("DimSize = 3 1 2", "DimSize = 3 1 1");
    fs_err::write(&path, text).unwrap();
    let error = written.evaluate(&serde_json::json!({}), 1).unwrap_err();
    assert_eq!(
        error.message,
        "the label map of scan `a` is [3, 1, 1] voxels along x, y, z; accepted: [3, 1, 2] as in \
         the cases table"
    );
}

#[test]
fn a_label_file_that_is_missing_or_cut_is_named() {
    let mut toy = toy();
    toy.scans[0].voxels.truncate(5);
    let error = toy.error();
    assert_eq!(error.message, "cannot read the label map of scan `a`");
    assert!(error.details[0].contains("a.mha"), "{:?}", error.details);

    let written = self::toy().write();
    fs_err::remove_file(written.path("volumes/labels/a.mha")).unwrap();
    let error = written.evaluate(&serde_json::json!({}), 1).unwrap_err();
    assert_eq!(error.message, "cannot read the label map of scan `a`");
}

#[test]
fn a_predicted_scan_that_the_cases_do_not_have_is_named() {
    let toy = toy();
    let written = toy.write();
    let mut cases = stages_tables::CasesTable::read(&written.path("cases")).unwrap();
    cases.rows[0].case_id = "z".to_owned();
    cases.write(&written.path("cases")).unwrap();
    let error = written.evaluate(&serde_json::json!({}), 1).unwrap_err();
    assert_eq!(error.message, "input `cases` has no scan `a`");
}
