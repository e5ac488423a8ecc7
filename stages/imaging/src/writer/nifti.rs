//! NIfTI-1 files through the `nifti` crate, with the headers that real releases have.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use ndarray::{ArrayView3, ShapeBuilder};
use nifti::NiftiHeader;
use nifti::writer::WriterOptions;

use super::{Element, check};
use crate::{ImagingError, LabelMap, NiftiSpace, Orientation, Volume, VolumeHeader, VoxelType};

/// How the header describes the voxel grid in space. The voxel size is in `pixdim` either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NiftiForm {
    /// A sform and qform that carry the true voxel size, in mm, and the volume's orientation; a
    /// volume without one is written along right, anterior, superior.
    #[default]
    Scanner,
    /// As every file of the ACDC release: no qform, an aligned sform of unit scale (`diag(-1, -1,
    /// 1)` for a volume without an orientation), no units. A reader that trusts the affine gets the voxel size wrong.
    UnitScale,
}

/// How to write a NIfTI file. The voxel type is that of the volume's header; the file is
/// compressed when its name ends in `.nii.gz`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NiftiWrite {
    /// How the header describes space.
    pub form: NiftiForm,
}

/// Writes an image as `.nii` or `.nii.gz`; the same volume always gives the same bytes.
///
/// The file appears under its name only when it is complete.
///
/// # Errors
/// [`ImagingError::Unwritable`] if the volume does not fit the format or its voxel type, or the
/// name has another ending.
pub fn write_nifti_volume(
    path: &Path,
    volume: &Volume,
    options: &NiftiWrite,
) -> Result<(), ImagingError> {
    let header = header_of(&volume.header, options.form);
    write(path, &volume.header, &volume.voxels, |value| *value, &header)
}

/// Writes a label map as `.nii` or `.nii.gz`; the same labels always give the same bytes.
///
/// # Errors
/// As [`write_nifti_volume`].
pub fn write_nifti_label_map(
    path: &Path,
    map: &LabelMap,
    options: &NiftiWrite,
) -> Result<(), ImagingError> {
    let header = header_of(&map.header, options.form);
    write(path, &map.header, &map.labels, |label| f32::from(*label), &header)
}

/// Writes a label map as `.nii` or `.nii.gz` into the space of another file, which is taken over as it
/// is stored there; the spacing and orientation of the map's own header are passed over.
///
/// # Errors
/// As [`write_nifti_volume`].
pub fn write_nifti_label_map_in(
    path: &Path,
    map: &LabelMap,
    space: &NiftiSpace,
) -> Result<(), ImagingError> {
    let header = header_in(space);
    write(path, &map.header, &map.labels, |label| f32::from(*label), &header)
}

fn write<T>(
    path: &Path,
    header: &VolumeHeader,
    voxels: &[T],
    value: impl Fn(&T) -> f32 + Copy,
    reference: &NiftiHeader,
) -> Result<(), ImagingError> {
    check(path, header, voxels.len(), voxels.iter().map(value))?;
    let refuse = |message| ImagingError::Unwritable { path: path.to_path_buf(), message };
    if header.shape.iter().any(|length| *length > 32767) {
        return Err(refuse(format!("NIfTI-1 holds axes up to 32767, found {:?}", header.shape)));
    }
    let partial = partial_path(path)
        .ok_or_else(|| refuse("the name must end in .nii or .nii.gz".to_owned()))?;
    let writer = WriterOptions::new(&partial).reference_header(reference);
    macro_rules! typed {
        ($number:ty) => {{
            let stored: Vec<$number> =
                voxels.iter().map(|voxel| <$number>::from_value(value(voxel))).collect();
            let [nx, ny, nz] = header.shape;
            let array = ArrayView3::from_shape((nx, ny, nz).f(), &stored)
                .expect("the voxel count was checked against the shape");
            writer.write_nifti(&array)
        }};
    }
    let written = match header.voxel_type {
        VoxelType::U8 => typed!(u8),
        VoxelType::I8 => typed!(i8),
        VoxelType::U16 => typed!(u16),
        VoxelType::I16 => typed!(i16),
        VoxelType::U32 => typed!(u32),
        VoxelType::I32 => typed!(i32),
        VoxelType::U64 => typed!(u64),
        VoxelType::I64 => typed!(i64),
        VoxelType::F32 => typed!(f32),
        VoxelType::F64 => typed!(f64),
    };
    let written = written
        .map_err(|source| ImagingError::Nifti { path: path.to_path_buf(), source })
        .and_then(|()| {
            let bytes = HEADER_BYTES + voxels.len() as u64 * header.voxel_type.bytes() as u64;
            let io = |source| ImagingError::Io { path: path.to_path_buf(), source };
            // The writer does not say when the last bytes of a plain file found no room.
            let short = path.extension().is_some_and(|ending| ending == "nii")
                && fs_err::metadata(&partial).map_err(io)?.len() != bytes;
            if short {
                return Err(io(std::io::ErrorKind::WriteZero.into()));
            }
            fs_err::rename(&partial, path).map_err(io)
        });
    if written.is_err() {
        // What went wrong is said already.
        let _ = fs_err::remove_file(&partial);
    }
    written
}

/// Header, and the flag that no extension follows.
const HEADER_BYTES: u64 = 352;

/// Where the file is written before it is complete: beside it, under a name without further dots,
/// because the writer takes everything after the first one for the extension.
fn partial_path(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let (stem, ending) = [".nii.gz", ".nii"]
        .into_iter()
        .find_map(|ending| Some((name.strip_suffix(ending)?, ending)))?;
    let mut partial = OsString::from(stem.replace('.', "%2E"));
    partial.push("_partial");
    partial.push(ending);
    Some(path.with_file_name(partial))
}

fn header_of(header: &VolumeHeader, form: NiftiForm) -> NiftiHeader {
    let spacing = header.spacing_mm;
    let [sx, sy, sz] = spacing.map(|mm| mm as f32);
    let base = NiftiHeader { pixdim: [1.0, sx, sy, sz, 1.0, 1.0, 1.0, 1.0], ..Default::default() };
    match form {
        NiftiForm::Scanner => {
            // Millimetres and seconds.
            let base = NiftiHeader { xyzt_units: 2 | 8, ..base };
            oriented(base, &header.orientation.unwrap_or(Orientation::RAS), spacing, 1)
        }
        NiftiForm::UnitScale => {
            let base = NiftiHeader { xyzt_units: 0, ..base };
            let orientation = header.orientation.unwrap_or(Orientation::LPS);
            NiftiHeader { qform_code: 0, ..oriented(base, &orientation, [1.0; 3], 2) }
        }
    }
}

fn header_in(space: &NiftiSpace) -> NiftiHeader {
    let [qfac, x, y, z] = space.pixdim;
    let ([b, c, d], [offset_x, offset_y, offset_z]) = (space.quaternion, space.qoffset);
    let [srow_x, srow_y, srow_z] = space.sform;
    NiftiHeader {
        pixdim: [qfac, x, y, z, 1.0, 1.0, 1.0, 1.0],
        xyzt_units: space.xyzt_units,
        qform_code: space.qform_code,
        quatern_b: b,
        quatern_c: c,
        quatern_d: d,
        quatern_x: offset_x,
        quatern_y: offset_y,
        quatern_z: offset_z,
        sform_code: space.sform_code,
        srow_x,
        srow_y,
        srow_z,
        ..Default::default()
    }
}

/// Where [`NiftiForm::Scanner`] puts a volume.
pub(crate) fn scanner_space(header: &VolumeHeader) -> NiftiSpace {
    let header = header_of(header, NiftiForm::Scanner);
    NiftiSpace {
        pixdim: [header.pixdim[0], header.pixdim[1], header.pixdim[2], header.pixdim[3]],
        xyzt_units: header.xyzt_units,
        qform_code: header.qform_code,
        quaternion: [header.quatern_b, header.quatern_c, header.quatern_d],
        qoffset: [header.quatern_x, header.quatern_y, header.quatern_z],
        sform_code: header.sform_code,
        sform: [header.srow_x, header.srow_y, header.srow_z],
    }
}

/// Sets the sform, and the qform unless the axes are sheared, which a qform cannot say.
fn oriented(
    mut header: NiftiHeader,
    orientation: &Orientation,
    scale: [f64; 3],
    code: i16,
) -> NiftiHeader {
    let affine = orientation.affine(scale).map(|row| row.map(|x| x as f32));
    [header.srow_x, header.srow_y, header.srow_z, _] = affine;
    (header.qform_code, header.sform_code) = (code, code);
    if orientation.shear() > LARGEST_SHEAR {
        header.qform_code = 0;
        return header;
    }
    if orientation.handedness() < 0.0 {
        header.pixdim[0] = -1.0;
    }
    [header.quatern_b, header.quatern_c, header.quatern_d] =
        quaternion(orientation).map(|x| x as f32);
    let origin = orientation.origin_mm.map(|x| x as f32);
    [header.quatern_x, header.quatern_y, header.quatern_z] = origin;
    header
}

/// Axes whose cosine is larger are not perpendicular.
const LARGEST_SHEAR: f64 = 1e-5;

/// The parts b, c, d of the unit quaternion with a >= 0 that turns patient space into the voxel
/// axes; the third axis is taken negative for left-handed axes.
///
/// # Source
/// NIfTI-1 standard, "method 2", solved for the largest of the four parts so that no small number
/// divides.
fn quaternion(orientation: &Orientation) -> [f64; 3] {
    let [x, y, mut z] = orientation.direction;
    if orientation.handedness() < 0.0 {
        z = z.map(|value| -value);
    }
    // The squares of a, b, c and d, four times each, from the diagonal.
    let squares = [
        1.0 + x[0] + y[1] + z[2],
        1.0 + x[0] - y[1] - z[2],
        1.0 - x[0] + y[1] - z[2],
        1.0 - x[0] - y[1] + z[2],
    ];
    let largest = (0..4).max_by(|i, j| squares[*i].total_cmp(&squares[*j])).unwrap_or(0);
    let half = squares[largest].sqrt() / 2.0;
    let by = |numerator: f64| numerator / (4.0 * half);
    let [a, b, c, d] = match largest {
        0 => [half, by(y[2] - z[1]), by(z[0] - x[2]), by(x[1] - y[0])],
        1 => [by(y[2] - z[1]), half, by(x[1] + y[0]), by(x[2] + z[0])],
        2 => [by(z[0] - x[2]), by(x[1] + y[0]), half, by(y[2] + z[1])],
        _ => [by(x[1] - y[0]), by(x[2] + z[0]), by(y[2] + z[1]), half],
    };
    let sign = if a < 0.0 { -1.0 } else { 1.0 };
    [b, c, d].map(|part| part * sign + 0.0)
}
