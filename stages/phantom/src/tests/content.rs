//! What the datasets look like to a reader.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

use pipeline_engine::Cancellation;
use stages_imaging::{LabelMap, VoxelType, read_label_map, read_volume};

use super::{coarse, generate, names, run_into, tiny};
use crate::{DifficultyParams, Layout, PhantomParams};

/// Reads every pair, checks that image and label map agree, and returns the label maps.
fn read_pairs(dir: &Path, pairs: &[(String, String)]) -> Vec<LabelMap> {
    pairs
        .iter()
        .map(|(image, label)| {
            let volume = read_volume(&dir.join(image)).unwrap();
            let map = read_label_map(&dir.join(label)).unwrap();
            assert_eq!(volume.header.shape, map.header.shape, "{image}");
            assert_eq!(volume.header.spacing_mm, map.header.spacing_mm, "{image}");
            // No constant images.
            assert!(volume.voxels.iter().any(|value| *value != volume.voxels[0]), "{image}");
            map
        })
        .collect()
}

/// Every class is present in every scan.
fn assert_classes(maps: &[LabelMap], classes: &[u8]) {
    for map in maps {
        assert_eq!(map.values(), classes);
    }
}

/// How many voxels of a map or plane are of a class.
fn count(labels: &[u8], class: u8) -> usize {
    labels.iter().map(|label| usize::from(*label == class)).sum()
}

#[test]
fn acdc_has_two_annotated_frames_for_each_patient() {
    let dir = generate(&coarse(tiny(Layout::Acdc, 10)), 2);
    let names = names(dir.path());
    // Info.cfg and two pairs for each of ten patients.
    assert_eq!(names.len(), 50);
    let mut groups = Vec::new();
    let mut types = BTreeSet::new();
    for number in 1..=10 {
        let patient = format!("training/patient{number:03}");
        let info = fs_err::read_to_string(dir.path().join(&patient).join("Info.cfg")).unwrap();
        let field = |name: &str| {
            let line = info.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
            line.unwrap_or_else(|| panic!("no {name} in {info}")).to_owned()
        };
        groups.push(field("Group"));
        let [diastole, systole] = ["ED", "ES"].map(|phase| {
            let frame: u32 = field(phase).parse().unwrap();
            let stem = format!("{patient}/patient{number:03}_frame{frame:02}");
            let pair = (format!("{stem}.nii.gz"), format!("{stem}_gt.nii.gz"));
            types.insert(read_volume(&dir.path().join(&pair.0)).unwrap().header.voxel_type);
            read_pairs(dir.path(), &[pair]).remove(0)
        });
        assert_eq!(field("ED"), if number == 10 { "4" } else { "1" });
        assert_eq!(field("NbFrame"), "30");
        assert_classes(&[diastole.clone(), systole.clone()], &[0, 1, 2, 3]);
        // Both ventricles empty themselves.
        assert!(count(&systole.labels, 3) < count(&diastole.labels, 3), "patient {number}");
        assert!(count(&systole.labels, 1) < count(&diastole.labels, 1), "patient {number}");
        // The heart tapers: no cavity in the last slice, or less than in the middle one.
        let cavity = |map: &LabelMap, z: usize| count(map.plane(z), 3);
        let last = diastole.header.shape[2] - 1;
        assert!(cavity(&diastole, last) < cavity(&diastole, last / 2), "patient {number}");
    }
    assert_eq!(groups.join(" "), "DCM DCM HCM HCM MINF MINF NOR NOR RV RV");
    assert!(types.len() > 1, "voxel types differ between patients: {types:?}");
}

#[test]
fn the_wall_thickens_at_systole() {
    let dir = generate(&PhantomParams { subjects: 5, ..PhantomParams::default() }, 2);
    for number in 1..=5 {
        let patient = dir.path().join(format!("training/patient{number:03}"));
        let maps: Vec<LabelMap> = names(&patient)
            .iter()
            .filter(|name| name.ends_with("_gt.nii.gz"))
            .map(|name| read_label_map(&patient.join(name)).unwrap())
            .collect();
        // Wall thickness in the middle slice, from the areas of cavity and ventricle, in pixels.
        let [diastole, systole] = [0, 1].map(|i| {
            let map: &LabelMap = &maps[i];
            let plane = map.plane(map.header.shape[2] / 2);
            let area = |class| count(plane, class) as f64;
            ((area(2) + area(3)) / std::f64::consts::PI).sqrt()
                - (area(3) / std::f64::consts::PI).sqrt()
        });
        assert!(systole > diastole, "patient {number}: {diastole} to {systole}");
    }
}

#[test]
fn promise12_mixes_raw_and_compressed_cases() {
    let dir = generate(&coarse(tiny(Layout::Promise12, 4)), 2);
    let expected: Vec<String> = ["", "_segmentation"]
        .iter()
        .flat_map(|kind| {
            (0..4).flat_map(move |case| {
                let data = if case == 3 { "zraw" } else { "raw" };
                [format!("Case{case:02}{kind}.mhd"), format!("Case{case:02}{kind}.{data}")]
            })
        })
        .collect();
    assert_eq!(
        names(dir.path()).into_iter().collect::<BTreeSet<_>>(),
        expected.into_iter().collect()
    );
    let pairs: Vec<_> = (0..4)
        .map(|case| (format!("Case{case:02}.mhd"), format!("Case{case:02}_segmentation.mhd")))
        .collect();
    let maps = read_pairs(dir.path(), &pairs);
    assert_classes(&maps, &[0, 1]);
    assert!(maps.iter().all(|map| map.header.voxel_type == VoxelType::I8));
}

#[test]
fn decathlon_lists_its_pairs_in_dataset_json() {
    for (layout, name, classes) in [
        (Layout::DecathlonSpleen, "Spleen", &[0, 1][..]),
        (Layout::DecathlonHippocampus, "Hippocampus", &[0, 1, 2][..]),
    ] {
        let dir = generate(&coarse(tiny(layout, 4)), 2);
        let text = fs_err::read_to_string(dir.path().join("dataset.json")).unwrap();
        let index: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(index["name"], name);
        assert_eq!(index["numTraining"], 4);
        assert!(index["relase"].is_string(), "the releases misspell this key");
        assert!(index["licence"].is_string());
        let labels = index["labels"].as_object().unwrap();
        assert_eq!(labels.len(), classes.len());
        let path = |pair: &serde_json::Value, key: &str| {
            pair[key].as_str().unwrap().strip_prefix("./").unwrap().to_owned()
        };
        let training = index["training"].as_array().unwrap();
        let pairs: Vec<_> =
            training.iter().map(|pair| (path(pair, "image"), path(pair, "label"))).collect();
        let maps = read_pairs(dir.path(), &pairs);
        assert_classes(&maps, classes);
        // Nothing but what is listed.
        assert_eq!(names(dir.path()).len(), 1 + 2 * maps.len());
    }
}

#[test]
fn tomograms_are_in_hounsfield_units() {
    let params =
        PhantomParams { layout: Layout::DecathlonSpleen, subjects: 1, ..PhantomParams::default() };
    let dir = generate(&params, 1);
    let name = names(dir.path()).into_iter().find(|name| name.starts_with("imagesTr/")).unwrap();
    let image = read_volume(&dir.path().join(&name)).unwrap();
    let map = read_label_map(&dir.path().join(name.replace("images", "labels"))).unwrap();
    assert!(image.voxels[0] < -900.0, "air in the corner");
    let labelled = image.voxels.iter().zip(&map.labels).filter(|(_, label)| **label == 1);
    let spleen: Vec<f32> = labelled.map(|(value, _)| *value).collect();
    let median = stages_imaging::percentile(&spleen, &[50.0])[0];
    // 112 HU, up to 18 HU away between subjects, plus unevenness.
    assert!((80.0..145.0).contains(&median), "spleen at {median} HU");
}

#[test]
fn difficulty_shows_in_the_images() {
    let intensities = |noise: f64| {
        let difficulty = DifficultyParams { noise, ..DifficultyParams::default() };
        let dir = generate(&PhantomParams { difficulty, ..tiny(Layout::Promise12, 1) }, 1);
        read_volume(&dir.path().join("Case00.mhd")).unwrap()
    };
    // Mean absolute difference of neighbours along x.
    let roughness = |voxels: &[f32]| {
        voxels.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum::<f32>() / voxels.len() as f32
    };
    let (quiet, noisy) = (intensities(0.0), intensities(0.2));
    assert_eq!(quiet.header, noisy.header);
    assert!(roughness(&noisy.voxels) > 1.5 * roughness(&quiet.voxels));
}

#[test]
fn stops_when_cancelled() {
    let dir = tempfile::tempdir().unwrap();
    let cancellation = Cancellation::new();
    cancellation.cancel();
    let events = Mutex::new(Vec::new());
    let error = run_into(&tiny(Layout::Acdc, 3), dir.path(), 1, &cancellation, &events);
    assert!(error.unwrap_err().cancelled);
    assert!(names(dir.path()).is_empty());
}
