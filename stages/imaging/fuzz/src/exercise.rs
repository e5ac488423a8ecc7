//! What the fuzz targets, the replay in the tests and the long run do with one input.

use std::path::Path;

use stages_imaging::{
    ImageReader, LabelOptions, MemoryFiles, NonFinite, ReadOptions, VolumeHeader,
};

/// Reads bytes as a file of this name in every way, and checks what must hold of the results.
///
/// # Panics
/// If something does not hold: that is what fuzzing looks for.
pub fn read(files: &MemoryFiles, name: &str) {
    let reader = ImageReader::new(files);
    let path = Path::new(name);
    let report = match reader.inspect(path) {
        Ok(report) => report,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert!(reader.volume(path, &ReadOptions::default()).is_err());
            assert!(reader.label_map(path, &LabelOptions::default()).is_err());
            return;
        }
    };
    check(&report.header);
    assert!(report.frames > 0);
    report.oddities.iter().for_each(|oddity| assert!(!oddity.to_string().is_empty()));
    let plain = reader.volume(path, &ReadOptions::default());
    assert!(plain.is_err() || report.frames == 1, "a frame was chosen without being asked");
    let last = report.frames - 1;
    let options = ReadOptions { frame: Some(last), non_finite: NonFinite::Fill(0.5) };
    if let Ok((volume, _)) = reader.volume(path, &options) {
        assert_eq!(volume.header, report.header);
        assert_eq!(volume.voxels.len(), volume.header.voxel_count());
        assert!(volume.voxels.iter().all(|value| value.is_finite()));
        if let Ok((plain, _)) = plain {
            assert_eq!(plain, volume);
        }
    }
    if let Ok((map, _)) = reader.label_map(path, &LabelOptions { frame: Some(0), remap: None }) {
        assert_eq!(map.labels.len(), map.header.voxel_count());
    }
    let beyond = ReadOptions { frame: Some(report.frames), ..ReadOptions::default() };
    assert!(reader.volume(path, &beyond).is_err());
}

fn check(header: &VolumeHeader) {
    assert!(header.shape.iter().all(|length| *length > 0));
    assert!(header.spacing_mm.iter().all(|mm| mm.is_finite() && *mm > 0.0));
    if let Some(orientation) = header.orientation {
        for vector in orientation.direction {
            let norm = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
            assert!((norm - 1.0).abs() < 1e-9, "direction of length {norm}");
        }
        assert!(orientation.origin_mm.iter().all(|mm| mm.is_finite()));
        assert!(!orientation.codes().contains(&'?'));
    }
}

/// Reads bytes as a NIfTI file: alone, and as the header or the voxels of a pair.
pub fn nifti(bytes: &[u8]) {
    let file = |name: &str, bytes: &[u8]| (name.into(), bytes.to_vec());
    read(&MemoryFiles([file("x.nii.gz", bytes)].into()), "x.nii.gz");
    let (head, voxels) = bytes.split_at(bytes.len().min(348));
    let pair = MemoryFiles([file("x.hdr", head), file("x.img", voxels)].into());
    read(&pair, "x.hdr");
    read(&pair, "x.img");
}

/// Reads bytes as a MetaImage: with local data, and, split at the first zero byte, as a header
/// with files beside it.
pub fn metaimage(bytes: &[u8]) {
    let file = |name: &str, bytes: &[u8]| (name.into(), bytes.to_vec());
    read(&MemoryFiles([file("x.mha", bytes)].into()), "x.mha");
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (head, data) = bytes.split_at(end);
    let data = data.get(1..).unwrap_or_default();
    let names = ["x.raw", "0", "1", "2"].map(|name| file(name, data));
    let files = names.into_iter().chain([file("x.mhd", head)]).collect();
    read(&MemoryFiles(files), "x.mhd");
}
