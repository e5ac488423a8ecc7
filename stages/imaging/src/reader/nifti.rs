//! NIfTI-1 and NIfTI-2 single files, plain or gzip-compressed.

use std::io::Read;
use std::path::Path;

use super::gzip::{GzipChain, is_gzip};
use super::nifti_header::{self, NiftiHeader};
use super::voxels::{Coding, Stored};
use crate::{ImagingError, VolumeHeader};

/// Reads the header and checks it against the size of the file.
pub(super) fn open(path: &Path, bytes: Vec<u8>) -> Result<Stored, ImagingError> {
    let coding = if is_gzip(&bytes) { Coding::Gzip } else { Coding::Plain };
    let head = match coding {
        Coding::Gzip => decompressed_head(path, &bytes)?,
        _ => bytes[..bytes.len().min(nifti_header::LONGEST)].to_vec(),
    };
    let header = nifti_header::parse(path, &head)?;
    let (slope, intercept) = scaling(path, &header);
    Stored {
        path: path.to_path_buf(),
        header: VolumeHeader {
            shape: shape(path, &header)?,
            spacing_mm: spacing_mm(path, &header)?,
            voxel_type: header.voxel_type,
        },
        order: header.order,
        slope,
        intercept,
        coding,
        bytes,
        skip: header.vox_offset,
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

/// The first three axes; further ones must have length 1, missing ones have.
fn shape(path: &Path, header: &NiftiHeader) -> Result<[usize; 3], ImagingError> {
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
    let mut shape = [1; 3];
    for (axis, length) in header.dim[1..=rank].iter().enumerate() {
        let length = usize::try_from(*length)
            .ok()
            .filter(|length| *length > 0)
            .ok_or_else(|| invalid("lengths of at least 1"))?;
        match shape.get_mut(axis) {
            Some(slot) => *slot = length,
            None if length > 1 => {
                return Err(invalid("three axes; extract one frame of a time series first"));
            }
            None => {}
        }
    }
    shape
        .iter()
        .try_fold(1usize, |product, length| product.checked_mul(*length))
        .filter(|count| *count < 1 << 48)
        .ok_or_else(|| invalid("fewer voxels than memory can hold"))?;
    Ok(shape)
}

/// Voxel size from `pixdim`, never from an affine: real releases carry affines of unit scale.
fn spacing_mm(path: &Path, header: &NiftiHeader) -> Result<[f64; 3], ImagingError> {
    let millimetres = match header.xyzt_units & 7 {
        1 => 1000.0,
        3 => 0.001,
        // Unknown means mm in practice; other codes are not units of length.
        _ => 1.0,
    };
    let mut spacing = [1.0; 3];
    for (axis, spacing) in spacing.iter_mut().enumerate() {
        let present = (axis as i64) < header.dim[0];
        let found = header.pixdim[axis + 1].abs() * millimetres;
        if found.is_finite() && found > 0.0 {
            *spacing = found;
        } else if present {
            return Err(ImagingError::Header {
                path: path.to_path_buf(),
                field: "pixdim",
                found: format!("{:?}", &header.pixdim[1..4]),
                accepted: "a positive, finite voxel size for each axis".to_owned(),
            });
        }
    }
    report_affine(path, header, millimetres, spacing);
    Ok(spacing)
}

/// Notes an sform whose scale is not the voxel size, as in every file of the ACDC release.
fn report_affine(path: &Path, header: &NiftiHeader, millimetres: f64, spacing: [f64; 3]) {
    if header.sform_code <= 0 {
        return;
    }
    let norms: [f64; 3] = std::array::from_fn(|column| {
        header.sform.iter().map(|row| row[column] * row[column]).sum::<f64>().sqrt() * millimetres
    });
    // Written so that NaN counts as a disagreement.
    if !norms.iter().zip(&spacing).all(|(norm, mm)| ((norm - mm) / mm).abs() <= 1e-3) {
        tracing::debug!(file = %path.display(), sform = ?norms, pixdim = ?spacing, "spacing taken from pixdim, the sform disagrees");
    }
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
