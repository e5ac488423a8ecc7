//! The layout of the Medical Segmentation Decathlon: `dataset.json` says which cases there are.

use std::path::Path;

use crate::support::{
    From, failure, labels, params, run, volume, write_image, write_labels, write_text,
};

const SHAPE: [usize; 3] = [5, 4, 3];

fn json(numbers: &[usize], count: usize) -> String {
    let case = |n: &usize| {
        format!(
            r#"{{"image": "./imagesTr/spleen_{n}.nii.gz", "label": "./labelsTr/spleen_{n}.nii.gz"}}"#
        )
    };
    let cases: Vec<String> = numbers.iter().map(case).collect();
    format!(
        r#"{{"name": "Spleen", "relase": "1.0 06/08/2018", "licence": "CC-BY-SA 4.0",
            "labels": {{"0": "background", "1": "spleen"}}, "numTraining": {count},
            "training": [{}], "test": ["./imagesTs/spleen_1.nii.gz"]}}"#,
        cases.join(", ")
    )
}

/// Cases 2 and 10, with the leavings of the archive.
fn spleen(root: &Path) {
    let root = root.join("Task09_Spleen");
    for n in [2, 10] {
        write_image(&root.join(format!("imagesTr/spleen_{n}.nii.gz")), &volume(SHAPE, n));
        let map = labels(SHAPE, &[0, 1]);
        write_labels(&root.join(format!("labelsTr/spleen_{n}.nii.gz")), &map);
        write_text(&root.join(format!("imagesTr/._spleen_{n}.nii.gz")), "binary");
    }
    write_image(&root.join("imagesTs/spleen_1.nii.gz"), &volume(SHAPE, 1));
    write_text(&root.join("dataset.json"), &json(&[2, 10], 2));
    write_text(&root.join("._dataset.json"), "\u{0}");
}

/// Breaks the dataset and returns the lines of the error.
fn broken(change: impl FnOnce(&Path)) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    spleen(dir.path());
    change(&dir.path().join("Task09_Spleen"));
    failure(dir.path(), &params(r#"{"manifest": "spleen"}"#)).details
}

#[test]
fn reads_the_listed_cases() {
    let dir = tempfile::tempdir().unwrap();
    spleen(dir.path());
    let ran =
        run(dir.path(), &From::DataRoot(dir.path()), &params(r#"{"manifest": "spleen"}"#)).unwrap();
    let ids: Vec<_> = ran.cases.rows.iter().map(|row| row.case_id.as_str()).collect();
    assert_eq!(ids, ["spleen_10", "spleen_2"]);
    assert_eq!(ran.row("spleen_2").subject, "spleen_2");
    assert_eq!((&ran.row("spleen_2").phase, &ran.row("spleen_2").group), (&None, &None));
    assert_eq!(
        ran.sources,
        [
            "data/dataset.json",
            "data/imagesTr/spleen_10.nii.gz",
            "data/imagesTr/spleen_2.nii.gz",
            "data/labelsTr/spleen_10.nii.gz",
            "data/labelsTr/spleen_2.nii.gz",
            "manifest/spleen.yaml",
        ]
    );
}

#[test]
fn extra_and_missing_cases_are_listed() {
    let lines = broken(|root| write_text(&root.join("dataset.json"), &json(&[2, 3], 2)));
    assert_eq!(
        lines,
        [
            "dataset.json lists imagesTr/spleen_3.nii.gz, which is not there",
            "dataset.json lists labelsTr/spleen_3.nii.gz, which is not there",
            "case `spleen_10`: imagesTr/spleen_10.nii.gz is on disk, but dataset.json does not \
             list it",
            "case `spleen_10`: labelsTr/spleen_10.nii.gz is on disk, but dataset.json does not \
             list it",
        ]
    );
}

#[test]
fn the_list_must_agree_with_itself_and_the_manifest() {
    let lines = broken(|root| {
        let text = json(&[2, 10, 10], 41).replace(r#""1": "spleen""#, r#""2": "spleen""#);
        write_text(&root.join("dataset.json"), &text);
    });
    assert_eq!(
        lines,
        [
            "dataset.json: `numTraining` is 41, but `training` lists 3 cases",
            "dataset.json: `labels` has the classes {0, 2}, the manifest `spleen` has {0, 1}",
            "dataset.json: `training` lists imagesTr/spleen_10.nii.gz twice",
            "dataset.json: `training` lists labelsTr/spleen_10.nii.gz twice",
        ]
    );
}

#[test]
fn a_missing_or_unreadable_list_is_an_error() {
    let lines = broken(|root| fs_err::remove_file(root.join("dataset.json")).unwrap());
    assert_eq!(lines, ["dataset.json: the list of cases is missing"]);
    let lines = broken(|root| write_text(&root.join("dataset.json"), "{\"training\": 3}"));
    assert!(lines[0].starts_with("dataset.json: not a Decathlon dataset.json: "), "{lines:?}");
}

#[test]
fn some_subjects_only() {
    let dir = tempfile::tempdir().unwrap();
    spleen(dir.path());
    let some = params(r#"{"manifest": "spleen", "subjects": ["spleen_2"]}"#);
    let ran = run(dir.path(), &From::DataRoot(dir.path()), &some).unwrap();
    assert_eq!(ran.cases.rows.len(), 1);
}
