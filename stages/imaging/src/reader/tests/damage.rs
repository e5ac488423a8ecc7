//! Damaged files give an error or a volume, never a panic, and never a volume of the wrong size.

use proptest::prelude::*;
use proptest::sample::Index;
use tempfile::tempdir;

use super::nifti::Nifti;
use crate::{
    MetaImageWrite, NiftiWrite, Volume, VolumeHeader, VoxelType, read_header, read_label_map,
    read_volume, write_metaimage_volume, write_nifti_volume,
};

/// Valid files of every format, by name.
fn valid_files() -> Vec<(&'static str, Vec<u8>)> {
    let dir = tempdir().unwrap();
    let header = VolumeHeader {
        shape: [5, 4, 3],
        spacing_mm: [1.0, 2.0, 3.0],
        voxel_type: VoxelType::I16,
        orientation: None,
    };
    let volume = Volume { header, voxels: (0..60u8).map(f32::from).collect() };
    let mut files = vec![("a.nii", Nifti::new().bytes())];
    for name in ["b.nii", "c.nii.gz"] {
        write_nifti_volume(&dir.path().join(name), &volume, &NiftiWrite::default()).unwrap();
        files.push((name, fs_err::read(dir.path().join(name)).unwrap()));
    }
    for (name, compressed) in [("d.mha", false), ("e.mha", true)] {
        let options = MetaImageWrite { compressed, ..MetaImageWrite::default() };
        write_metaimage_volume(&dir.path().join(name), &volume, &options).unwrap();
        files.push((name, fs_err::read(dir.path().join(name)).unwrap()));
    }
    files
}

fn read_without_panic(name: &str, bytes: &[u8]) {
    let dir = tempdir().unwrap();
    let path = dir.path().join(name);
    fs_err::write(&path, bytes).unwrap();
    if let Ok(volume) = read_volume(&path) {
        assert_eq!(volume.voxels.len(), volume.header.voxel_count());
        assert!(volume.voxels.iter().all(|value| value.is_finite()));
    }
    if let Ok(map) = read_label_map(&path) {
        assert_eq!(map.labels.len(), map.header.voxel_count());
    }
    // Only for its panics: the two above say what it returns.
    drop(read_header(&path));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn changed_bytes(which: Index, changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..6)) {
        let files = valid_files();
        let (name, mut bytes) = which.get(&files).clone();
        for (at, value) in changes {
            // Two changes of three fall into the header.
            let end = if value % 3 == 0 { bytes.len() } else { bytes.len().min(360) };
            let at = at.index(end);
            bytes[at] = value;
        }
        read_without_panic(name, &bytes);
    }

    #[test]
    fn cut_short(which: Index, at: Index) {
        let files = valid_files();
        let (name, bytes) = which.get(&files);
        let cut = &bytes[..at.index(bytes.len())];
        read_without_panic(name, cut);
        let dir = tempdir().unwrap();
        let path = dir.path().join(name);
        fs_err::write(&path, cut).unwrap();
        // Every byte of these files is needed.
        prop_assert!(read_volume(&path).is_err());
    }

    #[test]
    fn a_flipped_bit_of_a_compressed_payload_never_changes_voxels(at: Index, bit in 0u8..8) {
        let (name, mut bytes) = valid_files().swap_remove(2);
        let dir = tempdir().unwrap();
        let path = dir.path().join(name);
        fs_err::write(&path, &bytes).unwrap();
        let intact = read_volume(&path).unwrap();
        // After the 10 bytes of the gzip header, whose flags and times carry no data.
        let at = 10 + at.index(bytes.len() - 10);
        bytes[at] ^= 1 << bit;
        fs_err::write(&path, bytes).unwrap();
        // Only the unused bits before the checksum may be flipped without an error.
        if let Ok(volume) = read_volume(&path) {
            prop_assert_eq!(volume, intact);
        }
    }

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..700), which in 0usize..4) {
        read_without_panic(["x.nii", "x.nii.gz", "x.mha", "x"][which], &bytes);
    }
}
