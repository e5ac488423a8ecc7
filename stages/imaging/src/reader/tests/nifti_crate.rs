//! Our NIfTI reader against the `nifti` crate, on files that both should read alike.

use ndarray::Ix3;
use nifti::{IntoNdArray, NiftiObject, ReaderOptions};
use tempfile::tempdir;

use super::data_root;
use crate::{
    NiftiForm, NiftiWrite, Volume, VolumeHeader, VoxelType, read_volume, write_nifti_volume,
};

/// Compares shape, spacing and every voxel.
fn assert_same(path: &std::path::Path) {
    let ours = read_volume(path).unwrap();
    let theirs = ReaderOptions::new().read_file(path).unwrap();
    let pixdim = theirs.header().pixdim;
    assert_eq!(ours.header.spacing_mm, [1, 2, 3].map(|axis| f64::from(pixdim[axis]).abs()));
    let array =
        theirs.into_volume().into_ndarray::<f32>().unwrap().into_dimensionality::<Ix3>().unwrap();
    assert_eq!(ours.header.shape, <[usize; 3]>::from(array.dim()));
    // Transposed, the crate's array iterates in storage order.
    assert!(array.t().iter().eq(ours.voxels.iter()), "voxels of {} differ", path.display());
}

#[test]
fn agrees_on_every_type() {
    let dir = tempdir().unwrap();
    for voxel_type in [
        VoxelType::U8,
        VoxelType::I8,
        VoxelType::U16,
        VoxelType::I16,
        VoxelType::U32,
        VoxelType::I32,
        VoxelType::I64,
        VoxelType::F32,
        VoxelType::F64,
    ] {
        let header = VolumeHeader {
            shape: [4, 3, 2],
            spacing_mm: [0.5, 1.5, 7.0],
            voxel_type,
            orientation: None,
        };
        let volume = Volume { header, voxels: (100..124u8).map(f32::from).collect() };
        for (name, form) in [("a.nii", NiftiForm::Scanner), ("b.nii.gz", NiftiForm::UnitScale)] {
            let path = dir.path().join(name);
            write_nifti_volume(&path, &volume, &NiftiWrite { form }).unwrap();
            assert_same(&path);
        }
    }
}

#[test]
fn unit_scale_headers_are_those_of_acdc() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("a.nii.gz");
    let header = VolumeHeader {
        shape: [2, 2, 1],
        spacing_mm: [1.5625, 1.5625, 10.0],
        voxel_type: VoxelType::I16,
        orientation: None,
    };
    let volume = Volume { header, voxels: vec![0.0, 1.0, 2.0, 3.0] };
    write_nifti_volume(&path, &volume, &NiftiWrite { form: NiftiForm::UnitScale }).unwrap();
    let written = nifti::NiftiHeader::from_file(&path).unwrap();
    assert_eq!((written.qform_code, written.sform_code, written.xyzt_units), (0, 2, 0));
    assert_eq!(written.srow_x, [-1.0, 0.0, 0.0, 0.0]);
    assert_eq!(written.srow_y, [0.0, -1.0, 0.0, 0.0]);
    assert_eq!(written.srow_z, [0.0, 0.0, 1.0, 0.0]);
    assert_eq!(written.pixdim[1..4], [1.5625, 1.5625, 10.0]);
    let Some(root) = data_root() else { return };
    let real = root.join("acdc/training/patient001/patient001_frame01.nii.gz");
    let real = nifti::NiftiHeader::from_file(real).unwrap();
    let about_space = |header: &nifti::NiftiHeader| {
        let nifti::NiftiHeader { qform_code, sform_code, quatern_d, xyzt_units, .. } = *header;
        let rows = [header.srow_x, header.srow_y, header.srow_z];
        (qform_code, sform_code, quatern_d, xyzt_units, rows, header.pixdim)
    };
    assert_eq!(about_space(&written), about_space(&real));
}

#[test]
fn agrees_on_real_volumes() {
    let Some(root) = data_root() else { return };
    for path in [
        "acdc/training/patient001/patient001_frame01.nii.gz",
        "acdc/training/patient001/patient001_frame01_gt.nii.gz",
        "Task04_Hippocampus/imagesTr/hippocampus_001.nii.gz",
        "Task09_Spleen-layout/imagesTr/spleen_2.nii.gz",
    ] {
        assert_same(&root.join(path));
    }
}
