//! Where the voxels lie in the patient, by every way a file can say so.

use super::nifti::Nifti;
use super::{OneFile, data_root};
use crate::{
    Disk, ImageReader, LabelMap, MetaImageWrite, NiftiWrite, Oddity, Orientation, Volume,
    VolumeHeader, VoxelType, inspect, read_header, read_nifti_space, read_volume,
    write_metaimage_volume, write_nifti_label_map_in, write_nifti_volume,
};

/// The orientation and the oddities of the example file with some header fields changed.
fn placed(fields: &[(usize, &[u8])]) -> (Option<Orientation>, Vec<Oddity>) {
    let mut file = Nifti::new();
    for (offset, bytes) in fields {
        file.put(*offset, bytes);
    }
    let file = OneFile::new("x.nii", &file.bytes());
    let report = inspect(&file.path).unwrap();
    (report.header.orientation, report.oddities)
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

const QFORM: (usize, &[u8]) = (252, &[1, 0]);
const SFORM: (usize, &[u8]) = (254, &[2, 0]);

#[test]
fn no_transform_is_no_orientation() {
    assert_eq!(placed(&[]), (None, vec![]));
}

#[test]
fn the_qform_turns_by_its_quaternion() {
    // A quarter turn about z: d = sin 45 degrees. x becomes y, y becomes -x.
    let half = 0.5f32.sqrt();
    let turn = floats(&[0.0, 0.0, half, 5.0, 6.0, 7.0]);
    let (found, odd) = placed(&[QFORM, (256, &turn)]);
    let expected = Orientation {
        direction: [[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]],
        origin_mm: [5.0, 6.0, 7.0],
    };
    assert!(found.unwrap().difference(&expected) < 1e-6);
    assert_eq!(found.unwrap().codes(), ['A', 'L', 'S']);
    assert_eq!(odd, []);
    // A negative pixdim[0] turns the third axis round.
    let (found, _) = placed(&[QFORM, (256, &turn), (76, &floats(&[-1.0]))]);
    assert_eq!(found.unwrap().codes(), ['A', 'L', 'I']);
    // Longer than 1 by rounding is a half turn, longer than that is not a rotation.
    let (found, _) = placed(&[QFORM, (256, &floats(&[0.0, 0.0, 1.000_01]))]);
    assert_eq!(found.unwrap().direction, Orientation::LPS.direction);
    let (found, odd) = placed(&[QFORM, (256, &floats(&[0.0, 0.0, 1.5]))]);
    assert_eq!((found, odd), (None, vec![Oddity::UnusableTransform { field: "qform" }]));
}

#[test]
fn the_sform_of_acdc_gives_the_directions() {
    let rows = floats(&[-1.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    let (found, odd) = placed(&[SFORM, (280, &rows)]);
    assert_eq!(found, Some(Orientation::LPS));
    let [sform_mm, spacing_mm] = [[1.0; 3], [1.5, 2.0, 10.0]];
    assert_eq!(odd, [Oddity::SformScale { sform_mm, spacing_mm }]);
    let Some(root) = data_root() else { return };
    let path = root.join("acdc/training/patient001/patient001_frame01.nii.gz");
    let report = inspect(&path).unwrap();
    assert_eq!(report.header.orientation, Some(Orientation::LPS));
    assert!(matches!(report.oddities[..], [Oddity::SformScale { .. }]), "{:?}", report.oddities);
}

#[test]
fn sheared_and_unusable_sforms_are_reported() {
    // y leans towards x by 0.3 of 1.25: the cosine is 0.3 / sqrt(0.3^2 + 1.25^2) = 0.23338.
    let rows = |lean: f32| [1.5, lean, 0.0, 4.0, 0.0, 1.25, 0.0, 5.0, 0.0, 0.0, 8.0, 6.0];
    let (found, odd) = placed(&[SFORM, (280, &floats(&rows(0.3)))]);
    let found = found.unwrap();
    assert_eq!(found.origin_mm, [4.0, 5.0, 6.0]);
    assert!((found.shear() - 0.233_38).abs() < 1e-5);
    assert!(matches!(odd[..], [Oddity::SformScale { .. }, Oddity::Shear { .. }]), "{odd:?}");
    for bad in [f32::NAN, f32::INFINITY] {
        let (found, odd) = placed(&[SFORM, (280, &floats(&rows(bad)))]);
        assert_eq!((found, odd), (None, vec![Oddity::UnusableTransform { field: "sform" }]));
        // With a qform beside it, that one counts.
        let (found, _) = placed(&[QFORM, SFORM, (280, &floats(&rows(bad)))]);
        assert_eq!(found, Some(Orientation::RAS));
    }
    // Two axes along the same line are no grid.
    let flat = [1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0];
    assert_eq!(placed(&[SFORM, (280, &floats(&flat))]).0, None);
}

#[test]
fn lengths_in_metres_and_microns_move_the_origin_too() {
    let rows = [2.0, 0.0, 0.0, 4.0, 0.0, 2.0, 0.0, 5.0, 0.0, 0.0, 2.0, 6.0];
    for (unit, origin_mm) in [(1, [4000.0, 5000.0, 6000.0]), (3, [0.004, 0.005, 0.006])] {
        let (found, odd) = placed(&[SFORM, (280, &floats(&rows)), (123, &[unit])]);
        let expected = Orientation { origin_mm, ..Orientation::RAS };
        assert!(found.unwrap().difference(&expected) < 1e-12);
        assert!(matches!(odd[0], Oddity::Unit { .. }));
    }
    assert_eq!(placed(&[(123, &[5])]).1, [Oddity::UnknownUnit { code: 5 }]);
}

#[test]
fn metaimage_axes_are_mirrored() {
    let place = |lines: &str| {
        let header = format!(
            "NDims = 3\nDimSize = 1 1 1\nElementSpacing = 1 1 1\n{lines}ElementType = MET_UCHAR\n\
             ElementDataFile = LOCAL\n\0"
        );
        let file = OneFile::new("x.mha", header.as_bytes());
        let report = inspect(&file.path).unwrap();
        (report.header.orientation, report.oddities)
    };
    assert_eq!(place(""), (None, vec![]));
    // Rows are axes in LPS+: x grows to the front, y to the left, z upwards.
    let (found, odd) = place("TransformMatrix = 0 -1 0 1 0 0 0 0 1\nOffset = 1 2 3\n");
    let expected = Orientation {
        direction: [[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]],
        origin_mm: [-1.0, -2.0, 3.0],
    };
    assert_eq!((found, odd), (Some(expected), vec![]));
    assert_eq!(place("Position = 1 2 3\n").0.unwrap().origin_mm, [-1.0, -2.0, 3.0]);
    assert_eq!(place("Orientation = 1 0 0 0 1 0 0 0 1\n").0, Some(Orientation::LPS));
    for (line, field) in [
        ("TransformMatrix = 1 0 0 1 0 0 0 0 1\n", "TransformMatrix"),
        ("TransformMatrix = 1 0 0\n", "TransformMatrix"),
        ("Offset = 1 nan 3\n", "Offset"),
    ] {
        assert_eq!(place(line), (None, vec![Oddity::UnusableTransform { field }]), "{line}");
    }
}

#[test]
fn a_real_volume_keeps_its_place_when_written_again() {
    let Some(root) = data_root() else { return };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("again.nii");
    for name in [
        "acdc/training/patient001/patient001_frame01.nii.gz",
        "Task04_Hippocampus/imagesTr/hippocampus_001.nii.gz",
        "Task09_Spleen-layout/imagesTr/spleen_2.nii.gz",
    ] {
        let volume = read_volume(&root.join(name)).unwrap();
        write_nifti_volume(&path, &volume, &NiftiWrite::default()).unwrap();
        let (again, odd) =
            ImageReader::new(&Disk).volume(&path, &crate::ReadOptions::default()).unwrap();
        assert_eq!(odd, [], "{name}");
        let (a, b) = (again.header.orientation.unwrap(), volume.header.orientation.unwrap());
        assert!(a.difference(&b) < 1e-6, "{name}: {a:?} {b:?}");
        assert_eq!(again.header.spacing_mm, read_header(&root.join(name)).unwrap().spacing_mm);
    }
}

/// The bytes of a header that place a file: `pixdim[0..4]`, units, qform and sform.
fn placing(file: &[u8]) -> Vec<u8> {
    [&file[76..92], &file[123..124], &file[252..328]].concat()
}

#[test]
fn a_label_map_in_the_space_of_a_file_has_its_header_bit_by_bit() {
    let rows = floats(&[-1.0, 0.0, 0.1, 3.3, 0.0, -1.0, 0.0, -4.4, 0.0, 0.2, 1.0, 5.5]);
    let odd: [&[(usize, &[u8])]; 4] = [
        &[],
        // As ACDC: a sform of unit scale, no units.
        &[SFORM, (280, &rows), (123, &[0])],
        // A qform with its third axis turned round, in metres, beside another sform.
        &[
            QFORM,
            SFORM,
            (256, &floats(&[0.1, 0.2, 0.3, 5.0, 6.0, 7.0])),
            (280, &rows),
            (76, &floats(&[-1.0])),
            (123, &[1]),
        ],
        // A negative voxel size.
        &[QFORM, (80, &floats(&[-1.25]))],
    ];
    for fields in odd {
        let mut file = Nifti::new();
        for (offset, bytes) in fields {
            file.put(*offset, bytes);
        }
        let file = OneFile::new("x.nii", &file.bytes());
        let header = VolumeHeader { voxel_type: VoxelType::U8, ..read_header(&file.path).unwrap() };
        let labels = (0..header.voxel_count()).map(|i| (i % 4) as u8).collect();
        let written = file.path.with_file_name("labels.nii");
        let space = read_nifti_space(&file.path).unwrap();
        write_nifti_label_map_in(&written, &LabelMap { header, labels }, &space).unwrap();
        let [before, after] = [&file.path, &written].map(|path| fs_err::read(path).unwrap());
        assert_eq!(placing(&after), placing(&before), "{fields:?}");
        let [before, after] = [&file.path, &written].map(|path| read_header(path).unwrap());
        assert_eq!((before.shape, before.orientation), (after.shape, after.orientation));
    }
}

#[test]
fn a_label_map_in_the_space_of_a_metaimage_lies_where_it_lies() {
    let orientation = Orientation {
        direction: [[0.6, 0.8, 0.0], [-0.8, 0.6, 0.0], [0.0, 0.0, -1.0]],
        origin_mm: [-12.5, 30.0, 7.25],
    };
    let header = VolumeHeader {
        shape: [3, 2, 2],
        spacing_mm: [0.5, 0.75, 8.0],
        voxel_type: VoxelType::I16,
        orientation: Some(orientation),
    };
    let dir = tempfile::tempdir().unwrap();
    let image = dir.path().join("x.mha");
    let volume = Volume { header, voxels: vec![1.0; 12] };
    write_metaimage_volume(&image, &volume, &MetaImageWrite::default()).unwrap();
    let space = read_nifti_space(&image).unwrap();
    let header = VolumeHeader { voxel_type: VoxelType::U8, ..header };
    let written = dir.path().join("labels.nii.gz");
    write_nifti_label_map_in(&written, &LabelMap { header, labels: vec![2; 12] }, &space).unwrap();
    let found = read_header(&written).unwrap();
    assert_eq!((found.shape, found.spacing_mm), (header.shape, header.spacing_mm));
    assert!(found.orientation.unwrap().difference(&orientation) < 1e-6);
}
