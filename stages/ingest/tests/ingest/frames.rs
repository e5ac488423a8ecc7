//! The layout of M&Ms: frames in time in one file, a table of subjects, classes in another order.

use std::path::Path;

use crate::support::{
    From, Ran, failure, labels, params, run, volume, write_4d, write_4d_labels, write_text,
};

const SHAPE: [usize; 3] = [6, 5, 2];
const TABLE: &str = "211230_M&Ms_Dataset_information_diagnosis_opendataset.csv";

/// A subject of four frames, annotated in two of them.
fn subject(folder: &Path, name: &str, [ed, es]: [usize; 2]) {
    let seed = usize::from(name.as_bytes()[0]) * 10;
    let images: Vec<_> = (0..4).map(|frame| volume(SHAPE, seed + frame)).collect();
    write_4d(&folder.join(name).join(format!("{name}_sa.nii")), &images);
    let map = |frame| {
        // LV, Myo, RV as the release counts them; at end-systole there is no RV.
        let values: &[u8] = match frame {
            _ if frame == ed => &[0, 1, 2, 3],
            _ if frame == es => &[0, 1, 2],
            _ => &[0],
        };
        labels(SHAPE, values)
    };
    let maps: Vec<_> = (0..4).map(map).collect();
    write_4d_labels(&folder.join(name).join(format!("{name}_sa_gt.nii")), &maps);
}

fn mnms(root: &Path) {
    subject(&root.join("Training/Labeled"), "A0S9V9", [0, 2]);
    subject(&root.join("Validation"), "B1X2Y3", [3, 1]);
    subject(&root.join("Testing"), "D4A5B6", [1, 3]);
    write_text(&root.join("Training/Unlabeled/C1/C1_sa.nii"), "not looked at");
    let table = ",External code,VendorName,Vendor,Centre,ED,ES,Age\r\n\
        0,A0S9V9,Siemens,A,6,0,2,61\r\n\
        1,B1X2Y3,Philips,B,2,3,1,\r\n\
        2,D4A5B6,\"Canon, \"\"new\"\"\",D,5,1,3,44\r\n\
        3,C1,GE,C,4,,,50\r\n";
    write_text(&root.join(TABLE), table);
}

fn ingest(dir: &Path, text: &str) -> Ran {
    run(dir, &From::DataRoot(dir), &params(text)).unwrap()
}

/// Breaks the dataset and returns the lines of the error.
fn broken(change: impl FnOnce(&Path)) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("MnM");
    mnms(&root);
    change(&root);
    failure(dir.path(), &params(r#"{"manifest": "mnms"}"#)).details
}

/// Replaces a text in the table of subjects.
fn table(root: &Path, from: &str, to: &str) {
    let text = fs_err::read_to_string(root.join(TABLE)).unwrap();
    assert!(text.contains(from));
    write_text(&root.join(TABLE), &text.replace(from, to));
}

#[test]
fn every_annotated_frame_is_a_case() {
    let dir = tempfile::tempdir().unwrap();
    mnms(&dir.path().join("MnM"));
    let ran = ingest(dir.path(), r#"{"manifest": "mnms"}"#);
    let ids: Vec<_> = ran.cases.rows.iter().map(|row| row.case_id.as_str()).collect();
    assert_eq!(ids, ["A0S9V9_ED", "A0S9V9_ES", "B1X2Y3_ED", "B1X2Y3_ES", "D4A5B6_ED", "D4A5B6_ES"]);
    let row = ran.row("B1X2Y3_ED");
    assert_eq!((row.subject.as_str(), row.phase.as_deref()), ("B1X2Y3", Some("ED")));
    assert_eq!((row.split.as_deref(), row.group.as_deref()), (Some("validation"), Some("B")));
    assert_eq!((row.reading.image_frame, row.reading.label_frame), (Some(3), Some(3)));
    assert_eq!(row.attributes, [("Centre", "2"), ("Vendor", "B")].map(owned).into());
    assert_eq!(row.image, "validation/B1X2Y3/B1X2Y3_sa.nii");
    // File value 3 is class 1, 2 is 2, 1 is 3.
    assert_eq!(row.label_values, [0, 1, 2, 3]);
    assert_eq!(ran.row("B1X2Y3_ES").label_values, [0, 2, 3]);
    let file = dir.path().join("MnM/Validation/B1X2Y3/B1X2Y3_sa_gt.nii");
    let map = stages_imaging::read_label_map_with(&file, &row.reading.label_options()).unwrap();
    assert_eq!(map.labels[..4], [0, 3, 2, 1]);
    // The frame's own voxels, not those of the first frame.
    let values = volume(SHAPE, usize::from(b'B') * 10 + 3).voxels;
    let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len() as f64;
    assert!((row.intensity.unwrap().mean - mean).abs() < 1e-9);
    // Two files per subject, the table and the manifest; the unlabelled subject is not read.
    assert_eq!(ran.sources.len(), 8, "{:?}", ran.sources);
    assert_eq!(ran.references.len(), 6);
    assert!(ran.log[1].contains("the split `testing` of dataset `mnms` is not the complete one"));
}

fn owned((key, value): (&str, &str)) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

#[test]
fn one_split_is_read_alone() {
    let dir = tempfile::tempdir().unwrap();
    mnms(&dir.path().join("OpenDataset"));
    let ran = ingest(dir.path(), r#"{"manifest": "mnms", "splits": ["testing"]}"#);
    assert_eq!(ran.cases.rows.len(), 2);
    assert!(ran.cases.rows.iter().all(|row| row.split.as_deref() == Some("testing")));
    assert_eq!(ran.sources.len(), 4, "{:?}", ran.sources);
    assert_eq!(ran.log.len(), 2, "{:?}", ran.log);
}

#[test]
fn the_table_must_have_every_subject_and_every_frame() {
    let lines = broken(|root| table(root, "1,B1X2Y3,", "1,B1X2Z3,"));
    assert_eq!(
        lines,
        ["case `B1X2Y3_*` has no attributes; expected a row of {date:digits}_M&Ms{rest}.csv \
          with the `External code` `B1X2Y3`; did you mean `B1X2Z3`?"]
    );
    let lines = broken(|root| {
        table(root, "A,6,0,2,", "A,6,0,two,");
        table(root, "B,2,3,1,", "B,2,,3,");
        table(root, "D,5,1,3,", "D,5,1,4,");
    });
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert_eq!(lines[0], format!("{TABLE}, row `A0S9V9`: `ES` is `two`; accepted: a whole number"));
    assert_eq!(
        lines[1],
        format!(
            "{TABLE}, row `B1X2Y3`: `ED` is missing (did you mean `ES`?); accepted: a whole number"
        )
    );
    // Both the image and the label map have only four frames.
    assert!(
        lines[2].contains("D4A5B6_sa.nii: holds 4 volumes, frame 4 was asked for"),
        "{lines:?}"
    );
    let lines = broken(|root| table(root, "3,C1,", "3,A0S9V9,"));
    assert_eq!(
        lines,
        [format!("{TABLE}: line 5 is a second row with the `External code` `A0S9V9`")]
    );
    let lines = broken(|root| fs_err::remove_file(root.join(TABLE)).unwrap());
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("case `A0S9V9_*` has no attributes"), "{lines:?}");
}

#[test]
fn a_label_map_is_needed_for_all_frames_at_once() {
    let lines = broken(|root| {
        let folder = root.join("Testing/D4A5B6");
        fs_err::remove_file(folder.join("D4A5B6_sa_gt.nii")).unwrap();
    });
    assert_eq!(
        lines,
        ["case `D4A5B6_*` has no label map beside testing/D4A5B6/D4A5B6_sa.nii; expected \
          testing/D4A5B6/D4A5B6_sa_gt.nii.gz"]
    );
}

#[test]
fn two_frames_with_one_image_are_refused() {
    let lines = broken(|root| {
        let image = root.join("Testing/D4A5B6/D4A5B6_sa.nii");
        write_4d(&image, &[volume(SHAPE, 1), volume(SHAPE, 2), volume(SHAPE, 3), volume(SHAPE, 2)]);
    });
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("cases D4A5B6_ED, D4A5B6_ES have the same image"), "{lines:?}");
}

#[test]
fn channels_of_frames_cannot_be_chosen() {
    let dir = tempfile::tempdir().unwrap();
    mnms(&dir.path().join("MnM"));
    let error = failure(dir.path(), &params(r#"{"manifest": "mnms", "channel": {"index": 1}}"#));
    assert_eq!(
        error.details,
        ["the channel was chosen by the parameter `channel`, but `mnms` reads the volumes of its \
          4-D images as frames in time"]
    );
}
