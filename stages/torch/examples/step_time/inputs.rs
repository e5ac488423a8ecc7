//! Slices that look a little like hearts, and who is labelled.

use std::path::Path;

use stages_tables::{
    ClassInfo, DatasetInfo, GridConvention, PartitionRow, PartitionTable, PlaneGeometry, Role,
    SliceMeta, SlicesInfo, SlicesWriter,
};

/// As many slices as the published method sees in a step, so that every batch holds all of them.
pub(crate) const PAPER_BATCH: [(Role, u32); 2] = [(Role::Labelled, 4), (Role::Unlabelled, 10)];

/// Writes `slices` and `partition`: one scan of so many slices for each role.
pub(crate) fn write(root: &Path, side: u32, scans: &[(Role, u32)]) {
    let names = ["background", "RV", "Myo", "LV"];
    let classes = (0..).zip(names).map(|(id, name)| ClassInfo { id, name: name.to_owned() });
    let dataset = DatasetInfo { name: "bench".to_owned(), classes: classes.collect() };
    for name in ["slices", "partition"] {
        fs_err::create_dir_all(root.join(name)).unwrap();
    }
    let convention = GridConvention::Edges;
    let info = SlicesInfo { dataset: dataset.clone(), height: side, width: side, convention };
    let mut writer = SlicesWriter::create(&root.join("slices"), &info).unwrap();
    let native = [side; 2];
    let geometry = PlaneGeometry { native, resampled: native, step: [1.0; 2], offset: [0; 2] };
    let mut rows = Vec::new();
    for (number, (role, slices)) in scans.iter().enumerate() {
        let case_id = format!("scan{number}");
        let meta = |slice: u32| SliceMeta {
            case_id: case_id.clone(),
            subject: case_id.clone(),
            slice,
            labelled: true,
            foreground: true,
            geometry,
        };
        let metas: Vec<SliceMeta> = (0..*slices).map(meta).collect();
        let planes: Vec<Plane> = (0..*slices).map(|slice| plane(*role, slice, side)).collect();
        let images = planes.iter().flat_map(|plane| plane.image.clone()).collect();
        let labels = planes.iter().flat_map(|plane| plane.labels.clone()).collect();
        writer.write(&metas, images, labels).unwrap();
        rows.push(PartitionRow {
            case_id: case_id.clone(),
            subject: case_id,
            role: *role,
            unlabelled_pool: *role == Role::Unlabelled,
        });
    }
    writer.finish().unwrap();
    PartitionTable { dataset, rows }.write(&root.join("partition")).unwrap();
}

/// One slice: an 8-bit image and the class of every pixel, row by row.
pub(crate) struct Plane {
    pub(crate) image: Vec<u8>,
    pub(crate) labels: Vec<u8>,
}

/// A ring around a bright core with a crescent beside it, smooth texture, and some noise.
pub(crate) fn plane(role: Role, slice: u32, side: u32) -> Plane {
    let (size, shift) = (f64::from(side), f64::from(slice) + 0.5 * f64::from(role as u8));
    let (mut image, mut labels) = (Vec::new(), Vec::new());
    for pixel in 0..side * side {
        let (y, x) = (f64::from(pixel / side) / size, f64::from(pixel % side) / size);
        let from = |cy: f64, cx: f64| {
            (y - cy - 0.05 * (shift * 1.7).sin()).hypot(x - cx - 0.05 * (shift * 2.3).cos())
        };
        let (core, beside) = (from(0.5, 0.55), from(0.5, 0.4));
        let label = match (core, beside) {
            (core, _) if core < 0.10 => 3,
            (core, _) if core < 0.16 => 2,
            (_, beside) if beside < 0.17 => 1,
            _ => 0,
        };
        let texture = 25.0 * (9.0 * y + shift).sin() * (11.0 * x - shift).cos();
        let noise = f64::from((pixel.wrapping_mul(2_654_435_761) >> 8) % 31) - 15.0;
        let level = [70.0, 190.0, 110.0, 210.0][usize::from(label)];
        image.push((level + texture + noise).clamp(0.0, 255.0) as u8);
        labels.push(label);
    }
    Plane { image, labels }
}
