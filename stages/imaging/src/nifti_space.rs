//! How a file's header places its voxels in space, to put another file onto the same grid.

use crate::VolumeHeader;
use crate::reader::NiftiHeader;
use crate::writer::scanner_space;

/// The part of a NIfTI header that places voxels in space, as it is stored, with everything that is
/// odd about it: a file that bears it lies, in every viewer, where the file lies that it was read from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NiftiSpace {
    /// `pixdim[0..4]`: the handedness of the qform, then the voxel size, in the header's unit.
    pub(crate) pixdim: [f32; 4],
    pub(crate) xyzt_units: u8,
    pub(crate) qform_code: i16,
    /// The parts b, c and d of the qform's quaternion.
    pub(crate) quaternion: [f32; 3],
    pub(crate) qoffset: [f32; 3],
    pub(crate) sform_code: i16,
    pub(crate) sform: [[f32; 4]; 3],
}

impl NiftiSpace {
    /// That of a file of another format: millimetres, a qform and a sform with the voxel size and the
    /// orientation; right, anterior, superior where the file does not say.
    pub fn of_header(header: &VolumeHeader) -> Self {
        scanner_space(header)
    }

    /// Single precision, which is all that NIfTI-1 holds; a file of NIfTI-2 loses its further digits.
    pub(crate) fn of_stored(stored: &NiftiHeader) -> Self {
        let single = |values: [f64; 3]| values.map(|value| value as f32);
        // A missing third axis may have any size; a volume of one plane needs one.
        let size = |value: f64| if value.is_finite() && value != 0.0 { value as f32 } else { 1.0 };
        let [qfac, x, y, z, ..] = stored.pixdim;
        Self {
            pixdim: [qfac as f32, size(x), size(y), size(z)],
            xyzt_units: u8::try_from(stored.xyzt_units).unwrap_or_default(),
            qform_code: i16::try_from(stored.qform_code).unwrap_or_default(),
            quaternion: single(stored.quaternion),
            qoffset: single(stored.qoffset),
            sform_code: i16::try_from(stored.sform_code).unwrap_or_default(),
            sform: stored.sform.map(|row| row.map(|value| value as f32)),
        }
    }
}
