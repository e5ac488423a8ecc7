//! Files that hold several volumes or other values than the classes: the cases table says how to
//! read them.

use stages_tables::Reading;

use crate::support::{Scan, params, run};

const FIRST: Scan = Scan {
    case: "first",
    shape: [3, 2, 2],
    spacing_mm: [2.0, 2.0, 5.0],
    voxel: |_, _, _| 9.0,
    label: Some(|x, _, _| [0, 1, 2][x]),
};

const PARAMS: &str = r#"{"intensity": {"window": {"low": 0, "high": 15}},
    "geometry": {"resample": {"spacing_mm": 2.0, "canvas": 8}}}"#;

#[test]
fn the_volume_and_the_classes_are_those_of_the_row() {
    let dir = tempfile::tempdir().unwrap();
    let volumes = dir.path().join("volumes");
    fs_err::create_dir_all(&volumes).unwrap();
    let second = Scan { case: "second", voxel: |x, y, z| (x + 3 * y + 6 * z) as f32, ..FIRST };
    let plain = [FIRST.write(&volumes), second.write(&volumes)];
    // Both in one file: the header, `dim[0]` and `dim[4]` changed, then the voxels of each.
    let mut bytes = fs_err::read(volumes.join("first.nii")).unwrap();
    bytes.extend_from_slice(&fs_err::read(volumes.join("second.nii")).unwrap()[352..]);
    bytes[40] = 4;
    bytes[48] = 2;
    fs_err::write(volumes.join("both.nii"), bytes).unwrap();

    let mut row = plain[1].clone();
    row.image = "both.nii".to_owned();
    let error = run(dir.path(), vec![row.clone()], &params(PARAMS), 1).err().unwrap();
    assert!(format!("{error:?}").contains("holds 2 volumes"), "{error:?}");
    row.reading = Reading {
        image_frame: Some(1),
        remap: Some([(0, 0), (1, 2), (2, 1)].into()),
        ..Reading::default()
    };
    let chosen = run(dir.path(), vec![row], &params(PARAMS), 1).unwrap().reader;
    // Another number of CPUs writes into another folder.
    let alone = run(dir.path(), vec![plain[1].clone()], &params(PARAMS), 2).unwrap().reader;
    for slice in 0..2 {
        assert_eq!(chosen.image(slice), alone.image(slice));
        let swapped: Vec<u8> =
            alone.label(slice).iter().map(|class| [0, 2, 1][usize::from(*class)]).collect();
        assert_eq!(chosen.label(slice), swapped);
        assert!(swapped.contains(&1) && swapped.contains(&2));
    }
}
