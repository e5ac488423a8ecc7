//! What the writers write, the readers read; and the bytes depend on the volume only.

use proptest::prelude::*;
use tempfile::tempdir;

use crate::{
    ByteOrder, ImagingError, LabelMap, MetaImageWrite, NiftiForm, NiftiWrite, Orientation, Volume,
    VolumeHeader, VoxelType, read_label_map, read_volume, write_metaimage_label_map,
    write_metaimage_volume, write_nifti_label_map, write_nifti_volume,
};

fn ramp(shape: [usize; 3], voxel_type: VoxelType) -> Volume {
    let header =
        VolumeHeader { shape, spacing_mm: [1.5, 0.75, 8.0], voxel_type, orientation: None };
    let voxels = (0..header.voxel_count()).map(|i| (i % 120) as f32).collect();
    Volume { header, voxels }
}

const TYPES: [VoxelType; 10] = [
    VoxelType::U8,
    VoxelType::I8,
    VoxelType::U16,
    VoxelType::I16,
    VoxelType::U32,
    VoxelType::I32,
    VoxelType::U64,
    VoxelType::I64,
    VoxelType::F32,
    VoxelType::F64,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn volumes_survive_every_format(
        nx in 1usize..6, ny in 1usize..6, nz in 1usize..5, which in 0usize..10,
        compressed: bool, big: bool, unit_scale: bool,
    ) {
        let dir = tempdir().unwrap();
        let volume = ramp([nx, ny, nz], TYPES[which]);
        let byte_order = if big { ByteOrder::Big } else { ByteOrder::Little };
        let meta = MetaImageWrite { compressed, byte_order };
        // A volume without an orientation is written in the format's own axes, and read so.
        let with = |orientation| Volume {
            header: VolumeHeader { orientation: Some(orientation), ..volume.header },
            ..volume.clone()
        };
        let form_axes = if unit_scale { Orientation::LPS } else { Orientation::RAS };
        let nifti = NiftiWrite {
            form: if unit_scale { NiftiForm::UnitScale } else { NiftiForm::Scanner },
        };
        for name in ["a.mhd", "a.mha"] {
            let path = dir.path().join(name);
            write_metaimage_volume(&path, &volume, &meta).unwrap();
            prop_assert_eq!(&read_volume(&path).unwrap(), &with(Orientation::LPS));
        }
        for name in ["a.nii", "a.b.nii.gz"] {
            let path = dir.path().join(name);
            write_nifti_volume(&path, &volume, &nifti).unwrap();
            prop_assert_eq!(&read_volume(&path).unwrap(), &with(form_axes));
        }
        // The data file of the .mhd, and nothing half-written.
        prop_assert_eq!(fs_err::read_dir(dir.path()).unwrap().count(), 5);
    }
}

#[test]
fn label_maps_survive_as_any_type() {
    let dir = tempdir().unwrap();
    for voxel_type in TYPES {
        // Both formats agree on these axes only if they are named.
        let header = VolumeHeader {
            shape: [3, 2, 1],
            spacing_mm: [1.0; 3],
            voxel_type,
            orientation: Some(Orientation::RAS),
        };
        let map = LabelMap { header, labels: vec![0, 1, 2, 3, 127, 0] };
        let (nifti, meta) = (dir.path().join("a.nii.gz"), dir.path().join("a.mhd"));
        write_nifti_label_map(&nifti, &map, &NiftiWrite::default()).unwrap();
        assert_eq!(read_label_map(&nifti).unwrap(), map);
        write_metaimage_label_map(&meta, &map, &MetaImageWrite::default()).unwrap();
        assert_eq!(read_label_map(&meta).unwrap(), map);
    }
}

#[test]
fn the_same_volume_gives_the_same_bytes() {
    let dir = tempdir().unwrap();
    let volume = ramp([7, 5, 3], VoxelType::I16);
    let write = |name: &str| {
        let path = dir.path().join(name);
        write_nifti_volume(&path, &volume, &NiftiWrite::default()).unwrap();
        fs_err::read(path).unwrap()
    };
    let bytes = write("first.nii.gz");
    assert_eq!(bytes, write("second.nii.gz"));
    // No modification time and no name in the gzip header.
    assert_eq!(bytes[3..8], [0; 5]);
}

#[test]
fn values_that_do_not_fit_are_refused() {
    let dir = tempdir().unwrap();
    let mut volume = ramp([2, 2, 1], VoxelType::I8);
    let path = dir.path().join("a.nii");
    let refused = |volume: &Volume| match write_nifti_volume(&path, volume, &NiftiWrite::default())
    {
        Err(ImagingError::Unwritable { message, .. }) => message,
        other => panic!("{other:?}"),
    };
    for bad in [128.0, -129.0, f32::NAN] {
        volume.voxels[2] = bad;
        assert!(refused(&volume).contains("-128 to 127"));
    }
    volume.voxels.pop();
    assert!(refused(&volume).contains("needs 4 voxels, found 3"));
    assert!(!path.exists());
    let named = |name: &str| {
        let volume = ramp([1, 1, 1], VoxelType::U8);
        write_nifti_volume(&dir.path().join(name), &volume, &NiftiWrite::default()).is_err()
            && write_metaimage_volume(&dir.path().join(name), &volume, &MetaImageWrite::default())
                .is_err()
    };
    assert!(named("a.img"));
}

#[test]
fn integers_are_rounded_to_the_nearest() {
    let dir = tempdir().unwrap();
    let mut volume = ramp([4, 1, 1], VoxelType::I16);
    volume.voxels = vec![1.4, 1.5, -1.5, -0.4];
    let path = dir.path().join("a.mha");
    write_metaimage_volume(&path, &volume, &MetaImageWrite::default()).unwrap();
    assert_eq!(read_volume(&path).unwrap().voxels, [1.0, 2.0, -2.0, 0.0]);
}

/// A turn about an axis through the origin.
fn turned(axis: [f64; 3], degrees: f64, mirrored: bool) -> [[f64; 3]; 3] {
    let norm = axis.iter().map(|x| x * x).sum::<f64>().sqrt();
    let [x, y, z] = axis.map(|value| value / norm);
    let (sin, cos) = degrees.to_radians().sin_cos();
    let rest = 1.0 - cos;
    let mut direction = [
        [cos + x * x * rest, y * x * rest + z * sin, z * x * rest - y * sin],
        [x * y * rest - z * sin, cos + y * y * rest, z * y * rest + x * sin],
        [x * z * rest + y * sin, y * z * rest - x * sin, cos + z * z * rest],
    ];
    if mirrored {
        direction[2] = direction[2].map(|value| -value);
    }
    direction
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn orientation_survives_every_format(
        axis in [-1.0f64..1.0, -1.0..1.0, 0.01..1.0],
        degrees in prop_oneof![Just(180.0), Just(179.99), -180.0f64..180.0],
        origin_mm in [-500.0f64..500.0, -500.0..500.0, -500.0..500.0],
        mirrored: bool, unit_scale: bool,
    ) {
        let orientation = Orientation { direction: turned(axis, degrees, mirrored), origin_mm };
        let mut volume = ramp([2, 3, 2], VoxelType::I16);
        volume.header.orientation = Some(orientation);
        let dir = tempdir().unwrap();
        let form = if unit_scale { NiftiForm::UnitScale } else { NiftiForm::Scanner };
        let (nifti, meta) = (dir.path().join("a.nii"), dir.path().join("a.mha"));
        write_nifti_volume(&nifti, &volume, &NiftiWrite { form }).unwrap();
        write_metaimage_volume(&meta, &volume, &MetaImageWrite::default()).unwrap();
        // NIfTI-1 holds single precision: 24 bits of 500 mm are 3e-5 mm.
        for (path, tolerance, origin_tolerance) in [(nifti, 1e-6, 4e-5), (meta, 1e-12, 1e-12)] {
            let found = read_volume(&path).unwrap().header.orientation.unwrap();
            let close = |a: &[f64], b: &[f64], tolerance: f64| {
                a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance)
            };
            let (a, b) = (found.direction.as_flattened(), orientation.direction.as_flattened());
            prop_assert!(close(a, b, tolerance), "{found:?} {orientation:?}");
            prop_assert!(close(&found.origin_mm, &origin_mm, origin_tolerance), "{found:?}");
        }
    }
}
