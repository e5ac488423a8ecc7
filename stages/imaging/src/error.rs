//! What goes wrong with an image file.

use std::path::PathBuf;

/// An image file that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ImagingError {
    /// The operating system refused.
    #[error("cannot access image file {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Neither the content nor the name says what the file is.
    #[error(
        "{}: unknown image format, found {found}; accepted are NIfTI (.nii, .nii.gz) and \
         MetaImage (.mhd, .mha)",
        path.display()
    )]
    UnknownFormat {
        /// The file.
        path: PathBuf,
        /// What was found instead.
        found: String,
    },
    /// A header field holds something that cannot be used.
    #[error("{}: header field `{field}` is {found}; accepted: {accepted}", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// The field, spelled as in the format's specification.
        field: &'static str,
        /// What was found.
        found: String,
        /// What would be accepted.
        accepted: String,
    },
    /// The file ends before its header says it should.
    #[error("{}: truncated, found {found} bytes of {what} where {expected} are needed", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Which part is short.
        what: &'static str,
        /// Bytes that the header asks for.
        expected: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// Compressed data that does not decompress or fails its checksum.
    #[error("{}: corrupt or truncated {encoding} data after {produced} decompressed bytes", path.display())]
    Compressed {
        /// The file.
        path: PathBuf,
        /// The compression, `gzip` or `zlib`.
        encoding: &'static str,
        /// How many bytes came out before the damage showed.
        produced: u64,
        /// What the decompressor says.
        #[source]
        source: std::io::Error,
    },
    /// An image with voxels that are not numbers.
    #[error(
        "{}: {count} of {total} voxels are NaN, infinite or beyond float32; every voxel of an image must be a finite number",
        path.display()
    )]
    NonFinite {
        /// The file.
        path: PathBuf,
        /// How many voxels.
        count: usize,
        /// Of how many.
        total: usize,
    },
    /// A label map with a value that is not a class id.
    #[error(
        "{}: voxel ({}, {}, {}) of the label map is {value}; accepted are whole numbers from 0 to 255",
        path.display(), voxel[0], voxel[1], voxel[2]
    )]
    Label {
        /// The file.
        path: PathBuf,
        /// The first such voxel: x, y, z from 0.
        voxel: [usize; 3],
        /// Its value.
        value: f64,
    },
    /// A volume that does not fit the file it should be written to.
    #[error("{}: cannot write the volume, {message}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What was found and what would be accepted.
        message: String,
    },
    /// The NIfTI writer refused.
    #[error("cannot write NIfTI file {}", path.display())]
    Nifti {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: nifti::NiftiError,
    },
}
