//! Parts of a release with a folder each, read together: ACDC, and manifests of one's own.

use std::path::Path;

use stages_ingest::IngestParams;

use crate::support::{
    From, Ran, failure, labels, params, run, volume, write_image, write_labels, write_text,
};

const SHAPE: [usize; 3] = [6, 5, 3];

/// A patient of each part.
fn acdc(root: &Path) {
    for (folder, patient, group) in
        [("training", "patient001", "DCM"), ("testing", "patient101", "NOR")]
    {
        let home = root.join(folder).join(patient);
        for frame in [1, 9] {
            let stem = format!("{patient}_frame{frame:02}");
            let seed = frame + 50 * usize::from(folder == "testing");
            write_image(&home.join(format!("{stem}.nii.gz")), &volume(SHAPE, seed));
            write_labels(&home.join(format!("{stem}_gt.nii.gz")), &labels(SHAPE, &[0, 1, 2, 3]));
        }
        let text =
            format!("ED: 1\nES: 9\nGroup: {group}\nHeight: 184.0\nNbFrame: 30\nWeight: 95.0\n");
        write_text(&home.join("Info.cfg"), &text);
    }
}

fn ingest(dir: &Path, params: &IngestParams) -> Ran {
    run(dir, &From::DataRoot(dir), params).unwrap()
}

fn full() -> IngestParams {
    params(r#"{"manifest": "acdc-full"}"#)
}

#[test]
fn parts_are_read_together_and_named() {
    let [plain, nested] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    acdc(&plain.path().join("acdc"));
    let ran = ingest(plain.path(), &full());
    let rows: Vec<_> =
        ran.cases.rows.iter().map(|r| (r.case_id.as_str(), r.split.as_deref())).collect();
    assert_eq!(
        rows,
        [
            ("patient001_frame01", Some("training")),
            ("patient001_frame09", Some("training")),
            ("patient101_frame01", Some("testing")),
            ("patient101_frame09", Some("testing")),
        ]
    );
    let row = ran.row("patient101_frame09");
    assert_eq!(row.image, "testing/patient101/patient101_frame09.nii.gz");
    assert_eq!((row.phase.as_deref(), row.group.as_deref()), (Some("ES"), Some("NOR")));
    let keys: Vec<_> = row.attributes.keys().map(String::as_str).collect();
    assert_eq!(keys, ["Group", "Height", "NbFrame", "Weight"], "and not ED and ES");
    assert!(ran.sources.contains(&"data/testing/patient101/Info.cfg".to_owned()));
    let warned = "the split `testing` of dataset `acdc-full` is not the complete one: found 2 cases \
                  of 1 subjects, the manifest expects 100 of 50";
    assert!(ran.log.iter().any(|line| line.contains(warned)), "{:?}", ran.log);

    // Where the folders lie does not matter, nor who made them.
    acdc(&nested.path().join("ACDC/database"));
    assert_eq!(ingest(nested.path(), &full()).digest, ran.digest);
    let made = run(plain.path(), &From::Artifact(&plain.path().join("acdc")), &full()).unwrap();
    assert_eq!(made.digest, ran.digest);
    assert!(made.volumes.join("testing/patient101/patient101_frame09.nii.gz").is_file());
}

#[test]
fn a_missing_part_is_an_error_unless_it_is_not_wanted() {
    let dir = tempfile::tempdir().unwrap();
    acdc(&dir.path().join("acdc"));
    fs_err::remove_dir_all(dir.path().join("acdc/testing")).unwrap();
    let error = failure(dir.path(), &full());
    assert_eq!(error.message, "the split `testing` of dataset `acdc-full` is missing");
    assert_eq!(error.details.len(), 1);
    assert!(error.details[0].ends_with("acdc/testing"), "{error:?}");
    assert!(error.help.unwrap().contains("with the parameter `splits`"));
    let some = params(r#"{"manifest": "acdc-full", "splits": ["training"]}"#);
    assert_eq!(ingest(dir.path(), &some).cases.rows.len(), 2);
    let error = failure(dir.path(), &params(r#"{"manifest": "acdc-full", "splits": ["test"]}"#));
    assert_eq!(error.message, "dataset `acdc-full` has no split `test`");
    assert_eq!(
        error.help.unwrap(),
        "did you mean `testing`? its splits are: `training`, `testing`"
    );
    let error = failure(dir.path(), &params(r#"{"manifest": "acdc", "splits": ["test"]}"#));
    assert_eq!(error.help.unwrap(), "its splits are: none");
}

#[test]
fn a_patient_in_two_parts_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("acdc");
    acdc(&root);
    let (from, to) = (root.join("training/patient001"), root.join("testing/patient001"));
    fs_err::create_dir_all(&to).unwrap();
    for entry in fs_err::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs_err::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
    let lines = failure(dir.path(), &full()).details;
    assert_eq!(
        lines[0],
        "case `patient001_frame01` is there more than once: \
         testing/patient001/patient001_frame01.nii.gz, \
         training/patient001/patient001_frame01.nii.gz"
    );
}

/// A manifest whose split is a part of the path, as Decathlon's folders are called.
const TOY: &str = r#"name: toy
title: t
licence: l
citation: c
obtain: o
modality: MR
folders: [toy]
classes: [{id: 0, name: background}, {id: 1, name: organ}]
layout:
  image: "images{split}/{case}.nii"
  label: "labels{split}/{case}.nii"
  label_required: false
  case: "{case}"
  subject: "{case}"
  list: { file: dataset.json, format: decathlon }
  non_finite: { fill: -1 }
"#;

/// Two annotated cases, and one of the test set without annotation.
fn toy(dir: &Path) {
    fs_err::create_dir_all(dir.join("experiments")).unwrap();
    write_text(&dir.join("toy.yaml"), TOY);
    let root = dir.join("toy");
    for (split, case) in [("Tr", "a"), ("Tr", "b"), ("Ts", "c")] {
        let seed = usize::from(case.as_bytes()[0]);
        write_image(&root.join(format!("images{split}/{case}.nii")), &volume(SHAPE, seed));
        if split == "Tr" {
            let map = labels(SHAPE, &[0, 1]);
            write_labels(&root.join(format!("labels{split}/{case}.nii")), &map);
        }
    }
    let case =
        |name| format!(r#"{{"image": "imagesTr/{name}.nii", "label": "labelsTr/{name}.nii"}}"#);
    let text =
        format!(r#"{{"training": [{}, {}], "test": ["./imagesTs/c.nii"]}}"#, case("a"), case("b"));
    write_text(&root.join("dataset.json"), &text);
}

fn own(splits: &str) -> IngestParams {
    params(&format!(r#"{{"manifest": "../toy.yaml"{splits}}}"#))
}

#[test]
fn a_split_may_be_a_part_of_the_path() {
    let dir = tempfile::tempdir().unwrap();
    toy(dir.path());
    let ran = ingest(dir.path(), &own(""));
    let of = |case: &str| (ran.row(case).split.clone(), ran.row(case).label.is_some());
    assert_eq!(of("b"), (Some("Tr".to_owned()), true));
    assert_eq!(of("c"), (Some("Ts".to_owned()), false));
    let ran = ingest(dir.path(), &own(r#", "splits": ["Tr"]"#));
    assert_eq!(ran.cases.rows.len(), 2);
    let error = failure(dir.path(), &own(r#", "splits": ["Tv"]"#));
    assert!(error.help.unwrap().ends_with("its splits are: `Tr`, `Ts`"));
    // The list's `test` counts, too.
    fs_err::remove_file(dir.path().join("toy/imagesTs/c.nii")).unwrap();
    let lines = failure(dir.path(), &own("")).details;
    assert_eq!(lines, ["dataset.json lists imagesTs/c.nii, which is not there"]);
    assert_eq!(ingest(dir.path(), &own(r#", "splits": ["Tr"]"#)).cases.rows.len(), 2);
}

#[test]
fn voxels_that_are_no_number_are_filled_where_the_manifest_says_so() {
    let dir = tempfile::tempdir().unwrap();
    toy(dir.path());
    let path = dir.path().join("toy/imagesTr/a.nii");
    let mut float = volume(SHAPE, 97);
    float.header.voxel_type = stages_imaging::VoxelType::F32;
    write_image(&path, &float);
    let mut bytes = fs_err::read(&path).unwrap();
    bytes[352..356].copy_from_slice(&f32::NAN.to_le_bytes());
    fs_err::write(&path, bytes).unwrap();
    let ran = ingest(dir.path(), &own(""));
    let row = ran.row("a");
    assert_eq!(row.reading.fill, Some(-1.0));
    assert_eq!(row.intensity.unwrap().min, -1.0, "all other values are 0 or more");
    write_text(&dir.path().join("toy.yaml"), &TOY.replace("{ fill: -1 }", "refuse"));
    let lines = failure(dir.path(), &own("")).details;
    assert!(lines[0].contains("1 of 90 voxels are NaN"), "{lines:?}");
}
