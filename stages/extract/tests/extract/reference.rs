//! Real volumes beside SciPy, OpenCV, Pillow, SimpleITK and NumPy, whose values
//! `tests/reference/make_reference.py` has written down.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use stages_extract::{ExtractParams, IntensityParams, Window, slices_of};
use stages_imaging::{
    AxisMap, GridConvention, Interpolation, OneHotMap, Resampler, read_label_map, read_volume,
    resample_nearest, restore_nearest,
};
use stages_tables::CaseRow;

use crate::real::data;

#[derive(Deserialize)]
struct Reference {
    volumes: Vec<VolumeReference>,
}

#[derive(Deserialize)]
struct VolumeReference {
    image: String,
    label: String,
    z: usize,
    images: Vec<Plane>,
    labels: Vec<Plane>,
    restored: Restored,
    windows: Vec<WindowReference>,
    pipelines: Vec<Pipeline>,
}

/// One plane as a peer resampled it.
#[derive(Deserialize)]
struct Plane {
    peer: String,
    convention: GridConvention,
    interpolation: String,
    size: [usize; 2],
    #[serde(default)]
    step: [f64; 2],
    #[serde(default)]
    min: f64,
    #[serde(default)]
    max: f64,
    #[serde(default)]
    mean: f64,
    #[serde(default)]
    counts: Vec<usize>,
    at: Vec<usize>,
    values: Vec<f64>,
}

/// A label plane that a peer has sent to a size and back.
#[derive(Deserialize)]
struct Restored {
    peer: String,
    size: [usize; 2],
    at: Vec<usize>,
    values: Vec<f64>,
}

#[derive(Deserialize)]
struct WindowReference {
    params: IntensityParams,
    low: f64,
    high: f64,
}

#[derive(Deserialize)]
struct Pipeline {
    peer: String,
    params: ExtractParams,
    image: Samples,
    label: Samples,
}

#[derive(Deserialize)]
struct Samples {
    at: Vec<usize>,
    values: Vec<f64>,
}

impl Plane {
    fn axes(&self, native: &[usize]) -> [AxisMap; 2] {
        [0, 1].map(|axis| AxisMap {
            native: native[axis],
            resampled: self.size[axis],
            step: self.step[axis],
            convention: self.convention,
        })
    }
}

fn reference() -> Vec<VolumeReference> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/reference.json");
    let text = fs_err::read_to_string(path).unwrap();
    serde_json::from_str::<Reference>(&text).unwrap().volumes
}

/// The volumes that are there, with the folder of the data.
fn present() -> Vec<(PathBuf, VolumeReference)> {
    let mut found = Vec::new();
    for volume in reference() {
        let dataset = volume.image.split('/').next().unwrap();
        if let Some(folder) = data(dataset) {
            let root = folder.parent().unwrap().to_owned();
            // A copy may hold some of the scans only.
            if root.join(&volume.image).exists() {
                found.push((root, volume));
            } else {
                println!("skipped: no {}", volume.image);
            }
        }
    }
    found
}

fn kernel(name: &str) -> Interpolation {
    match name {
        "nearest" => Interpolation::Nearest,
        "linear" => Interpolation::Linear,
        "linear_antialiased" => Interpolation::LinearAntialiased,
        "cubic" => Interpolation::Cubic,
        "cubic_convolution" => Interpolation::CubicConvolution,
        other => panic!("{other}"),
    }
}

/// How far a value may lie from the peer's, as a share of the range of the plane.
///
/// SciPy and SimpleITK compute coordinates and sums in double precision, as we do but for the sums;
/// OpenCV computes coordinates in single precision, which moves a pixel of a row of 512 by 3e-5, so
/// between neighbours that differ by the whole range a value by as much.
fn tolerance(peer: &str) -> f64 {
    if peer.starts_with("cv2") { 1e-4 } else { 2e-6 }
}

#[test]
fn planes_agree_with_the_peers() {
    for (root, volume) in present() {
        let image = read_volume(&root.join(&volume.image)).unwrap();
        let plane = image.plane(volume.z);
        let range = f64::from(plane.iter().fold(0f32, |a, b| a.max(b.abs())));
        assert!(volume.images.len() >= 16, "{}", volume.image);
        for expected in &volume.images {
            let what = format!("{}: {}", volume.image, expected.peer);
            let [x, y] = expected.axes(&image.header.shape);
            let mut out = vec![f32::NAN; expected.size[0] * expected.size[1]];
            Resampler::new(kernel(&expected.interpolation), x, y).resample(plane, &mut out);
            let out: Vec<f64> = out.into_iter().map(f64::from).collect();
            let close = |found: f64, peer: f64, name: &str| {
                let off = (found - peer).abs() / range;
                assert!(off <= tolerance(&expected.peer), "{what} {name}: {found} {peer} {off:e}");
            };
            for (at, value) in expected.at.iter().zip(&expected.values) {
                close(out[*at], *value, &format!("pixel {at}"));
            }
            close(out.iter().copied().fold(f64::INFINITY, f64::min), expected.min, "min");
            close(out.iter().copied().fold(f64::NEG_INFINITY, f64::max), expected.max, "max");
            close(out.iter().sum::<f64>() / out.len() as f64, expected.mean, "mean");
        }
    }
}

#[test]
fn label_planes_are_those_of_the_peers() {
    for (root, volume) in present() {
        let map = read_label_map(&root.join(&volume.label)).unwrap();
        assert!(volume.labels.len() >= 6, "{}", volume.label);
        for expected in &volume.labels {
            let [x, y] = expected.axes(&map.header.shape);
            let mut out = vec![9; expected.size[0] * expected.size[1]];
            let one_hot = expected.interpolation == "one_hot";
            if one_hot {
                OneHotMap::forth(x, y).apply(map.plane(volume.z), &mut out);
            } else {
                resample_nearest(map.plane(volume.z), x, y, &mut out);
            }
            for (at, value) in expected.at.iter().zip(&expected.values) {
                let found = f64::from(out[*at]);
                assert_eq!(found, *value, "{}: {} pixel {at}", volume.label, expected.peer);
            }
            for (class, expected_count) in expected.counts.iter().enumerate() {
                let found = out.iter().filter(|label| usize::from(**label) == class).count();
                // Where two classes share a pixel equally, NumPy's argmax follows its rounding.
                let slack = if one_hot { out.len() / 500 } else { 0 };
                let off = found.abs_diff(*expected_count);
                assert!(off <= slack, "{}: {} class {class}: {off}", volume.label, expected.peer);
            }
        }
    }
}

#[test]
fn predictions_go_back_as_with_the_benchmark() {
    for (root, volume) in present() {
        let map = read_label_map(&root.join(&volume.label)).unwrap();
        let expected = &volume.restored;
        let [x, y] = [0, 1].map(|axis| AxisMap {
            native: map.header.shape[axis],
            resampled: expected.size[axis],
            step: 1.0,
            convention: GridConvention::Corners,
        });
        let mut canvas = vec![9; expected.size[0] * expected.size[1]];
        resample_nearest(map.plane(volume.z), x, y, &mut canvas);
        let mut back = vec![9; x.native * y.native];
        restore_nearest(&canvas, x, y, &mut back);
        for (at, value) in expected.at.iter().zip(&expected.values) {
            assert_eq!(
                f64::from(back[*at]),
                *value,
                "{}: {} pixel {at}",
                volume.label,
                expected.peer
            );
        }
    }
}

#[test]
fn windows_are_those_of_numpy() {
    for (root, volume) in present() {
        let image = read_volume(&root.join(&volume.image)).unwrap();
        assert_eq!(volume.windows.len(), 7);
        for expected in &volume.windows {
            let found = Window::of(&expected.params, &image.voxels);
            for (found, numpy) in [(found.low, expected.low), (found.high, expected.high)] {
                let off = (found - numpy).abs() / (expected.high - expected.low);
                assert!(off < 1e-9, "{} {:?}: {found} {numpy}", volume.image, expected.params);
            }
        }
    }
}

/// The row of a volume in the cases table.
fn row(root: &Path, volume: &VolumeReference) -> CaseRow {
    let header = stages_imaging::read_header(&root.join(&volume.image)).unwrap();
    CaseRow {
        case_id: "case".to_owned(),
        subject: "subject".to_owned(),
        image: volume.image.clone(),
        label: Some(volume.label.clone()),
        shape: header.shape.map(|n| n as u32),
        spacing_mm: header.spacing_mm,
        image_dtype: header.voxel_type.as_str().to_owned(),
        ..CaseRow::default()
    }
}

#[test]
fn whole_extractions_are_within_one_grey_level_of_the_peers() {
    for (root, volume) in present() {
        let row = row(&root, &volume);
        for expected in &volume.pipelines {
            let made = slices_of(&expected.params, &root, &row).unwrap();
            let pixels = made.images.len() / made.slices.len();
            let start = volume.z * pixels;
            let what = format!("{}: {}", volume.image, expected.peer);
            let mut other = 0;
            for (at, value) in expected.image.at.iter().zip(&expected.image.values) {
                let found = f64::from(made.images[start + at]);
                assert!((found - value).abs() <= 1.0, "{what} pixel {at}: {found} {value}");
                other += usize::from(found != *value);
            }
            // Only values that lie within rounding of a half may fall on the other side of it.
            assert!(other <= 1, "{what}: {other} pixels are one grey level off");
            for (at, value) in expected.label.at.iter().zip(&expected.label.values) {
                assert_eq!(f64::from(made.labels[start + at]), *value, "{what} label {at}");
            }
        }
    }
}
