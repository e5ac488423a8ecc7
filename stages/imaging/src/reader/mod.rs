//! Reading image files: one file per format, one shared pass from bytes to voxels.
//!
//! The format is taken from the name where it says one, otherwise from the content. A file is
//! opened at exactly the path given; compression is recognized by content, never by name.

mod gzip;
mod metaimage;
mod nifti;
mod nifti_header;
mod nifti_space;
mod options;
mod voxels;

#[cfg(test)]
mod tests;

use std::path::Path;

use crate::{ImagingError, LabelMap, Volume, VolumeHeader};
pub use options::{LabelOptions, NonFinite, ReadOptions};
use voxels::Stored;

/// Reads an image and applies its intensity scaling.
///
/// # Shapes
/// Storage order, x fastest; exactly three axes (further ones only if they have length 1).
///
/// # Errors
/// Every [`ImagingError`] about reading: unknown format, unusable header, truncated or corrupt
/// data, several volumes in one file, voxels that are not finite.
pub fn read_volume(path: &Path) -> Result<Volume, ImagingError> {
    read_volume_with(path, &ReadOptions::default())
}

/// Reads one volume of an image file, with a rule for voxels that are not finite numbers.
///
/// # Errors
/// As [`read_volume`], and [`ImagingError::Frame`] for a frame that is not there.
pub fn read_volume_with(path: &Path, options: &ReadOptions) -> Result<Volume, ImagingError> {
    open(path, options.frame)?.volume(options.non_finite)
}

/// Reads a label map; stored floating-point or scaled values must be whole to within 0.001.
///
/// # Errors
/// As [`read_volume`], and [`ImagingError::Label`] for a value outside the whole numbers 0 to 255.
pub fn read_label_map(path: &Path) -> Result<LabelMap, ImagingError> {
    read_label_map_with(path, &LabelOptions::default())
}

/// Reads one volume of a label file, its values mapped to class ids.
///
/// # Errors
/// As [`read_label_map`], and [`ImagingError::Unmapped`] for values that the remapping lacks.
pub fn read_label_map_with(path: &Path, options: &LabelOptions) -> Result<LabelMap, ImagingError> {
    open(path, options.frame)?.label_map(options.remap.as_ref())
}

/// Reads shape, spacing, orientation and voxel type, and checks that the file is long enough for
/// them, without decoding voxels.
///
/// # Errors
/// As [`read_volume`], except what only decoding can show.
pub fn read_header(path: &Path) -> Result<VolumeHeader, ImagingError> {
    read_header_with(path, &ReadOptions::default())
}

/// Reads the header of one volume of an image file.
///
/// # Errors
/// As [`read_volume_with`], except what only decoding can show.
pub fn read_header_with(path: &Path, options: &ReadOptions) -> Result<VolumeHeader, ImagingError> {
    Ok(open(path, options.frame)?.header)
}

/// Which reader a file needs.
enum Format {
    Nifti,
    MetaImage,
}

fn open(path: &Path, frame: Option<usize>) -> Result<Stored, ImagingError> {
    let bytes = fs_err::read(path)
        .map_err(|source| ImagingError::Io { path: path.to_path_buf(), source })?;
    match format_of(path, &bytes)? {
        Format::Nifti => nifti::open(path, bytes, frame),
        Format::MetaImage => metaimage::open(path, bytes, frame),
    }
}

fn format_of(path: &Path, bytes: &[u8]) -> Result<Format, ImagingError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let named = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let starts = bytes.first_chunk::<4>().copied();
    let nifti_size =
        starts.map(i32::from_le_bytes).into_iter().chain(starts.map(i32::from_be_bytes));
    if named(&[".mhd", ".mha"]) {
        Ok(Format::MetaImage)
    } else if named(&[".nii", ".nii.gz"])
        || gzip::is_gzip(bytes)
        || nifti_size.into_iter().any(|size| size == 348 || size == 540)
    {
        Ok(Format::Nifti)
    } else if bytes.starts_with(b"ObjectType") || bytes.starts_with(b"NDims") {
        Ok(Format::MetaImage)
    } else {
        let found = match starts {
            Some(four) => format!("a file that starts with the bytes {four:02x?}"),
            None => format!("a file of {} bytes", bytes.len()),
        };
        Err(ImagingError::UnknownFormat { path: path.to_path_buf(), found })
    }
}
