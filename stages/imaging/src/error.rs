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
    /// A folder, a pipe, a device or a socket where a file should be.
    #[error("{}: is {found}; accepted: a regular file", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// What is there, as `a pipe`.
        found: &'static str,
    },
    /// A header whose voxels, or voxels whose header, should lie beside them and do not.
    #[error("{}: its other half is missing; accepted: {accepted}", path.display())]
    MissingPart {
        /// The half that is there.
        path: PathBuf,
        /// What the other half may be called.
        accepted: String,
    },
    /// Neither the content nor the name says what the file is.
    #[error(
        "{}: unknown image format, found {found}; accepted are NIfTI (.nii, .nii.gz, .hdr with \
         .img) and MetaImage (.mhd, .mha)",
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
    /// A file of several volumes where none was chosen, or one that is not there.
    #[error(
        "{}: holds {frames} volume{}, {}; accepted: a frame (or channel) from 0 to {}",
        path.display(),
        if *frames == 1 { "" } else { "s" },
        match frame {
            None => "and no frame was chosen".to_owned(),
            Some(frame) => format!("frame {frame} was asked for"),
        },
        frames.saturating_sub(1)
    )]
    Frame {
        /// The file.
        path: PathBuf,
        /// The frame that was asked for, if any.
        frame: Option<usize>,
        /// How many volumes the file holds.
        frames: usize,
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
        "{}: voxel ({}, {}, {}) of the label map is {value}; accepted are whole numbers{}",
        path.display(), voxel[0], voxel[1], voxel[2],
        if *remapped { "" } else { " from 0 to 255 (others need a remapping)" }
    )]
    Label {
        /// The file.
        path: PathBuf,
        /// The first such voxel: x, y, z from 0.
        voxel: [usize; 3],
        /// Its value.
        value: f64,
        /// Whether the values are mapped to class ids, so that any whole number may stand.
        remapped: bool,
    },
    /// A label map with values that its remapping says nothing about.
    #[error(
        "{}: the label map holds {} without a class; the remapping has classes for {}",
        path.display(),
        list(found),
        list(accepted)
    )]
    Unmapped {
        /// The file.
        path: PathBuf,
        /// The values without a class, ascending; the first ones if there are many.
        found: Vec<i64>,
        /// The values with a class, ascending.
        accepted: Vec<i64>,
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

/// Numbers as `1, 2, 3`, cut short after the first 16.
fn list(values: &[i64]) -> String {
    const SHOWN: usize = 16;
    let mut text: Vec<String> = values.iter().take(SHOWN).map(ToString::to_string).collect();
    if values.len() > SHOWN {
        text.push("...".to_owned());
    }
    text.join(", ")
}
