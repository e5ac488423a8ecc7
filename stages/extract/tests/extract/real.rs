//! Real heart scans, where they are: beside the repository, as `shared/data`.

use std::path::{Path, PathBuf};

use stages_extract::slices_of;
use stages_imaging::{read_header, read_label_map};
use stages_tables::CaseRow;

use crate::round_trip::Way;
use crate::support::{params, run_on};

/// A folder of the real volumes, or none with a printed reason.
pub(crate) fn data(folder: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    #[expect(clippy::disallowed_methods, reason = "a test may be told where the datasets are")]
    let told = std::env::var_os("ORCHESTRATE_DATA").map(PathBuf::from);
    let found = told.into_iter().chain([beside]).map(|root| root.join(folder));
    let found = found.into_iter().find(|path| path.is_dir());
    if found.is_none() {
        println!("skipped: no {folder}; set ORCHESTRATE_DATA to the folder that holds it");
    }
    found
}

fn row(volumes: &Path, patient: &str, frame: u32) -> CaseRow {
    let case = format!("{patient}_frame{frame:02}");
    let (image, label) =
        (format!("{patient}/{case}.nii.gz"), format!("{patient}/{case}_gt.nii.gz"));
    let header = read_header(&volumes.join(&image)).unwrap();
    CaseRow {
        case_id: case,
        subject: patient.to_owned(),
        image,
        label: Some(label),
        image_digest: String::new(),
        label_digest: None,
        shape: header.shape.map(|n| n as u32),
        spacing_mm: header.spacing_mm,
        image_dtype: header.voxel_type.as_str().to_owned(),
        label_dtype: Some("uint8".to_owned()),
        label_values: vec![0, 1, 2, 3],
        ..CaseRow::default()
    }
}

#[test]
fn hearts_lie_whole_on_a_canvas_of_384_mm() {
    let Some(volumes) = data("acdc/training") else { return };
    let dir = tempfile::tempdir().unwrap();
    // 216 x 256 x 10 of 1.5625 mm, 216 x 256 x 10 of 1.3672 mm, 154 x 224 x 7 of 1.7857 mm.
    let rows = [("patient001", 1), ("patient027", 11), ("patient090", 4)]
        .map(|(patient, frame)| row(&volumes, patient, frame));
    let planes: Vec<u32> = rows.iter().map(|row| row.shape[2]).collect();
    let ran = run_on(dir.path(), &volumes, rows.into(), &params("{}"), 2).unwrap();
    let slices = ran.reader.slices();
    assert_eq!(slices.len() as u32, planes.iter().sum::<u32>());
    // 216 * 1.5625 = 337.5 -> 338 and 256 * 1.5625 = 400; 154 * 25 / 14 = 275 and 224 * 25 / 14 = 400.
    assert_eq!(slices[0].geometry.resampled, [338, 400]);
    let last = slices.last().unwrap();
    assert_eq!((last.geometry.resampled, last.geometry.offset), ([275, 400], [54, -8]));
    // No foreground is cut off, so only the summary is logged.
    assert_eq!(ran.log.len(), 1, "{:?}", ran.log);
    for (i, slice) in slices.iter().enumerate() {
        let (image, label) = (ran.reader.image(i), ran.reader.label(i));
        assert!(label.iter().all(|class| *class <= 3));
        assert_eq!(slice.foreground, label.iter().any(|class| *class > 0));
        // Two percent of a volume are clipped; no plane of a heart is black or white altogether.
        assert!(image.iter().any(|value| *value > 128), "{} {}", slice.case_id, slice.slice);
        assert!(image.iter().any(|value| (1..255).contains(value)));
        // Blood is brighter than the muscle around it.
        let mean = |class: u8| {
            let values: Vec<f64> = image
                .iter()
                .zip(label)
                .filter(|(_, l)| **l == class)
                .map(|(v, _)| f64::from(*v))
                .collect();
            values.iter().sum::<f64>() / values.len() as f64
        };
        let counts = [2u8, 3].map(|class| label.iter().filter(|l| **l >= class).count());
        if counts[1] > 500 && counts[0] > 1000 {
            assert!(mean(3) > mean(2) + 20.0, "{} {}", slice.case_id, slice.slice);
        }
    }
}

/// The Dice of one class that a perfect network would reach on a grid: its annotation, sent there
/// and back, counted over all scans.
fn ceiling(volumes: &Path, rows: &[CaseRow], text: &str, class: u8) -> f64 {
    let params = params(text);
    let (mut both, mut all) = (0, 0);
    for row in rows {
        let native = read_label_map(&volumes.join(row.label.as_ref().unwrap())).unwrap();
        let made = slices_of(&params, volumes, row).unwrap();
        let size = [row.shape[0] as usize, row.shape[1] as usize];
        let way = Way::new(&params.geometry, size, [row.spacing_mm[0], row.spacing_mm[1]]);
        let canvases = made.labels.chunks_exact(made.labels.len() / made.slices.len());
        for (slice, canvas) in made.slices.iter().zip(canvases) {
            let back = way.back(canvas);
            for (a, b) in native.plane(slice.slice as usize).iter().zip(&back) {
                both += usize::from(*a == class && *b == class);
                all += usize::from(*a == class) + usize::from(*b == class);
            }
        }
    }
    2.0 * both as f64 / all as f64
}

#[test]
fn what_resampling_costs_is_known() {
    let Some(volumes) = data("acdc/training") else { return };
    // Pixels of 1.56, 1.37, 1.79 and 1.68 mm.
    let rows = [("patient001", 1), ("patient027", 11), ("patient090", 4), ("patient010", 1)]
        .map(|(patient, frame)| row(&volumes, patient, frame));
    let thinnest = |text| ceiling(&volumes, &rows, text, 2);
    let one_mm = thinnest("{}");
    let ssl4mis = thinnest(
        r#"{"geometry": {"resize": {"size": 256, "convention": "corners"}},
            "interpolation": {"image": "nearest"}}"#,
    );
    let one_hot = thinnest(r#"{"interpolation": {"label": "one_hot"}}"#);
    let coarse = thinnest(r#"{"geometry": {"resample": {"spacing_mm": 3.0, "canvas": 128}}}"#);
    println!("1 mm {one_mm:.4}, 1 mm one-hot {one_hot:.4}, 256 {ssl4mis:.4}, 3 mm {coarse:.4}");
    assert!(one_mm > 0.9999 && one_hot > 0.999 && ssl4mis > 0.9999, "{one_mm} {one_hot} {ssl4mis}");
    assert!((0.9..0.95).contains(&coarse), "{coarse}");
}
