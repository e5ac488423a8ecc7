//! The facts about real releases that a reader gets wrong first.

use std::path::{Path, PathBuf};

use super::data_root;
use crate::{VoxelType, read_header, read_label_map, read_volume};

/// The image files of a folder, by name; archives carry `._*` files that are not images.
fn images(dir: &Path, ending: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs_err::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.ends_with(ending) && !name.starts_with("._")
        })
        .collect();
    paths.sort();
    paths
}

#[test]
fn acdc_spacing_comes_from_pixdim() {
    let Some(root) = data_root() else { return };
    let patient = root.join("acdc/training/patient001");
    let image = read_volume(&patient.join("patient001_frame01.nii.gz")).unwrap();
    assert_eq!(image.header.shape, [216, 256, 10]);
    assert_eq!(image.header.spacing_mm, [1.5625, 1.5625, 10.0]);
    assert_eq!(image.header.voxel_type, VoxelType::I16);
    let label = read_label_map(&patient.join("patient001_frame01_gt.nii.gz")).unwrap();
    assert_eq!(label.header.shape, image.header.shape);
    assert_eq!(label.values(), [0, 1, 2, 3]);
}

#[test]
fn acdc_headers_agree_with_the_published_list() {
    let Some(root) = data_root() else { return };
    let list = fs_err::read_to_string(root.join("acdc/HEADERS_ALL150.csv")).unwrap();
    let mut checked = 0;
    for line in list.lines().skip(1) {
        // The `scl` column is quoted and holds a comma; the columns before it do not.
        let columns: Vec<&str> = line.split(',').collect();
        let (split, patient, frame) = (columns[0], columns[1], columns[2]);
        let path = root.join(format!("acdc/{split}/{patient}/{patient}_frame{frame}.nii.gz"));
        // A sample: every eighth patient of those that are there.
        let number: usize = patient.trim_start_matches("patient").parse().unwrap();
        if !number.is_multiple_of(8) || !path.exists() {
            continue;
        }
        let header = read_header(&path).unwrap();
        let [nx, ny, nz] = header.shape;
        assert_eq!(format!("{nx}x{ny}x{nz}"), columns[9], "{}", path.display());
        let listed: Vec<f64> = columns[10].split('x').map(|mm| mm.parse().unwrap()).collect();
        for (found, listed) in header.spacing_mm.iter().zip(listed) {
            assert!((found - listed).abs() < 1e-4, "{}", path.display());
        }
        assert_eq!(header.voxel_type.as_str(), columns[11], "{}", path.display());
        checked += 1;
    }
    assert!(checked >= 24, "only {checked} volumes of the list are there");
}

#[test]
fn decathlon_pairs_have_one_shape() {
    let Some(root) = data_root() else { return };
    for (task, classes) in [("Task04_Hippocampus", 3), ("Task09_Spleen-layout", 2)] {
        let paths = images(&root.join(task).join("imagesTr"), ".nii.gz");
        assert!(paths.len() >= 6, "{task}");
        for path in paths.iter().take(6) {
            let image = read_volume(path).unwrap();
            let name = path.file_name().unwrap();
            let label = read_label_map(&root.join(task).join("labelsTr").join(name)).unwrap();
            assert_eq!(image.header.shape, label.header.shape, "{}", path.display());
            assert_eq!(image.header.spacing_mm, label.header.spacing_mm, "{}", path.display());
            assert!(label.values().len() <= classes, "{}", path.display());
        }
    }
}

#[test]
fn promise12_variants_are_the_volumes_they_were_made_from() {
    let Some(root) = data_root() else { return };
    let sources = images(&root.join("Task04_Hippocampus/imagesTr"), ".nii.gz");
    let cases = images(&root.join("promise12-layout"), "_segmentation.mhd");
    assert_eq!(cases.len(), 8);
    for (number, (case, source)) in cases.iter().zip(&sources).enumerate() {
        let segmentation = read_label_map(case).unwrap();
        let image =
            read_volume(&root.join(format!("promise12-layout/Case{number:02}.mhd"))).unwrap();
        let source_image = read_volume(source).unwrap();
        assert_eq!(image.header.shape, source_image.header.shape, "case {number}");
        assert_eq!(image.header.shape, segmentation.header.shape, "case {number}");
        assert_eq!(image.header.spacing_mm, [0.625, 0.625, 3.6], "case {number}");
        assert_eq!(image.header.voxel_type, VoxelType::I16);
        assert_eq!(segmentation.header.voxel_type, VoxelType::I8);
        assert!(correlation(&image.voxels, &source_image.voxels) > 0.999, "case {number}");
    }
}

/// Pearson correlation; byte order or decompression gone wrong would leave none.
fn correlation(a: &[f32], b: &[f32]) -> f64 {
    let mean = |v: &[f32]| v.iter().map(|x| f64::from(*x)).sum::<f64>() / v.len() as f64;
    let (ma, mb) = (mean(a), mean(b));
    let sum = |f: fn(f64, f64) -> f64| -> f64 {
        a.iter().zip(b).map(|(x, y)| f(f64::from(*x) - ma, f64::from(*y) - mb)).sum()
    };
    sum(|x, y| x * y) / (sum(|x, _| x * x) * sum(|_, y| y * y)).sqrt()
}

#[test]
fn metaimage_variants_hold_the_same_labels() {
    let Some(root) = data_root() else { return };
    let read = |name: &str| read_label_map(&root.join("metaimage").join(name)).unwrap();
    let expected = read("test_001_uncompressed.mhd");
    assert_eq!(expected.header.shape, [32, 32, 18]);
    assert_eq!(expected.header.spacing_mm, [13.75, 13.75, 19.861_110_687_255_86]);
    assert!(expected.values().len() > 1);
    for name in ["test_001.mha", "test_001.mhd", "test_001_crlf.mhd", "test_001_uncompressed.mha"] {
        assert_eq!(read(name), expected, "{name}");
    }
    assert_eq!(read("test_002.mha"), read("test_002_uncompressed.mha"));
}
