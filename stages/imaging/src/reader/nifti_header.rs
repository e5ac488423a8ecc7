//! The fields of a NIfTI-1 or NIfTI-2 header that we use, read without trusting any of them.

use std::path::Path;

use super::read::ImageFormat;
use crate::{ByteOrder, ImagingError, Oddity, VoxelType};

/// Bytes of a NIfTI-1 header with its extension flag: where voxels start at the earliest.
const FIRST_VOXEL_1: u64 = 352;
/// The same for NIfTI-2.
const FIRST_VOXEL_2: u64 = 544;
/// Bytes that are enough to parse either version.
pub(super) const LONGEST: usize = 540;

/// What both versions of the header say, in the widest types of either.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NiftiHeader {
    pub(super) format: ImageFormat,
    pub(super) order: ByteOrder,
    /// `dim[0]` is the rank.
    pub(super) dim: [i64; 8],
    pub(super) voxel_type: VoxelType,
    pub(crate) pixdim: [f64; 8],
    /// Where the voxels start.
    pub(super) vox_offset: u64,
    pub(super) slope: f64,
    pub(super) intercept: f64,
    pub(crate) xyzt_units: i32,
    pub(crate) sform_code: i32,
    /// Rows of the sform; the last column is the place of the first voxel.
    pub(crate) sform: [[f64; 4]; 3],
    pub(crate) qform_code: i32,
    /// The parts b, c and d of the unit quaternion of the qform.
    pub(crate) quaternion: [f64; 3],
    pub(crate) qoffset: [f64; 3],
}

/// Reads fixed-offset fields in one byte order.
struct Fields<'a> {
    bytes: &'a [u8],
    order: ByteOrder,
}

impl Fields<'_> {
    fn at<const N: usize>(&self, offset: usize) -> [u8; N] {
        let mut field = [0; N];
        field.copy_from_slice(&self.bytes[offset..offset + N]);
        if self.order == ByteOrder::Big {
            field.reverse();
        }
        field
    }
    fn i16(&self, offset: usize) -> i16 {
        i16::from_le_bytes(self.at(offset))
    }
    fn i32(&self, offset: usize) -> i32 {
        i32::from_le_bytes(self.at(offset))
    }
    fn i64(&self, offset: usize) -> i64 {
        i64::from_le_bytes(self.at(offset))
    }
    fn f32(&self, offset: usize) -> f64 {
        f64::from(f32::from_le_bytes(self.at(offset)))
    }
    fn offset(&self, version: u8) -> f64 {
        if version == 1 { self.f32(108) } else { self.i64(168) as f64 }
    }
    fn f64(&self, offset: usize) -> f64 {
        f64::from_le_bytes(self.at(offset))
    }
}

/// Version and byte order by the size that the header claims for itself.
fn version_of(path: &Path, bytes: &[u8]) -> Result<(u8, ByteOrder), ImagingError> {
    let short = |expected: u64| ImagingError::Truncated {
        path: path.to_path_buf(),
        what: "header",
        expected,
        found: bytes.len() as u64,
    };
    let size = bytes.first_chunk::<4>().ok_or_else(|| short(348))?;
    let (version, order) = match (i32::from_le_bytes(*size), i32::from_be_bytes(*size)) {
        (348, _) => (1, ByteOrder::Little),
        (_, 348) => (1, ByteOrder::Big),
        (540, _) => (2, ByteOrder::Little),
        (_, 540) => (2, ByteOrder::Big),
        (other, _) => {
            return Err(ImagingError::Header {
                path: path.to_path_buf(),
                field: "sizeof_hdr",
                found: other.to_string(),
                accepted: "348 (NIfTI-1) or 540 (NIfTI-2), in either byte order".to_owned(),
            });
        }
    };
    let length = if version == 1 { 348 } else { 540 };
    if (bytes.len() as u64) < length {
        return Err(short(length));
    }
    Ok((version, order))
}

/// Whether the voxels are in the same file, by the magic string of a version.
fn is_single(path: &Path, bytes: &[u8], version: u8) -> Result<bool, ImagingError> {
    let (found, magics): (&[u8], [&[u8]; 2]) = if version == 1 {
        (&bytes[344..348], [b"n+1\0", b"ni1\0"])
    } else {
        (&bytes[4..12], [b"n+2\0\r\n\x1a\n", b"ni2\0\r\n\x1a\n"])
    };
    if magics.contains(&found) {
        return Ok(found == magics[0]);
    }
    Err(ImagingError::Header {
        path: path.to_path_buf(),
        field: "magic",
        found: format!("\"{}\"", found.escape_ascii()),
        accepted: format!(
            "\"{}\" (voxels in the same file) or \"{}\" (in an .img); Analyze 7.5 files, which have \
             none, do not say where left is and are not read",
            magics[0].escape_ascii(),
            magics[1].escape_ascii()
        ),
    })
}

/// Parses the start of a decompressed file; also says whether the voxels are in the same file.
pub(super) fn parse(
    path: &Path,
    bytes: &[u8],
    oddities: &mut Vec<Oddity>,
) -> Result<(NiftiHeader, bool), ImagingError> {
    let invalid = |field, found: String, accepted: &str| ImagingError::Header {
        path: path.to_path_buf(),
        field,
        found,
        accepted: accepted.to_owned(),
    };
    let (version, order) = version_of(path, bytes)?;
    let single = is_single(path, bytes, version)?;
    let fields = Fields { bytes, order };
    let (datatype, bitpix) = match version {
        1 => (fields.i16(70), fields.i16(72)),
        _ => (fields.i16(12), fields.i16(14)),
    };
    let voxel_type = voxel_type_of(datatype)
        .map_err(|name| invalid("datatype", format!("{datatype} ({name})"), ACCEPTED_TYPES))?;
    if usize::try_from(bitpix) != Ok(voxel_type.bytes() * 8) {
        oddities.push(Oddity::Bitpix { bitpix, datatype: voxel_type.bytes() * 8 });
    }
    let (first_voxel, offset) = match version {
        _ if !single => (0, fields.offset(version)),
        1 => (FIRST_VOXEL_1, fields.offset(version)),
        _ => (FIRST_VOXEL_2, fields.offset(version)),
    };
    if !(0.0..=9e15).contains(&offset) || offset.fract() != 0.0 {
        let accepted = "a whole number of bytes, 352 or more";
        return Err(invalid("vox_offset", offset.to_string(), accepted));
    }
    let vox_offset = (offset as u64).max(first_voxel);
    if (offset as u64) < first_voxel {
        oddities.push(Oddity::VoxOffset { found: offset, used: vox_offset });
    }
    let header = if version == 1 {
        NiftiHeader {
            format: ImageFormat::Nifti1,
            order,
            dim: std::array::from_fn(|i| i64::from(fields.i16(40 + 2 * i))),
            voxel_type,
            pixdim: std::array::from_fn(|i| fields.f32(76 + 4 * i)),
            vox_offset,
            slope: fields.f32(112),
            intercept: fields.f32(116),
            xyzt_units: i32::from(bytes[123]),
            qform_code: i32::from(fields.i16(252)),
            quaternion: std::array::from_fn(|i| fields.f32(256 + 4 * i)),
            qoffset: std::array::from_fn(|i| fields.f32(268 + 4 * i)),
            sform_code: i32::from(fields.i16(254)),
            sform: std::array::from_fn(|row| {
                std::array::from_fn(|column| fields.f32(280 + 16 * row + 4 * column))
            }),
        }
    } else {
        NiftiHeader {
            format: ImageFormat::Nifti2,
            order,
            dim: std::array::from_fn(|i| fields.i64(16 + 8 * i)),
            voxel_type,
            pixdim: std::array::from_fn(|i| fields.f64(104 + 8 * i)),
            vox_offset,
            slope: fields.f64(176),
            intercept: fields.f64(184),
            xyzt_units: fields.i32(500),
            qform_code: fields.i32(344),
            quaternion: std::array::from_fn(|i| fields.f64(352 + 8 * i)),
            qoffset: std::array::from_fn(|i| fields.f64(376 + 8 * i)),
            sform_code: fields.i32(348),
            sform: std::array::from_fn(|row| {
                std::array::from_fn(|column| fields.f64(400 + 32 * row + 8 * column))
            }),
        }
    };
    Ok((header, single))
}

const ACCEPTED_TYPES: &str = "2 (uint8), 4 (int16), 8 (int32), 16 (float32), 64 (float64), 256 (int8), \
     512 (uint16), 768 (uint32), 1024 (int64) or 1280 (uint64)";

/// The voxel type of a datatype code, or what the code means instead.
fn voxel_type_of(datatype: i16) -> Result<VoxelType, &'static str> {
    Ok(match datatype {
        2 => VoxelType::U8,
        4 => VoxelType::I16,
        8 => VoxelType::I32,
        16 => VoxelType::F32,
        64 => VoxelType::F64,
        256 => VoxelType::I8,
        512 => VoxelType::U16,
        768 => VoxelType::U32,
        1024 => VoxelType::I64,
        1280 => VoxelType::U64,
        1 => return Err("binary"),
        32 => return Err("complex64"),
        128 => return Err("RGB24"),
        1536 => return Err("float128"),
        1792 => return Err("complex128"),
        2048 => return Err("complex256"),
        2304 => return Err("RGBA32"),
        _ => return Err("unknown"),
    })
}
