//! The layout of Decathlon's prostate: two channels in one file, two classes made one.

use std::path::Path;

use pipeline_engine::stage::Stage;
use stages_ingest::{Ingest, IngestParams};

use crate::support::{
    From, Ran, failure, labels, params, run, volume, write_4d, write_image, write_labels,
    write_text,
};

const SHAPE: [usize; 3] = [5, 4, 3];

fn prostate(root: &Path) {
    let root = root.join("Task05_Prostate");
    let mut cases = Vec::new();
    for n in [0, 16] {
        let stem = format!("prostate_{n:02}.nii");
        let channels = [volume(SHAPE, n), volume(SHAPE, n + 100)];
        write_4d(&root.join("imagesTr").join(&stem), &channels);
        write_labels(&root.join("labelsTr").join(&stem), &labels(SHAPE, &[0, 1, 2]));
        cases.push(format!(
            r#"{{"image": "./imagesTr/{stem}", "label": "./labelsTr/{stem}", "site": "X{n}",
                 "age": 6{n}, "note": null}}"#
        ));
    }
    let text = format!(
        r#"{{"modality": {{"0": "T2", "1": "ADC"}}, "numTraining": 2,
             "labels": {{"0": "background", "1": "PZ", "2": "TZ"}},
             "training": [{}], "test": ["./imagesTs/prostate_03.nii"]}}"#,
        cases.join(", ")
    );
    write_text(&root.join("dataset.json"), &text);
}

fn ingest(dir: &Path, text: &str) -> Ran {
    run(dir, &From::DataRoot(dir), &params(text)).unwrap()
}

fn broken(params: &IngestParams, change: impl FnOnce(&Path)) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    prostate(dir.path());
    change(&dir.path().join("Task05_Prostate"));
    failure(dir.path(), params).details
}

#[test]
fn the_manifest_chooses_a_channel_and_merges_classes() {
    let dir = tempfile::tempdir().unwrap();
    prostate(dir.path());
    let ran = ingest(dir.path(), r#"{"manifest": "msd-prostate"}"#);
    let row = ran.row("prostate_16");
    assert_eq!((row.reading.image_frame, row.reading.label_frame), (Some(0), None));
    assert_eq!(row.reading.remap, Some([(0, 0), (1, 1), (2, 1)].into()));
    // The label file holds 0, 1, 2; both zones are the prostate.
    assert_eq!(row.label_values, [0, 1]);
    assert_eq!(row.shape, [5, 4, 3]);
    // What the list says of the case.
    let attributes: Vec<_> = row.attributes.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(attributes, ["age=616", "site=X16"]);
    // The first channel's values, worked out by the same rule.
    let values = volume(SHAPE, 16).voxels;
    let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len() as f64;
    let intensity = row.intensity.unwrap();
    assert!((intensity.mean - mean).abs() < 1e-9, "{intensity:?}");
    assert_eq!(intensity.max, f64::from(values.iter().copied().fold(f32::MIN, f32::max)));
    let image = ran.references.iter().find(|r| r.relative == row.image).unwrap();
    let read = stages_imaging::read_volume_with(
        &dir.path().join("Task05_Prostate").join(&image.relative),
        &row.reading.image_options(),
    );
    assert_eq!(read.unwrap().voxels, values);
}

#[test]
fn an_experiment_chooses_another_channel() {
    let dir = tempfile::tempdir().unwrap();
    prostate(dir.path());
    for channel in [r#"{"name": "ADC"}"#, r#"{"index": 1}"#] {
        let text = format!(r#"{{"manifest": "msd-prostate", "channel": {channel}}}"#);
        assert!(Ingest.check(&params(&text)).is_empty());
        let ran = ingest(dir.path(), &text);
        assert_eq!(ran.row("prostate_00").reading.image_frame, Some(1));
    }
}

#[test]
fn a_channel_that_is_not_there_is_named() {
    let unknown = params(r#"{"manifest": "msd-prostate", "channel": {"name": "ADT"}}"#);
    assert_eq!(
        broken(&unknown, |_| {})[0],
        "the channel is `ADT`; the `modality` of dataset.json has `T2`, `ADC`; did you mean `ADC`?"
    );
    let third = params(r#"{"manifest": "msd-prostate", "channel": {"index": 2}}"#);
    let lines = broken(&third, |_| {});
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("imagesTr/prostate_00.nii: holds 2 volumes"), "{lines:?}");
    let lines = broken(&params(r#"{"manifest": "msd-prostate"}"#), |root| {
        let path = root.join("dataset.json");
        let text = fs_err::read_to_string(&path).unwrap().replace("\"modality\"", "\"modaliti\"");
        write_text(&path, &text);
    });
    assert!(lines[0].contains("the `modality` of dataset.json names no channels"), "{lines:?}");
    let acdc = tempfile::tempdir().unwrap();
    let error = failure(acdc.path(), &unknown);
    assert_eq!(error.message, "dataset `msd-prostate` is missing");
}

#[test]
fn values_without_a_class_are_refused() {
    let lines = broken(&params(r#"{"manifest": "msd-prostate"}"#), |root| {
        write_labels(&root.join("labelsTr/prostate_00.nii"), &labels(SHAPE, &[0, 1, 5]));
    });
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("case `prostate_00`: "), "{lines:?}");
    assert!(lines[0].contains("holds 5 without a class"), "{lines:?}");
}

#[test]
fn the_list_must_name_the_values_of_the_files() {
    let lines = broken(&params(r#"{"manifest": "msd-prostate"}"#), |root| {
        let path = root.join("dataset.json");
        let text = fs_err::read_to_string(&path).unwrap().replace(r#", "2": "TZ""#, "");
        write_text(&path, &text);
    });
    assert_eq!(
        lines,
        [
            "dataset.json: `labels` has the classes {0, 1}, the manifest `msd-prostate` has {0, 1, 2}"
        ]
    );
}

#[test]
fn a_plain_4d_image_says_that_a_volume_must_be_chosen() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("Task02_Heart");
    let file = "Tr/la_003.nii";
    write_4d(&root.join(format!("images{file}")), &[volume(SHAPE, 1), volume(SHAPE, 2)]);
    write_labels(&root.join(format!("labels{file}")), &labels(SHAPE, &[0, 1]));
    let json = |count: usize| {
        format!(
            r#"{{"labels": {{"0": "background", "1": "left atrium"}}, "numTraining": {count},
                 "training": [{{"image": "./images{file}", "label": "./labels{file}"}}]}}"#
        )
    };
    write_text(&root.join("dataset.json"), &json(1));
    let heart = params(r#"{"manifest": "heart"}"#);
    let lines = failure(dir.path(), &heart).details;
    assert_eq!(lines.len(), 1);
    assert!(lines[0].contains("holds 2 volumes, and no frame was chosen"), "{lines:?}");
    write_image(&root.join(format!("images{file}")), &volume(SHAPE, 1));
    let ran = run(dir.path(), &From::DataRoot(dir.path()), &heart).unwrap();
    assert_eq!(ran.row("la_003").label_values, [0, 1]);
    assert!(ran.log[1].contains("the manifest expects 20 of 20"), "{:?}", ran.log);
}
