//! MetaImage files: `.mhd` with a data file beside it, or `.mha` with both in one.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::{Element, check};
use crate::{ImagingError, LabelMap, Orientation, Volume, VolumeHeader, VoxelType};

/// Which byte of a number comes first in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ByteOrder {
    /// The least significant.
    #[default]
    Little,
    /// The most significant.
    Big,
}

/// How to write a MetaImage. The voxel type is that of the volume's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MetaImageWrite {
    /// Compress the voxels as one zlib stream; the data file is then `.zraw` instead of `.raw`.
    pub compressed: bool,
    /// Byte order of the voxels.
    pub byte_order: ByteOrder,
}

/// Writes an image as `.mhd` (with its data file beside it) or `.mha`; the same volume always
/// gives the same bytes.
///
/// # Errors
/// [`ImagingError::Unwritable`] if the volume does not fit its voxel type or the name has another
/// ending.
pub fn write_metaimage_volume(
    path: &Path,
    volume: &Volume,
    options: &MetaImageWrite,
) -> Result<(), ImagingError> {
    write(path, &volume.header, &volume.voxels, |value| *value, *options)
}

/// Writes a label map as `.mhd` (with its data file beside it) or `.mha`; the same labels always
/// give the same bytes.
///
/// # Errors
/// As [`write_metaimage_volume`].
pub fn write_metaimage_label_map(
    path: &Path,
    map: &LabelMap,
    options: &MetaImageWrite,
) -> Result<(), ImagingError> {
    write(path, &map.header, &map.labels, |label| f32::from(*label), *options)
}

fn write<T>(
    path: &Path,
    header: &VolumeHeader,
    voxels: &[T],
    value: impl Fn(&T) -> f32 + Copy,
    options: MetaImageWrite,
) -> Result<(), ImagingError> {
    check(path, header, voxels.len(), voxels.iter().map(value))?;
    let io = |path: &Path, source| ImagingError::Io { path: path.to_path_buf(), source };
    let mut data = encode(header.voxel_type, options.byte_order, voxels.iter().map(value));
    if options.compressed {
        data = zlib(&data).map_err(|source| io(path, source))?;
    }
    let text = |data_file: &str| header_text(header, options, data.len(), data_file);
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("mhd") => {
            let data_path = path.with_extension(if options.compressed { "zraw" } else { "raw" });
            let name = data_path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            // The data first: a header never names a file that is not there.
            fs_err::write(&data_path, &data).map_err(|source| io(&data_path, source))?;
            fs_err::write(path, text(name)).map_err(|source| io(path, source))
        }
        Some("mha") => {
            let mut file = text("LOCAL").into_bytes();
            file.extend_from_slice(&data);
            fs_err::write(path, file).map_err(|source| io(path, source))
        }
        _ => Err(ImagingError::Unwritable {
            path: path.to_path_buf(),
            message: "the name must end in .mhd or .mha".to_owned(),
        }),
    }
}

fn header_text(
    header: &VolumeHeader,
    options: MetaImageWrite,
    data_bytes: usize,
    data_file: &str,
) -> String {
    let truth = |value| if value { "True" } else { "False" };
    let [nx, ny, nz] = header.shape;
    let [sx, sy, sz] = header.spacing_mm;
    let mut text = String::from("ObjectType = Image\nNDims = 3\nBinaryData = True\n");
    let msb = truth(options.byte_order == ByteOrder::Big);
    let compressed = truth(options.compressed);
    // Writing to a string cannot fail.
    let _ = write!(text, "BinaryDataByteOrderMSB = {msb}\nCompressedData = {compressed}\n");
    if options.compressed {
        let _ = writeln!(text, "CompressedDataSize = {data_bytes}");
    }
    let lps = header.orientation.unwrap_or(Orientation::LPS);
    // The letters say where each axis comes from, the opposite of where it goes to.
    let from: String = lps.codes().into_iter().map(opposite).collect();
    let lps = lps.mirrored();
    let words =
        |numbers: &[f64]| numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let (matrix, offset) = (words(lps.direction.as_flattened()), words(&lps.origin_mm));
    let _ = write!(
        text,
        "TransformMatrix = {matrix}\nOffset = {offset}\nCenterOfRotation = 0 0 0\n\
         AnatomicalOrientation = {from}\nElementSpacing = {sx} {sy} {sz}\nDimSize = {nx} {ny} {nz}\n\
         ElementType = {}\nElementDataFile = {data_file}\n",
        element_type(header.voxel_type)
    );
    text
}

/// The other side of the patient.
const fn opposite(side: char) -> char {
    match side {
        'L' => 'R',
        'R' => 'L',
        'P' => 'A',
        'A' => 'P',
        'I' => 'S',
        _ => 'I',
    }
}

const fn element_type(voxel_type: VoxelType) -> &'static str {
    match voxel_type {
        VoxelType::U8 => "MET_UCHAR",
        VoxelType::I8 => "MET_CHAR",
        VoxelType::U16 => "MET_USHORT",
        VoxelType::I16 => "MET_SHORT",
        VoxelType::U32 => "MET_UINT",
        VoxelType::I32 => "MET_INT",
        VoxelType::U64 => "MET_ULONG_LONG",
        VoxelType::I64 => "MET_LONG_LONG",
        VoxelType::F32 => "MET_FLOAT",
        VoxelType::F64 => "MET_DOUBLE",
    }
}

fn encode(voxel_type: VoxelType, order: ByteOrder, values: impl Iterator<Item = f32>) -> Vec<u8> {
    macro_rules! typed {
        ($number:ty) => {
            match order {
                ByteOrder::Little => {
                    values.flat_map(|value| <$number>::from_value(value).to_le_bytes()).collect()
                }
                ByteOrder::Big => {
                    values.flat_map(|value| <$number>::from_value(value).to_be_bytes()).collect()
                }
            }
        };
    }
    match voxel_type {
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
    }
}

fn zlib(data: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(data)?;
    encoder.finish()
}
