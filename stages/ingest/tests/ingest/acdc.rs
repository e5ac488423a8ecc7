//! The layout of ACDC: a folder per patient, phases from `Info.cfg`.

use std::path::Path;

use pipeline_engine::stage::Stage;
use stages_imaging::{
    NiftiForm, NiftiWrite, Orientation, VolumeHeader, VoxelType, write_nifti_label_map,
    write_nifti_volume,
};
use stages_ingest::Ingest;

use crate::support::{
    From, Ran, failure, labels, params, run, volume, write_image, write_labels, write_text,
};

const SHAPE: [usize; 3] = [6, 5, 3];

/// Two patients as in the release, with what the release has beside them.
fn acdc(folder: &Path) {
    acdc_as(folder, "nii.gz");
}

fn acdc_as(folder: &Path, ending: &str) {
    for (patient, frames, group) in [("patient001", [1, 12], "DCM"), ("patient090", [4, 11], "RV")]
    {
        let home = folder.join(patient);
        for frame in frames {
            let stem = format!("{patient}_frame{frame:02}");
            let seed = frame + patient.len() * frames[0];
            write_image(&home.join(format!("{stem}.{ending}")), &volume(SHAPE, seed));
            write_labels(&home.join(format!("{stem}_gt.{ending}")), &labels(SHAPE, &[0, 1, 2, 3]));
        }
        let text = format!(
            "ED: {}\nES: {}\nGroup: {group}\nHeight: 184.0\nNbFrame: 30\nWeight: 95.0\n",
            frames[0], frames[1]
        );
        write_text(&home.join("Info.cfg"), &text);
        write_text(&home.join(format!("{patient}_4d.nii.gz")), "not looked at");
        write_text(&home.join(format!("._{patient}_frame01.nii.gz")), "not looked at");
    }
    write_text(&folder.join("MANDATORY_CITATION.md"), "cite");
}

fn ingest(dir: &Path) -> Ran {
    run(dir, &From::DataRoot(dir), &params(r#"{"manifest": "acdc"}"#)).unwrap()
}

/// Breaks the dataset in `acdc/training` and returns the lines of the error.
fn broken(change: impl FnOnce(&Path)) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let training = dir.path().join("acdc/training");
    acdc(&training);
    change(&training);
    let error = failure(dir.path(), &params(r#"{"manifest": "acdc"}"#));
    assert!(error.message.starts_with("dataset `acdc` has "), "{error:?}");
    error.details
}

#[test]
fn one_row_per_phase_with_true_spacing() {
    let dir = tempfile::tempdir().unwrap();
    acdc(&dir.path().join("acdc/training"));
    let ran = ingest(dir.path());
    let ids: Vec<_> = ran.cases.rows.iter().map(|row| row.case_id.as_str()).collect();
    assert_eq!(
        ids,
        ["patient001_frame01", "patient001_frame12", "patient090_frame04", "patient090_frame11"]
    );
    let row = ran.row("patient090_frame04");
    assert_eq!((row.subject.as_str(), row.phase.as_deref()), ("patient090", Some("ED")));
    assert_eq!(row.group.as_deref(), Some("RV"));
    assert_eq!(ran.row("patient001_frame12").phase.as_deref(), Some("ES"));
    assert_eq!(row.shape, [6, 5, 3]);
    // The affine has unit scale; the truth is in pixdim.
    assert_eq!(row.spacing_mm, [1.5, 1.5, 10.0]);
    assert_eq!((row.image_dtype.as_str(), row.label_dtype.as_deref()), ("int16", Some("uint8")));
    assert_eq!(row.label_values, [0, 1, 2, 3]);
    assert_eq!(row.image, "patient090/patient090_frame04.nii.gz");
    let image = dir.path().join("acdc/training").join(&row.image);
    let digest = blake3::hash(&fs_err::read(image).unwrap()).to_hex().to_string();
    assert_eq!(row.image_digest, digest);
    let classes: Vec<_> = ran.cases.dataset.classes.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(classes, ["background", "RV", "Myo", "LV"]);

    // Nothing is copied: 8 volumes stay where they are.
    assert_eq!(ran.references.len(), 8);
    assert!(fs_err::read_dir(&ran.volumes).unwrap().next().is_none());
    let reference = ran.references.iter().find(|r| r.relative == row.image).unwrap();
    assert_eq!(reference.source, format!("data/{}", row.image));
    assert_eq!(reference.port, "volumes");
    // The manifest, 8 volumes and 2 attribute files are hashed; the 4-D file and the rest are not.
    assert_eq!(ran.sources.len(), 11);
    assert!(ran.sources.contains(&"manifest/acdc.yaml".to_owned()));
    assert!(ran.sources.contains(&"data/patient090/Info.cfg".to_owned()));
    assert!(ran.log[1].contains("found 4 cases of 2 subjects, the manifest expects 200 of 100"));
}

#[test]
fn output_is_pinned_to_the_version_wherever_the_dataset_lies() {
    let digests = ["acdc/training", "acdc", "ACDC/database/training"].map(|folder| {
        let dir = tempfile::tempdir().unwrap();
        // Uncompressed, so that the digest does not depend on a compressor.
        acdc_as(&dir.path().join(folder), "nii");
        ingest(dir.path()).digest
    });
    assert_eq!(digests[0], digests[1]);
    assert_eq!(digests[0], digests[2]);
    // Another digest means other results for old experiments: bump the version with it.
    assert_eq!(
        (Ingest.info().version, digests[0].as_str()),
        (2, "2d3231fc0a0c2576835e7024693fab022ac72c39ec10643dac05f152940cd25e")
    );
}

#[test]
fn a_dataset_that_another_node_made_is_linked() {
    let dir = tempfile::tempdir().unwrap();
    let made = dir.path().join("made");
    acdc(&made.join("training"));
    let ran = run(dir.path(), &From::Artifact(&made), &params(r#"{"manifest": "acdc"}"#)).unwrap();
    assert_eq!(ran.sources, ["manifest/acdc.yaml"]);
    assert!(ran.references.is_empty());
    assert_eq!(ran.cases.rows.len(), 4);
    for row in &ran.cases.rows {
        for path in [&row.image, row.label.as_ref().unwrap()] {
            let original = fs_err::read(made.join("training").join(path)).unwrap();
            assert_eq!(fs_err::read(ran.volumes.join(path)).unwrap(), original);
        }
    }
    assert!(!ran.volumes.join("patient001/Info.cfg").exists());
    // A made dataset is as large as it was asked to be: no warning about its size.
    assert_eq!(
        ran.log,
        ["info: dataset `acdc`: 4 cases of 2 subjects, 12 slices, 0 cases without label map"]
    );
    // The rows do not depend on where the files come from.
    let other = tempfile::tempdir().unwrap();
    acdc(&other.path().join("acdc"));
    assert_eq!(ran.digest, ingest(other.path()).digest);
}

#[test]
fn some_subjects_only() {
    let dir = tempfile::tempdir().unwrap();
    acdc(&dir.path().join("acdc/training"));
    let some = params(r#"{"manifest": "acdc", "subjects": ["patient090"]}"#);
    let ran = run(dir.path(), &From::DataRoot(dir.path()), &some).unwrap();
    assert_eq!(ran.cases.rows.len(), 2);
    assert_eq!(ran.sources.len(), 6);
    assert_eq!(ran.log.len(), 1, "{:?}", ran.log);
    let unknown = params(r#"{"manifest": "acdc", "subjects": ["patient090", "patient9"]}"#);
    let error = failure(dir.path(), &unknown);
    assert_eq!(
        error.details,
        ["subject `patient9` was asked for in `subjects`, but has no files; did you mean \
             `patient090`?"]
    );
}

#[test]
fn missing_partners_are_all_listed() {
    let lines = broken(|training| {
        let remove = |path: &str| fs_err::remove_file(training.join(path)).unwrap();
        remove("patient001/patient001_frame01_gt.nii.gz");
        remove("patient090/patient090_frame04.nii.gz");
    });
    assert_eq!(
        lines,
        [
            "case `patient001_frame01` has no label map beside \
             patient001/patient001_frame01.nii.gz; expected \
             patient001/patient001_frame01_gt.nii.gz",
            "case `patient090_frame04` has no image beside \
             patient090/patient090_frame04_gt.nii.gz; expected \
             patient090/patient090_frame04.nii.gz",
        ]
    );
}

#[test]
fn a_case_twice_is_refused() {
    let lines = broken(|training| {
        let image = training.join("patient001/patient001_frame01.nii");
        write_image(&image, &volume(SHAPE, 77));
    });
    assert_eq!(
        lines,
        ["case `patient001_frame01` is there more than once: \
             patient001/patient001_frame01.nii, patient001/patient001_frame01.nii.gz"]
    );
}

#[test]
fn the_same_image_under_two_names_is_refused() {
    let lines = broken(|training| {
        // Uncompressed, so that the files differ and only the voxels are the same.
        let home = training.join("patient001");
        let same = stages_imaging::read_volume(&home.join("patient001_frame12.nii.gz")).unwrap();
        fs_err::remove_file(home.join("patient001_frame01.nii.gz")).unwrap();
        write_image(&home.join("patient001_frame01.nii"), &same);
    });
    assert_eq!(
        lines,
        ["cases patient001_frame01, patient001_frame12 have the same image, voxel by voxel; if \
             the release truly has one person under two names, its manifest says so in \
             `same_person`"]
    );
}

#[test]
fn one_person_under_two_names_is_marked() {
    let dir = tempfile::tempdir().unwrap();
    let training = dir.path().join("acdc/training");
    // The pair that the manifest names.
    for patient in ["patient074", "patient076"] {
        let home = training.join(patient);
        for frame in [1, 12] {
            let stem = format!("{patient}_frame{frame:02}");
            write_image(&home.join(format!("{stem}.nii.gz")), &volume(SHAPE, frame));
            write_labels(&home.join(format!("{stem}_gt.nii.gz")), &labels(SHAPE, &[0, 1]));
        }
        write_text(&home.join("Info.cfg"), "ED: 1\nES: 12\nGroup: NOR\n");
    }
    let ran = ingest(dir.path());
    let marks: Vec<_> = ran.cases.rows.iter().map(|row| row.same_as.as_deref()).collect();
    assert_eq!(marks, [None, None, Some("patient074"), Some("patient074")]);
    assert_eq!(
        ran.log[0],
        "info: patient074 and patient076 are one person in this release and stay on one side of \
         every split"
    );
    // A copy under a third name, which the manifest does not name.
    let copy = training.join("patient101");
    write_text(&copy.join("Info.cfg"), "ED: 1\nES: 12\nGroup: NOR\n");
    for ending in ["frame01.nii.gz", "frame01_gt.nii.gz", "frame12.nii.gz"] {
        let from = training.join(format!("patient076/patient076_{ending}"));
        fs_err::copy(from, copy.join(format!("patient101_{ending}"))).unwrap();
    }
    let lines = failure(dir.path(), &params(r#"{"manifest": "acdc"}"#)).details;
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[0].starts_with("case `patient101_frame12` has no label map"), "{lines:?}");
    let same = "cases patient074_frame01, patient076_frame01, patient101_frame01 have the same";
    assert!(lines[1..].iter().any(|line| line.starts_with(same)), "{lines:?}");
}

#[test]
fn image_and_label_must_fit() {
    let lines = broken(|training| {
        let home = training.join("patient001");
        write_labels(&home.join("patient001_frame01_gt.nii.gz"), &labels([6, 5, 4], &[0, 1, 5, 9]));
        let mut other = labels(SHAPE, &[0, 1]);
        other.header = VolumeHeader { spacing_mm: [1.5, 1.6, 10.0], ..other.header };
        write_labels(&home.join("patient001_frame12_gt.nii.gz"), &other);
    });
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(
        lines[0],
        "case `patient001_frame01`: the image has 6 x 5 x 3 voxels, the label map 6 x 5 x 4"
    );
    assert_eq!(
        lines[1],
        "case `patient001_frame01`: the label map holds [5, 9]; the manifest's classes are \
         0 (background), 1 (RV), 2 (Myo), 3 (LV)"
    );
    assert!(lines[2].starts_with("case `patient001_frame12`: the image's voxels are 1.5 x 1.5"));
}

#[test]
fn an_image_and_a_label_map_that_lie_differently_are_a_warning() {
    let dir = tempfile::tempdir().unwrap();
    let training = dir.path().join("acdc/training");
    acdc(&training);
    let home = training.join("patient001");
    let turned = |orientation: Orientation| {
        let mut image = volume(SHAPE, 90);
        image.header.orientation = Some(orientation);
        image
    };
    let mut map = labels(SHAPE, &[0, 1]);
    map.header.orientation = Some(Orientation { origin_mm: [1.0, -2.5, 3.0], ..Orientation::LPS });
    let write = NiftiWrite { form: NiftiForm::Scanner };
    write_nifti_volume(&home.join("patient001_frame01.nii.gz"), &turned(Orientation::RAS), &write)
        .unwrap();
    write_nifti_label_map(&home.join("patient001_frame01_gt.nii.gz"), &map, &write).unwrap();
    let ran = ingest(dir.path());
    assert_eq!(
        ran.log[0],
        "warn: case `patient001_frame01`: the image lies RAS from (0.000, 0.000, 0.000) mm in the \
         patient, the label map LPS from (1.000, -2.500, 3.000) mm; voxels are taken to belong \
         together in their order"
    );
    assert_eq!(ran.row("patient001_frame01").orientation, Some(Orientation::RAS));
}

#[test]
fn damaged_files_are_named_with_what_is_wrong() {
    let lines = broken(|training| {
        let truncated = training.join("patient001/patient001_frame01.nii.gz");
        let bytes = fs_err::read(&truncated).unwrap();
        fs_err::write(&truncated, &bytes[..bytes.len() / 2]).unwrap();
        let corrupt = training.join("patient090/patient090_frame11_gt.nii.gz");
        let mut bytes = fs_err::read(&corrupt).unwrap();
        let middle = bytes.len() - 6;
        bytes[middle] ^= 0xff;
        fs_err::write(&corrupt, bytes).unwrap();
    });
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("case `patient001_frame01`: "), "{lines:?}");
    assert!(lines[0].contains("patient001_frame01.nii.gz"), "{lines:?}");
    assert!(lines[1].contains("patient090_frame11_gt.nii.gz"), "{lines:?}");
}

#[test]
fn phases_and_frames_must_agree() {
    let lines = broken(|training| {
        let text = "ED: 1\nES: 13\nGroup: DCM\n";
        write_text(&training.join("patient001/Info.cfg"), text);
        write_text(&training.join("patient090/Info.cfg"), "ED: four\nES: 11\n");
    });
    assert_eq!(
        lines,
        [
            "case `patient001_frame12` is in no phase: patient001/Info.cfg says ED is frame 1, \
             ES is frame 13",
            "case `patient090_frame04` is in no phase: patient090/Info.cfg says ED is frame four, \
             ES is frame 11",
            "patient090/Info.cfg: `Group` is missing; accepted: any text",
            "patient090/Info.cfg: `ED` is `four`; accepted: a whole number",
            "patient001/Info.cfg says that ES is frame 13, but no such case is there",
        ]
    );
}

#[test]
fn attribute_files_must_be_there() {
    let lines = broken(|training| {
        fs_err::remove_file(training.join("patient001/Info.cfg")).unwrap();
    });
    assert_eq!(lines.len(), 2);
    assert!(lines[0].contains("case `patient001_frame01` has no attributes"), "{lines:?}");
}

#[test]
fn empty_annotations_are_a_warning() {
    let dir = tempfile::tempdir().unwrap();
    let training = dir.path().join("acdc/training");
    acdc(&training);
    let path = training.join("patient001/patient001_frame01_gt.nii.gz");
    write_labels(&path, &labels(SHAPE, &[0]));
    let ran = ingest(dir.path());
    assert_eq!(ran.row("patient001_frame01").label_values, [0]);
    assert_eq!(
        ran.log[2],
        "warn: the label maps of 1 cases hold only background: patient001_frame01"
    );
}

#[test]
fn an_empty_folder_says_what_was_looked_for() {
    let dir = tempfile::tempdir().unwrap();
    write_text(&dir.path().join("acdc/training/readme.txt"), "nothing here");
    let error = failure(dir.path(), &params(r#"{"manifest": "acdc"}"#));
    assert!(error.message.ends_with("holds no case of dataset `acdc`"), "{error:?}");
    assert_eq!(
        error.details,
        [
            "no image matches {subject}/{subject}_frame{frame:digits}.nii[.gz]",
            "no label map matches {subject}/{subject}_frame{frame:digits}_gt.nii[.gz]",
            "looked at 1 files",
        ]
    );
    assert!(error.help.unwrap().contains("humanheart-project"));
}

#[test]
fn voxel_types_are_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let training = dir.path().join("acdc/training");
    acdc(&training);
    let mut float = volume(SHAPE, 5);
    float.header.voxel_type = VoxelType::F32;
    write_image(&training.join("patient001/patient001_frame01.nii.gz"), &float);
    assert_eq!(ingest(dir.path()).row("patient001_frame01").image_dtype, "float32");
}
