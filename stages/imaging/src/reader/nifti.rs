//! NIfTI-1 and NIfTI-2 single files, plain or gzip-compressed.

use std::io::Read;
use std::path::Path;

use super::gzip::{GzipChain, is_gzip};
use super::nifti_header::{self, NiftiHeader};
use super::nifti_space;
use super::voxels::{Coding, Stored};
use crate::{ImagingError, VolumeHeader};

/// Reads the header and checks it against the size of the file.
pub(super) fn open(
    path: &Path,
    bytes: Vec<u8>,
    frame: Option<usize>,
) -> Result<Stored, ImagingError> {
    let coding = if is_gzip(&bytes) { Coding::Gzip } else { Coding::Plain };
    let head = match coding {
        Coding::Gzip => decompressed_head(path, &bytes)?,
        _ => bytes[..bytes.len().min(nifti_header::LONGEST)].to_vec(),
    };
    let header = nifti_header::parse(path, &head)?;
    let (slope, intercept) = scaling(path, &header);
    let (shape, frames) = shape(path, &header)?;
    let frame = choose_frame(path, frame, frames)?;
    let frame_bytes = shape.iter().product::<usize>() * header.voxel_type.bytes();
    Stored {
        path: path.to_path_buf(),
        header: VolumeHeader {
            shape,
            spacing_mm: nifti_space::spacing_mm(path, &header)?,
            voxel_type: header.voxel_type,
            orientation: nifti_space::orientation(&header),
        },
        order: header.order,
        slope,
        intercept,
        coding,
        bytes,
        skip: header.vox_offset.saturating_add((frame as u64).saturating_mul(frame_bytes as u64)),
    }
    .checked()
}

fn decompressed_head(path: &Path, bytes: &[u8]) -> Result<Vec<u8>, ImagingError> {
    let mut head = Vec::new();
    GzipChain::new(bytes).take(nifti_header::LONGEST as u64).read_to_end(&mut head).map_err(
        |source| ImagingError::Compressed {
            path: path.to_path_buf(),
            encoding: "gzip",
            produced: head.len() as u64,
            source,
        },
    )?;
    Ok(head)
}

/// The frame to read; a file of several needs a choice, because averaging or taking the first
/// would be a guess.
pub(super) fn choose_frame(
    path: &Path,
    frame: Option<usize>,
    frames: usize,
) -> Result<usize, ImagingError> {
    match frame {
        None if frames == 1 => Ok(0),
        Some(frame) if frame < frames => Ok(frame),
        _ => Err(ImagingError::Frame { path: path.to_path_buf(), frame, frames }),
    }
}

/// The first three axes, missing ones of length 1, and the product of the further ones.
fn shape(path: &Path, header: &NiftiHeader) -> Result<([usize; 3], usize), ImagingError> {
    let invalid = |accepted: &str| ImagingError::Header {
        path: path.to_path_buf(),
        field: "dim",
        found: format!("{:?}", header.dim),
        accepted: accepted.to_owned(),
    };
    let rank = usize::try_from(header.dim[0])
        .ok()
        .filter(|rank| (1..=7).contains(rank))
        .ok_or_else(|| invalid("a rank (the first number) from 1 to 7"))?;
    let (mut shape, mut frames) = ([1; 3], 1usize);
    for (axis, length) in header.dim[1..=rank].iter().enumerate() {
        let length = usize::try_from(*length)
            .ok()
            .filter(|length| *length > 0)
            .ok_or_else(|| invalid("lengths of at least 1"))?;
        match shape.get_mut(axis) {
            Some(slot) => *slot = length,
            None => frames = frames.saturating_mul(length),
        }
    }
    shape
        .iter()
        .try_fold(1usize, |product, length| product.checked_mul(*length))
        .filter(|count| *count < 1 << 48)
        .ok_or_else(|| invalid("fewer voxels than memory can hold"))?;
    Ok((shape, frames))
}

/// Slope and intercept; a slope of zero or one that is not a number means no scaling at all.
fn scaling(path: &Path, header: &NiftiHeader) -> (f64, f64) {
    if header.slope == 0.0 {
        return (1.0, 0.0);
    }
    if !header.slope.is_finite() {
        tracing::warn!(file = %path.display(), scl_slope = header.slope, "ignored intensity scaling");
        return (1.0, 0.0);
    }
    (header.slope, header.intercept)
}
