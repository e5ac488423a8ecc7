//! NIfTI-1 and NIfTI-2: one file, or a `.hdr` with an `.img`; plain or gzip-compressed.

use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::convert::Coding;
use super::files::{ImageFiles, OpenFile};
use super::inflate::{Framing, Inflate, is_gzip};
use super::nifti_header::{self, NiftiHeader};
use super::nifti_space;
use super::voxels::{Part, Stored, most_voxels};
use crate::{ImagingError, Oddity, VolumeHeader};

/// Reads the header and checks it against the size of the file that holds the voxels.
pub(super) fn open(
    files: &dyn ImageFiles,
    path: &Path,
    file: OpenFile,
) -> Result<Stored, ImagingError> {
    let mut oddities = Vec::new();
    let (header_path, file) = header_file(files, path, file)?;
    let (head, compressed, length) = head(&header_path, file)?;
    let (header, single) = nifti_header::parse(&header_path, &head, &mut oddities)?;
    note_name(&header_path, compressed, &mut oddities);
    if single && header_path != path {
        return Err(ImagingError::Header {
            path: header_path,
            field: "magic",
            found: "that of a header with its voxels in the same file".to_owned(),
            accepted: "`ni1` or `ni2` beside an .img; open this file itself otherwise".to_owned(),
        });
    }
    let (data_path, framing, length) = if single {
        (header_path.clone(), compressed.then_some(Framing::Gzip), length)
    } else {
        let (data_path, mut file) = if header_path == path {
            let names = pair(path, "hdr", "img").ok_or_else(|| ImagingError::Header {
                path: path.to_path_buf(),
                field: "magic",
                found: "that of a header with its voxels in another file".to_owned(),
                accepted: "a name that ends in .hdr, so that the .img can be found".to_owned(),
            })?;
            open_pair(files, path, &names)?
        } else {
            (path.to_path_buf(), files.open(path)?)
        };
        let compressed = is_compressed(&data_path, &mut file)?;
        note_name(&data_path, compressed, &mut oddities);
        (data_path, compressed.then_some(Framing::Gzip), file.length)
    };
    let (shape, frames) = shape(&header_path, &header)?;
    let (slope, intercept) = scaling(&header, &mut oddities);
    let spacing_mm = nifti_space::spacing_mm(&header_path, &header, &mut oddities)?;
    let orientation = nifti_space::orientation(&header, spacing_mm, &mut oddities);
    Stored {
        path: path.to_path_buf(),
        format: header.format,
        header: VolumeHeader { shape, spacing_mm, voxel_type: header.voxel_type, orientation },
        coding: Coding { voxel_type: header.voxel_type, order: header.order, slope, intercept },
        channels: (1, 0),
        frames: (frames, 0),
        parts: vec![Part { path: data_path, framing, start: 0, length, skip: header.vox_offset }],
        oddities,
    }
    .checked()
}

/// Reads the header alone.
pub(super) fn header(
    files: &dyn ImageFiles,
    path: &Path,
    file: OpenFile,
) -> Result<NiftiHeader, ImagingError> {
    let (path, file) = header_file(files, path, file)?;
    let (head, ..) = head(&path, file)?;
    Ok(nifti_header::parse(&path, &head, &mut Vec::new())?.0)
}

/// The file that holds the header: given the voxels of a pair, the one beside them.
fn header_file<'a>(
    files: &'a dyn ImageFiles,
    path: &Path,
    file: OpenFile<'a>,
) -> Result<(PathBuf, OpenFile<'a>), ImagingError> {
    match pair(path, "img", "hdr") {
        Some(names) => open_pair(files, path, &names),
        None => Ok((path.to_path_buf(), file)),
    }
}

/// The names of the other file of a pair, the likelier first; none if the name has another ending.
fn pair(path: &Path, from: &str, to: &str) -> Option<[PathBuf; 2]> {
    let name = path.file_name()?.to_str()?;
    let lower = name.to_ascii_lowercase();
    let (endings, others) = ([format!(".{from}"), format!(".{from}.gz")], ["", ".gz"]);
    let which = endings.iter().position(|ending| lower.ends_with(ending))?;
    let stem = &name[..name.len() - endings[which].len()];
    // The case of the name is kept: SCAN.IMG goes with SCAN.HDR.
    let upper = !name[stem.len()..].contains(|letter: char| letter.is_ascii_lowercase());
    let named = |gz: &str| {
        let ending = format!(".{to}{gz}");
        let ending = if upper { ending.to_ascii_uppercase() } else { ending };
        path.with_file_name(format!("{stem}{ending}"))
    };
    Some([named(others[which]), named(others[1 - which])])
}

/// Opens the first of two names that is there.
fn open_pair<'a>(
    files: &'a dyn ImageFiles,
    path: &Path,
    names: &[PathBuf; 2],
) -> Result<(PathBuf, OpenFile<'a>), ImagingError> {
    for name in names {
        match files.open(name) {
            Ok(file) => return Ok((name.clone(), file)),
            Err(ImagingError::Io { source, .. })
                if source.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    let [first, second] = names.each_ref().map(|name| name.display().to_string());
    Err(ImagingError::MissingPart {
        path: path.to_path_buf(),
        accepted: format!("{first} or {second}"),
    })
}

/// The decompressed start of a file, whether it is compressed, and its length.
fn head(path: &Path, mut file: OpenFile) -> Result<(Vec<u8>, bool, u64), ImagingError> {
    let compressed = is_compressed(path, &mut file)?;
    let mut head = Vec::new();
    let longest = nifti_header::LONGEST as u64;
    let read = if compressed {
        Inflate::new(file.reader, Framing::Gzip).take(longest).read_to_end(&mut head)
    } else {
        file.reader.take(longest).read_to_end(&mut head)
    };
    read.map_err(|source| match source.kind() {
        std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof => {
            ImagingError::Compressed {
                path: path.to_path_buf(),
                encoding: "gzip",
                produced: head.len() as u64,
                source,
            }
        }
        _ => ImagingError::Io { path: path.to_path_buf(), source },
    })?;
    Ok((head, compressed, file.length))
}

fn is_compressed(path: &Path, file: &mut OpenFile) -> Result<bool, ImagingError> {
    let io = |source| ImagingError::Io { path: path.to_path_buf(), source };
    let mut magic = Vec::new();
    file.reader.by_ref().take(2).read_to_end(&mut magic).map_err(io)?;
    file.reader.seek(SeekFrom::Start(0)).map_err(io)?;
    Ok(is_gzip(&magic))
}

/// Notes a name that promises another compression; one that promises nothing is fine.
fn note_name(path: &Path, compressed: bool, oddities: &mut Vec<Oddity>) {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let odd = match ending.as_str() {
        "gz" => !compressed,
        "nii" | "hdr" | "img" => compressed,
        _ => false,
    };
    if odd {
        oddities.push(Oddity::Name { compressed });
    }
}

/// The first three axes, missing ones of length 1, and the product of the further ones.
fn shape(path: &Path, header: &NiftiHeader) -> Result<([usize; 3], usize), ImagingError> {
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
    let (mut shape, mut frames) = ([1; 3], 1usize);
    for (axis, length) in header.dim[1..=rank].iter().enumerate() {
        let length = usize::try_from(*length)
            .ok()
            .filter(|length| *length > 0)
            .ok_or_else(|| invalid("lengths of at least 1"))?;
        match shape.get_mut(axis) {
            Some(slot) => *slot = length,
            None => frames = frames.saturating_mul(length),
        }
    }
    most_voxels(shape, frames).map_err(|accepted| invalid(&accepted))?;
    Ok((shape, frames))
}

/// Slope and intercept; a slope of zero or one that is not a number means no scaling at all.
fn scaling(header: &NiftiHeader, oddities: &mut Vec<Oddity>) -> (f64, f64) {
    if header.slope == 0.0 {
        return (1.0, 0.0);
    }
    if !header.slope.is_finite() {
        oddities.push(Oddity::Slope { found: header.slope });
        return (1.0, 0.0);
    }
    (header.slope, header.intercept)
}
