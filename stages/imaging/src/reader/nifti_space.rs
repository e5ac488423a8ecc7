//! Voxel size and orientation from the three places a NIfTI header describes them in.

use std::path::Path;

use super::nifti_header::NiftiHeader;
use crate::orientation::normalized;
use crate::{ImagingError, Orientation};

/// Millimetres in the header's unit of length.
fn millimetres(header: &NiftiHeader) -> f64 {
    match header.xyzt_units & 7 {
        1 => 1000.0,
        3 => 0.001,
        // Unknown means mm in practice; other codes are not units of length.
        _ => 1.0,
    }
}

/// Voxel size from `pixdim`, never from an affine: real releases carry affines of unit scale.
pub(super) fn spacing_mm(path: &Path, header: &NiftiHeader) -> Result<[f64; 3], ImagingError> {
    let millimetres = millimetres(header);
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

/// The orientation of the transform that agrees with `pixdim`: the qform, which is built on it,
/// if there is one; otherwise the directions of the sform, whatever their scale.
///
/// Where both say the same, the sform's numbers are taken: the first part of a half turn's
/// quaternion is lost in single precision, which costs up to 0.0005 of a direction.
pub(super) fn orientation(header: &NiftiHeader) -> Option<Orientation> {
    let millimetres = millimetres(header);
    match (qform(header, millimetres), sform(header, millimetres)) {
        (Some(q), Some(s)) if same(&q, &s) => Some(s),
        (q, s) => q.or(s),
    }
}

/// Whether two orientations differ by no more than rounding, or that of a half turn.
fn same(a: &Orientation, b: &Orientation) -> bool {
    let close = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-3);
    close(a.direction.as_flattened(), b.direction.as_flattened())
        && close(&a.origin_mm, &b.origin_mm)
}

/// Rotation by the unit quaternion whose last three parts the header stores.
///
/// # Source
/// NIfTI-1 standard, "method 2": a = sqrt(1 - b^2 - c^2 - d^2), the third axis times `pixdim[0]`
/// (0 counts as 1).
fn qform(header: &NiftiHeader, millimetres: f64) -> Option<Orientation> {
    if header.qform_code <= 0 {
        return None;
    }
    let [mut b, mut c, mut d] = header.quaternion;
    let square = b * b + c * c + d * d;
    // Stored in single precision, a half turn comes out a little longer than 1.
    if !(square.is_finite() && square < 1.0 + 1e-4) {
        return None;
    }
    let a = if square >= 1.0 {
        let length = square.sqrt();
        (b, c, d) = (b / length, c / length, d / length);
        0.0
    } else {
        (1.0 - square).sqrt()
    };
    let qfac = if header.pixdim[0] < 0.0 { -1.0 } else { 1.0 };
    let direction = [
        [a * a + b * b - c * c - d * d, 2.0 * (b * c + a * d), 2.0 * (b * d - a * c)],
        [2.0 * (b * c - a * d), a * a + c * c - b * b - d * d, 2.0 * (c * d + a * b)],
        [
            qfac * 2.0 * (b * d + a * c),
            qfac * 2.0 * (c * d - a * b),
            qfac * (a * a + d * d - c * c - b * b),
        ],
    ];
    orientation_of(direction, header.qoffset, millimetres)
}

fn sform(header: &NiftiHeader, millimetres: f64) -> Option<Orientation> {
    if header.sform_code <= 0 {
        return None;
    }
    let direction = std::array::from_fn(|axis| std::array::from_fn(|row| header.sform[row][axis]));
    orientation_of(direction, header.sform.map(|row| row[3]), millimetres)
}

fn orientation_of(
    direction: [[f64; 3]; 3],
    origin: [f64; 3],
    millimetres: f64,
) -> Option<Orientation> {
    let direction = normalized(direction)?;
    // Adding zero makes a negative zero positive.
    let direction = direction.map(|vector| vector.map(|x| x + 0.0));
    let origin_mm = origin.map(|x| x * millimetres + 0.0);
    origin_mm.iter().all(|x| x.is_finite()).then_some(Orientation { direction, origin_mm })
}
