//! The readers' front door: which format a file has, and what is wanted of it.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::files::{Disk, ImageFiles, OpenFile};
use super::inflate::is_gzip;
use super::options::{LabelOptions, ReadOptions};
use super::voxels::Stored;
use super::{metaimage, nifti};
use crate::{ImagingError, LabelMap, NiftiSpace, Oddity, Volume, VolumeHeader};

/// The format of an image file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImageFormat {
    /// NIfTI-1, in one file or two.
    Nifti1,
    /// NIfTI-2, in one file or two.
    Nifti2,
    /// MetaImage, in one file or more.
    MetaImage,
}

impl ImageFormat {
    /// `NIfTI-1`, `NIfTI-2` or `MetaImage`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nifti1 => "NIfTI-1",
            Self::Nifti2 => "NIfTI-2",
            Self::MetaImage => "MetaImage",
        }
    }
}

/// What the header of a file says, and what is odd about it.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageReport {
    /// The format.
    pub format: ImageFormat,
    /// Whether the voxels are compressed.
    pub compressed: bool,
    /// Shape, spacing, orientation and stored type of each volume in the file.
    pub header: VolumeHeader,
    /// How many volumes the file holds: frames, or channels of a MetaImage.
    pub frames: usize,
    /// What is odd, as far as the header shows it.
    pub oddities: Vec<Oddity>,
}

/// Reads image files, and says what is odd about them instead of logging it.
#[derive(Clone, Copy)]
pub struct ImageReader<'a> {
    files: &'a dyn ImageFiles,
}

impl<'a> ImageReader<'a> {
    /// A reader of these files.
    pub fn new(files: &'a dyn ImageFiles) -> Self {
        Self { files }
    }

    /// Reads the header and checks that the file is long enough for it, without decoding voxels.
    ///
    /// # Errors
    /// As [`read_volume`], except what only decoding can show; several volumes are no error.
    pub fn inspect(&self, path: &Path) -> Result<ImageReport, ImagingError> {
        let stored = self.open(path)?;
        Ok(ImageReport {
            format: stored.format,
            compressed: stored.parts.iter().any(|part| part.framing.is_some()),
            frames: stored.volumes(),
            header: stored.header,
            oddities: stored.oddities,
        })
    }

    /// Reads one volume, as [`read_volume_with`].
    ///
    /// # Errors
    /// As [`read_volume_with`].
    pub fn volume(
        &self,
        path: &Path,
        options: &ReadOptions,
    ) -> Result<(Volume, Vec<Oddity>), ImagingError> {
        self.open(path)?.frame(options.frame)?.volume(self.files, options.non_finite)
    }

    /// Reads one label map, as [`read_label_map_with`].
    ///
    /// # Errors
    /// As [`read_label_map_with`].
    pub fn label_map(
        &self,
        path: &Path,
        options: &LabelOptions,
    ) -> Result<(LabelMap, Vec<Oddity>), ImagingError> {
        self.open(path)?.frame(options.frame)?.label_map(self.files, options)
    }

    /// Opens the file and reads its header in the format that name or content show.
    fn open(&self, path: &Path) -> Result<Stored, ImagingError> {
        let mut file = self.files.open(path)?;
        let start = first_bytes(path, &mut file)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let named = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if named(&[".mhd", ".mha"]) {
            return metaimage::open(self.files, path, file);
        }
        let sizes = start.first_chunk().map(|b| [i32::from_le_bytes(*b), i32::from_be_bytes(*b)]);
        if named(&[".nii", ".nii.gz", ".hdr", ".hdr.gz", ".img", ".img.gz"])
            || is_gzip(&start)
            || sizes.into_iter().flatten().any(|size| size == 348 || size == 540)
        {
            return nifti::open(self.files, path, file);
        }
        if start.starts_with(b"ObjectType") || start.starts_with(b"NDims") {
            return metaimage::open(self.files, path, file);
        }
        let found = if start.len() < 4 {
            format!("a file of {} bytes", file.length)
        } else {
            format!("a file that starts with the bytes {:02x?}", &start[..4])
        };
        Err(ImagingError::UnknownFormat { path: path.to_path_buf(), found })
    }
}

/// The first bytes of a file, which is then read from its start again.
fn first_bytes(path: &Path, file: &mut OpenFile) -> Result<Vec<u8>, ImagingError> {
    let io = |source| ImagingError::Io { path: path.to_path_buf(), source };
    let mut start = Vec::new();
    file.reader.by_ref().take(16).read_to_end(&mut start).map_err(io)?;
    file.reader.seek(SeekFrom::Start(0)).map_err(io)?;
    Ok(start)
}

/// Reads an image and applies its intensity scaling.
///
/// # Shapes
/// Storage order, x fastest; exactly three axes (further ones only if they have length 1).
///
/// # Errors
/// Every [`ImagingError`] about reading: unknown format, unusable header, truncated or corrupt
/// data, several volumes in one file, voxels that are not finite.
pub fn read_volume(path: &Path) -> Result<Volume, ImagingError> {
    read_volume_with(path, &ReadOptions::default())
}

/// Reads one volume of an image file, with a rule for voxels that are not finite numbers.
///
/// # Errors
/// As [`read_volume`], and [`ImagingError::Frame`] for a frame that is not there.
pub fn read_volume_with(path: &Path, options: &ReadOptions) -> Result<Volume, ImagingError> {
    read_volume_from(&Disk, path, options)
}

/// The same from other files than those of the disk, or from some of these only.
///
/// # Errors
/// As [`read_volume_with`], and what `files` refuse.
pub fn read_volume_from(
    files: &dyn ImageFiles,
    path: &Path,
    options: &ReadOptions,
) -> Result<Volume, ImagingError> {
    let (volume, oddities) = ImageReader::new(files).volume(path, options)?;
    log(path, &oddities);
    Ok(volume)
}

/// Reads a label map; stored floating-point or scaled values must be whole to within 0.001.
///
/// # Errors
/// As [`read_volume`], and [`ImagingError::Label`] for a value outside the whole numbers 0 to 255.
pub fn read_label_map(path: &Path) -> Result<LabelMap, ImagingError> {
    read_label_map_with(path, &LabelOptions::default())
}

/// Reads one volume of a label file, its values mapped to class ids.
///
/// # Errors
/// As [`read_label_map`], and [`ImagingError::Unmapped`] for values that the remapping lacks.
pub fn read_label_map_with(path: &Path, options: &LabelOptions) -> Result<LabelMap, ImagingError> {
    read_label_map_from(&Disk, path, options)
}

/// The same from other files than those of the disk, or from some of these only.
///
/// # Errors
/// As [`read_label_map_with`], and what `files` refuse.
pub fn read_label_map_from(
    files: &dyn ImageFiles,
    path: &Path,
    options: &LabelOptions,
) -> Result<LabelMap, ImagingError> {
    let (map, oddities) = ImageReader::new(files).label_map(path, options)?;
    log(path, &oddities);
    Ok(map)
}

/// Reads shape, spacing, orientation and voxel type, and checks that the file is long enough for
/// them, without decoding voxels.
///
/// # Errors
/// As [`read_volume`], except what only decoding can show.
pub fn read_header(path: &Path) -> Result<VolumeHeader, ImagingError> {
    read_header_with(path, &ReadOptions::default())
}

/// Reads the header of one volume of an image file.
///
/// # Errors
/// As [`read_volume_with`], except what only decoding can show.
pub fn read_header_with(path: &Path, options: &ReadOptions) -> Result<VolumeHeader, ImagingError> {
    let stored = ImageReader::new(&Disk).open(path)?.frame(options.frame)?;
    log(path, &stored.oddities);
    Ok(stored.header)
}

/// Reads the header of a file and says what is odd about it, logging nothing.
///
/// # Errors
/// As [`read_header`], but a file of several volumes is described, not refused.
pub fn inspect(path: &Path) -> Result<ImageReport, ImagingError> {
    ImageReader::new(&Disk).inspect(path)
}

/// Reads how a file's header places its voxels in space: what a NIfTI header says, as it says it, and
/// the same place for a MetaImage file.
///
/// # Errors
/// As [`inspect`].
pub fn read_nifti_space(path: &Path) -> Result<NiftiSpace, ImagingError> {
    let stored = ImageReader::new(&Disk).open(path)?;
    match stored.format {
        ImageFormat::MetaImage => Ok(NiftiSpace::of_header(&stored.header)),
        ImageFormat::Nifti1 | ImageFormat::Nifti2 => {
            let header = nifti::header(&Disk, path, Disk.open(path)?)?;
            Ok(NiftiSpace::of_stored(&header))
        }
    }
}

fn log(path: &Path, oddities: &[Oddity]) {
    for oddity in oddities {
        if oddity.is_warning() {
            tracing::warn!(file = %path.display(), %oddity, "odd image file");
        } else {
            tracing::debug!(file = %path.display(), %oddity, "odd image file");
        }
    }
}
