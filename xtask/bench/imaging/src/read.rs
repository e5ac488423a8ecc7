//! Reading volumes.

use std::error::Error;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use libdeflater::Decompressor;
use stages_imaging::read_volume;

/// The volume that a contest is about.
pub(crate) fn path(folder: &Path, which: &str) -> Result<PathBuf, Box<dyn Error>> {
    match which {
        "cardiac" => frames(folder)?.into_iter().next().ok_or_else(|| "no cardiac scans".into()),
        "abdomen" => Ok(folder.join("abdomen/scan.nii.gz")),
        _ => Err(format!("no such scan: {which}").into()),
    }
}

/// The cardiac scans, by name.
pub(crate) fn frames(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut frames = Vec::new();
    for entry in fs_err::read_dir(folder.join("cardiac"))? {
        let path = entry?.path();
        if !path.to_string_lossy().ends_with("_gt.nii.gz") {
            frames.push(path);
        }
    }
    frames.sort();
    Ok(frames)
}

/// A file to voxels in single precision.
pub(crate) fn volume(path: &Path) -> Result<(), Box<dyn Error>> {
    black_box(read_volume(path)?);
    Ok(())
}

/// The bytes of a compressed file, which is one gzip member: what reading cannot do without.
pub(crate) fn inflate(path: &Path) -> Result<(), Box<dyn Error>> {
    let file = fs_err::read(path)?;
    let size = file.last_chunk().ok_or("an empty file")?;
    let mut bytes = vec![0; u32::from_le_bytes(*size) as usize];
    Decompressor::new().gzip_decompress(&file, &mut bytes)?;
    black_box(bytes);
    Ok(())
}
