//! The stage as the engine runs it.

use pipeline_engine::stage::Stage;
use stages_extract::Extract;

use crate::support::{Scan, params, run};

const SMALL: Scan = Scan {
    case: "a",
    shape: [3, 2, 2],
    spacing_mm: [2.0, 2.0, 5.0],
    // 0 to 11 in storage order.
    voxel: |x, y, z| (x + 3 * y + 6 * z) as f32,
    label: Some(|x, y, z| if (x, y, z) == (1, 1, 1) { 2 } else { 0 }),
};

const NO_RESAMPLING: &str = r#"{"intensity": {"window": {"low": 0, "high": 15}},
    "geometry": {"resample": {"spacing_mm": 2.0, "canvas": 8}}}"#;

fn volumes(dir: &tempfile::TempDir) -> std::path::PathBuf {
    let volumes = dir.path().join("volumes");
    fs_err::create_dir_all(&volumes).unwrap();
    volumes
}

/// The 3 x 2 part of an 8 x 8 canvas that a plane of [`SMALL`] covers, row by row.
fn centre(canvas: &[u8]) -> Vec<u8> {
    let inside = |i: &usize| (2..5).contains(&(i % 8)) && (3..5).contains(&(i / 8));
    assert!((0..64).filter(|i| !inside(i)).all(|i| canvas[i] == 0), "padding is 0");
    (0..64).filter(inside).map(|i| canvas[i]).collect()
}

#[test]
fn planes_are_centred_and_scaled() {
    let dir = tempfile::tempdir().unwrap();
    let rows = vec![SMALL.write(&volumes(&dir))];
    let ran = run(dir.path(), rows, &params(NO_RESAMPLING), 1).unwrap();
    let slices = ran.reader.slices();
    assert_eq!(slices.len(), 2);
    assert_eq!((slices[1].slice, slices[1].labelled, slices[1].foreground), (1, true, true));
    assert!(!slices[0].foreground);
    assert_eq!(slices[0].subject, "subject of a");
    // offset x = floor((8 - 3) / 2) = 2, y = (8 - 2) / 2 = 3.
    assert_eq!(slices[0].geometry.offset, [2, 3]);
    assert_eq!(slices[0].geometry.native, [3, 2]);
    // One unit of the window 0..15 is 255 / 15 = 17.
    assert_eq!(centre(ran.reader.image(0)), [0, 17, 34, 51, 68, 85]);
    assert_eq!(centre(ran.reader.image(1)), [102, 119, 136, 153, 170, 187]);
    assert_eq!(centre(ran.reader.label(0)), [0; 6]);
    assert_eq!(centre(ran.reader.label(1)), [0, 0, 0, 0, 2, 0]);
    assert_eq!(ran.log, ["info: 2 slices of 1 scans, 2 annotated, 1 with foreground"]);
}

#[test]
fn resampling_interpolates_images_and_picks_labels() {
    let dir = tempfile::tempdir().unwrap();
    let rows = vec![SMALL.write(&volumes(&dir))];
    let text = NO_RESAMPLING.replace("2.0", "1.0");
    let ran = run(dir.path(), rows, &params(&text), 1).unwrap();
    assert_eq!(ran.reader.slices()[0].geometry.resampled, [6, 4]);
    assert_eq!(ran.reader.slices()[0].geometry.offset, [1, 2]);
    // First row of slice 0, edges: native x = -0.25, 0.25, ... clamped: 0, .25, .75, 1.25, 1.75, 2;
    // times 17: 0, 4.25, 12.75, 21.25, 29.75, 34.
    assert_eq!(ran.reader.image(0)[2 * 8..3 * 8], [0, 0, 4, 13, 21, 30, 34, 0]);
    // Native pixel (1, 1) covers the resampled pixels 2..4 along x and 2..4 along y.
    let label = ran.reader.label(1);
    let foreground: Vec<usize> = (0..64).filter(|i| label[*i] == 2).collect();
    assert_eq!(foreground, [4 * 8 + 3, 4 * 8 + 4, 5 * 8 + 3, 5 * 8 + 4]);
}

#[test]
fn empty_slices_can_be_dropped_but_not_those_without_annotation() {
    let dir = tempfile::tempdir().unwrap();
    let unlabelled = Scan { case: "b", label: None, ..SMALL };
    let empty = Scan { case: "c", label: Some(|_, _, _| 0), ..SMALL };
    let rows: Vec<_> =
        [SMALL, unlabelled, empty].iter().map(|scan| scan.write(&volumes(&dir))).collect();
    let mut dropping = params(NO_RESAMPLING);
    dropping.keep_empty_slices = false;
    let ran = run(dir.path(), rows.clone(), &dropping, 2).unwrap();
    let kept: Vec<_> =
        ran.reader.slices().iter().map(|s| (s.case_id.as_str(), s.slice, s.labelled)).collect();
    assert_eq!(kept, [("a", 1, true), ("b", 0, false), ("b", 1, false)]);
    let ran = run(dir.path(), rows, &params(NO_RESAMPLING), 2).unwrap();
    assert_eq!(ran.reader.slices().len(), 6);
}

#[test]
fn cropped_foreground_and_flat_volumes_are_reported() {
    let dir = tempfile::tempdir().unwrap();
    // Twelve columns on a canvas of 8: columns 0, 1, 10, 11 are cut off. Columns 1 and 2 hold the
    // organ: half of it is lost.
    let wide = Scan {
        case: "wide",
        shape: [12, 2, 1],
        spacing_mm: [1.0; 3],
        voxel: |_, _, _| 7.0,
        label: Some(|x, _, _| u8::from(x == 1 || x == 2)),
    };
    let rows = vec![wide.write(&volumes(&dir))];
    let text = r#"{"intensity": {"min_max": {}}, "geometry": {"resample": {"canvas": 8}}}"#;
    let ran = run(dir.path(), rows, &params(text), 1).unwrap();
    assert_eq!(ran.reader.slices()[0].geometry.offset, [-2, 3]);
    assert!(ran.log[1].starts_with("warn: the canvas cuts off annotated foreground of 1 scans"));
    assert!(ran.log[1].contains("wide (50.0 %)"), "{:?}", ran.log);
    assert!(ran.log[2].contains("1 scans have no contrast"), "{:?}", ran.log);
    assert!(ran.reader.image(0).iter().all(|value| *value == 0));
}

#[test]
fn a_volume_that_is_not_the_one_in_the_table_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut row = SMALL.write(&volumes(&dir));
    row.shape = [3, 2, 9];
    let error = run(dir.path(), vec![row.clone()], &params(NO_RESAMPLING), 1).err().unwrap();
    assert_eq!(
        error.message,
        "scan `a`: image has 3 x 2 x 2 voxels, the cases table says 3 x 2 x 9"
    );
    row.image = "missing.nii".to_owned();
    let error = run(dir.path(), vec![row], &params(NO_RESAMPLING), 1).err().unwrap();
    assert_eq!(error.message, "cannot read scan `a`");
    assert!(error.details.iter().any(|line| line.contains("missing.nii")), "{error:?}");
    let error = run(dir.path(), vec![], &params(NO_RESAMPLING), 1).err().unwrap();
    assert!(error.message.contains("no scans"));
}

/// Names in order, for scans that differ only in name.
const MANY: [&str; 11] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"];

/// Small scans of uneven sizes, written below `dir`.
fn many(dir: &tempfile::TempDir) -> Vec<stages_tables::CaseRow> {
    let scans = MANY.iter().enumerate().map(|(i, case)| Scan {
        case,
        shape: [9 + i % 3, 7, 3],
        spacing_mm: [1.5625, 1.25, 10.0],
        voxel: |x, y, z| ((x * 37 + y * 101 + z * 53) % 211) as f32 - 60.0,
        label: Some(|x, y, z| ((x + y + z) / 4 % 3) as u8),
    });
    scans.map(|scan| scan.write(&volumes(dir))).collect()
}

#[test]
fn output_is_pinned_to_the_version_and_independent_of_threads() {
    let dir = tempfile::tempdir().unwrap();
    let rows = many(&dir);
    let params = params(r#"{"geometry": {"resample": {"canvas": 16}}}"#);
    let one = run(dir.path(), rows.clone(), &params, 1).unwrap();
    let many = run(dir.path(), rows, &params, 3).unwrap();
    assert_eq!(one.digest, many.digest);
    assert_eq!(many.progress.len(), 11);
    assert!(many.progress.contains(&(11, 11)));
    // Another digest means other results for old experiments: bump the version with it.
    assert_eq!(
        (Extract.info().version, one.digest.as_str()),
        (2, "2a320cc8454fbb02b836b6994d56db86be6b064cb37818e793485d2fab38d4e5")
    );
}

#[test]
fn every_way_of_interpolating_is_pinned_too() {
    let dir = tempfile::tempdir().unwrap();
    let rows = many(&dir);
    let pinned = [
        (r#"{"image": "nearest", "label": "nearest"}"#, "corners", "644f5051343177a6"),
        (r#"{"image": "linear_antialiased", "label": "one_hot"}"#, "edges", "e43b1ec32f61b7a9"),
        (r#"{"image": "cubic", "label": "one_hot"}"#, "corners", "c6042b08a333091d"),
        (
            r#"{"image": "cubic_convolution", "label": "nearest"}"#,
            "first_centre",
            "64bbb136211853de",
        ),
    ];
    for (interpolation, convention, digest) in pinned {
        let params = params(&format!(
            r#"{{"intensity": {{"z_score": {{"deviations": 2}}}},
                "geometry": {{"resize": {{"size": 8, "width": 12, "convention": "{convention}"}}}},
                "interpolation": {interpolation}}}"#
        ));
        let ran = run(dir.path(), rows.clone(), &params, 2).unwrap();
        assert_eq!((ran.reader.info().height, ran.reader.info().width), (8, 12));
        let found = (Extract.info().version, &ran.digest[..16]);
        assert_eq!(found, (2, digest), "{interpolation}");
    }
}
