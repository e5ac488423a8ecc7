//! Voxel size and orientation from the three places a NIfTI header describes them in.

use std::path::Path;

use super::nifti_header::NiftiHeader;
use crate::orientation::normalized;
use crate::{ImagingError, Oddity, Orientation};

/// The two transforms may differ by so much and still be the same one: the first part of a half
/// turn's quaternion is lost in single precision, which costs up to 0.0005 of a direction.
const SAME: f64 = 1e-3;

/// Axes with a larger cosine are reported as not perpendicular.
const SHEAR: f64 = 1e-4;

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
pub(super) fn spacing_mm(
    path: &Path,
    header: &NiftiHeader,
    oddities: &mut Vec<Oddity>,
) -> Result<[f64; 3], ImagingError> {
    let millimetres = millimetres(header);
    let mut spacing = [1.0; 3];
    let mut negative = false;
    for (axis, spacing) in spacing.iter_mut().enumerate() {
        let present = (axis as i64) < header.dim[0];
        let found = header.pixdim[axis + 1].abs() * millimetres;
        if found.is_finite() && found > 0.0 {
            *spacing = found;
            negative |= present && header.pixdim[axis + 1] < 0.0;
        } else if present {
            return Err(ImagingError::Header {
                path: path.to_path_buf(),
                field: "pixdim",
                found: format!("{:?}", &header.pixdim[1..4]),
                accepted: "a positive, finite voxel size for each axis".to_owned(),
            });
        }
    }
    match header.xyzt_units & 7 {
        1 => oddities.push(Oddity::Unit { unit: "m" }),
        3 => oddities.push(Oddity::Unit { unit: "micron" }),
        0 | 2 => {}
        code => oddities.push(Oddity::UnknownUnit { code }),
    }
    if negative {
        let [_, x, y, z, ..] = header.pixdim;
        oddities.push(Oddity::NegativeSpacing { found: [x, y, z] });
    }
    Ok(spacing)
}

/// The orientation of the transform that agrees with `pixdim`: the qform, which is built on it,
/// if there is one; otherwise the directions of the sform, whatever their scale.
///
/// Where both say the same, the numbers of the sform are taken, which are more precise.
pub(super) fn orientation(
    header: &NiftiHeader,
    spacing_mm: [f64; 3],
    oddities: &mut Vec<Oddity>,
) -> Option<Orientation> {
    let millimetres = millimetres(header);
    let mut usable = |code: i32, field, read: &dyn Fn() -> Option<Orientation>| {
        let found = if code > 0 { read() } else { return None };
        if found.is_none() {
            oddities.push(Oddity::UnusableTransform { field });
        }
        found
    };
    let qform = usable(header.qform_code, "qform", &|| qform(header, millimetres));
    let sform = usable(header.sform_code, "sform", &|| sform(header, millimetres));
    if sform.is_some() {
        let sform_mm: [f64; 3] = std::array::from_fn(|axis| {
            header.sform.iter().map(|row| row[axis] * row[axis]).sum::<f64>().sqrt() * millimetres
        });
        let off = |(norm, mm): (&f64, &f64)| ((norm - mm) / mm).abs() > 1e-3;
        if sform_mm.iter().zip(&spacing_mm).any(off) {
            oddities.push(Oddity::SformScale { sform_mm, spacing_mm });
        }
    }
    let orientation = match (qform, sform) {
        (Some(qform), Some(sform)) if qform.difference(&sform) <= SAME => sform,
        (Some(qform), Some(sform)) => {
            oddities.push(Oddity::FormsDisagree { qform, sform });
            qform
        }
        (qform, sform) => qform.or(sform)?,
    };
    if orientation.shear() > SHEAR {
        oddities.push(Oddity::Shear { cosine: orientation.shear() });
    }
    Some(orientation)
}

/// Rotation by the unit quaternion whose last three parts the header stores.
///
/// # Source
/// NIfTI-1 standard, "method 2": a = sqrt(1 - b^2 - c^2 - d^2), the third axis times `pixdim[0]`
/// (0 counts as 1).
fn qform(header: &NiftiHeader, millimetres: f64) -> Option<Orientation> {
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
    let orientation = Orientation { direction, origin_mm };
    // Three axes in one plane are no grid.
    let usable = origin_mm.iter().all(|x| x.is_finite()) && orientation.handedness().abs() > 1e-6;
    usable.then_some(orientation)
}
