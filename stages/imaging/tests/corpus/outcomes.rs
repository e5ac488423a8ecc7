//! Every file of the corpus has the outcome of the table.

use std::collections::BTreeMap;
use std::path::Path;

use stages_imaging::{
    Disk, ImageReader, ImagingError, LabelOptions, NonFinite, Oddity, ReadOptions, Volume,
};

use crate::cases;
use crate::expected::EXPECTED;

/// An error's kind, with the field if it is about one.
fn kind(error: &ImagingError) -> String {
    match error {
        ImagingError::Header { field, .. } => format!("Header {field}"),
        other => {
            let text = format!("{other:?}");
            text.split([' ', '{']).next().unwrap_or_default().to_owned()
        }
    }
}

fn by<T: ToString>(numbers: &[T]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join("x")
}

fn describe(name: &str, volume: &Volume) -> String {
    let least = volume.voxels.iter().copied().fold(f32::INFINITY, f32::min);
    let most = volume.voxels.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = volume.voxels.iter().map(|value| f64::from(*value)).sum();
    // The noise is not worth a number of its own: it is the same in three cases.
    let sum = match name {
        "n25_big_ok.nii.gz" | "n29_gz_trailing_garbage.nii.gz" | "n30_gz_two_members.nii.gz" => {
            "NOISE".to_owned()
        }
        _ => ((sum * 1e5).round() / 1e5).to_string(),
    };
    let axes = volume.header.orientation.map_or("none".to_owned(), |o| o.codes().iter().collect());
    let (shape, spacing) = (by(&volume.header.shape), by(&volume.header.spacing_mm));
    format!("{shape} {spacing} {axes} {least}..{most} {sum}")
}

#[test]
fn every_case_has_its_outcome() {
    let cases: BTreeMap<_, _> = cases().into_iter().collect();
    assert_eq!((cases.len(), EXPECTED.len()), (84, 84));
    let mut wrong = Vec::new();
    for expected in EXPECTED {
        let reader = ImageReader::new(&cases[expected.name]);
        let path = Path::new(expected.name);
        let (image, odd) = match reader.volume(path, &ReadOptions::default()) {
            Ok((volume, odd)) => (describe(expected.name, &volume), odd),
            Err(error) => {
                // The message says which file, even if it is the other one of two.
                let stem = expected.name.split('.').next().unwrap_or_default();
                let text = error.to_string();
                if !text.contains(stem) && !text.contains("nowhere.raw") {
                    wrong.push(format!("{}: no file named in {text}", expected.name));
                }
                (kind(&error), Vec::new())
            }
        };
        let label = match reader.label_map(path, &LabelOptions::default()) {
            Ok((map, _)) => map.labels.iter().map(|id| u64::from(*id)).sum::<u64>().to_string(),
            Err(error) => kind(&error),
        };
        let odd: Vec<String> = odd.iter().map(ToString::to_string).collect();
        let same_odd = odd.len() == expected.odd.len()
            && odd.iter().zip(expected.odd).all(|(odd, start)| odd.starts_with(start));
        if image != expected.image || label != expected.label || !same_odd {
            wrong.push(format!("{}: {image} / {label} / {odd:?}", expected.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_disk_gives_the_same_as_memory() {
    let folder = tempfile::tempdir().unwrap();
    for (name, files) in cases() {
        let inside = files.0.iter().filter(|(path, _)| !path.starts_with(".."));
        for (path, bytes) in inside {
            fs_err::write(folder.path().join(path), bytes).unwrap();
        }
        let options = ReadOptions::default();
        let memory = ImageReader::new(&files).volume(Path::new(&name), &options);
        let disk = ImageReader::new(&Disk).volume(&folder.path().join(&name), &options);
        match (memory, disk) {
            (Ok((memory, odd)), Ok((disk, odd_on_disk))) => {
                assert_eq!(memory, disk, "{name}");
                // As text: one of the oddities holds NaN, which is not equal to itself.
                assert_eq!(format!("{odd:?}"), format!("{odd_on_disk:?}"), "{name}");
            }
            (Err(memory), Err(disk)) => assert_eq!(kind(&memory), kind(&disk), "{name}"),
            (memory, disk) => panic!("{name}: {memory:?} and {disk:?}"),
        }
    }
}

#[test]
fn frames_and_channels_are_read_one_by_one() {
    let cases: BTreeMap<_, _> = cases().into_iter().collect();
    let first = |name: &str, frame| {
        let options = ReadOptions { frame: Some(frame), ..ReadOptions::default() };
        let (volume, _) = ImageReader::new(&cases[name]).volume(Path::new(name), &options).unwrap();
        (volume.voxels.len(), volume.voxels[0], volume.voxels[209])
    };
    for name in ["n14_4d.nii.gz", "n16_5d_vector.nii.gz"] {
        assert_eq!(first(name, 0), (210, -100.0, 527.0));
        assert_eq!(first(name, 3), (210, 2900.0, 3527.0));
    }
    assert_eq!(first("m17_channels2.mhd", 0), (210, -100.0, 527.0));
    assert_eq!(first("m17_channels2.mhd", 1), (210, -99.0, 528.0));
}

#[test]
fn what_is_not_finite_is_counted_when_filled() {
    let cases: BTreeMap<_, _> = cases().into_iter().collect();
    let name = "n34_float_nan_inf.nii.gz";
    let reader = ImageReader::new(&cases[name]);
    let options = ReadOptions { frame: None, non_finite: NonFinite::Fill(-1.0) };
    let (volume, odd) = reader.volume(Path::new(name), &options).unwrap();
    assert_eq!(volume.voxels[..3], [-1.0, -1.0, -94.0]);
    assert_eq!(odd, [Oddity::NonFiniteFilled { count: 2, fill: -1.0 }]);
    let error = reader.volume(Path::new(name), &ReadOptions::default()).unwrap_err();
    assert!(error.to_string().contains("2 of 210 voxels"), "{error}");
}

#[test]
fn labels_that_are_nearly_whole_are_rounded_and_counted() {
    let cases: BTreeMap<_, _> = cases().into_iter().collect();
    let name = "n35_labels_as_f8.nii.gz";
    let reader = ImageReader::new(&cases[name]);
    let (map, odd) = reader.label_map(Path::new(name), &LabelOptions::default()).unwrap();
    assert_eq!(map.values(), [0, 1, 2, 3]);
    let nonzero = map.labels.iter().filter(|id| **id > 0).count();
    assert_eq!(odd, [Oddity::LabelsRounded { count: nonzero }]);
    let remap = [(0, 0), (2, 9), (4, 8), (6, 7)].into();
    let name = "n60_slope_2_on_labels.nii.gz";
    let options = LabelOptions { frame: None, remap: Some(remap) };
    let (map, _) = ImageReader::new(&cases[name]).label_map(Path::new(name), &options).unwrap();
    assert_eq!(map.values(), [0, 7, 8, 9]);
}
