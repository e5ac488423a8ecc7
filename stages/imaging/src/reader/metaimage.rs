//! MetaImage: a text header (`.mhd`) beside its data files, or with the data in one (`.mha`).

use std::io::{Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};

use super::convert::Coding;
use super::files::{ImageFiles, OpenFile};
use super::inflate::{Framing, is_gzip};
use super::meta_header::{MetaHeader, split};
use super::read::ImageFormat;
use super::voxels::{Part, Stored};
use crate::{ImagingError, VolumeHeader};

/// Header and list of files are not longer than this.
const LONGEST: u64 = 1 << 20;

/// More files than any volume has slices.
const MOST_FILES: usize = 1 << 16;

/// Reads the header, finds the data and checks it for size.
pub(super) fn open(
    files: &dyn ImageFiles,
    path: &Path,
    file: OpenFile,
) -> Result<Stored, ImagingError> {
    let mut bytes = Vec::new();
    let length = file.length;
    file.reader
        .take(LONGEST)
        .read_to_end(&mut bytes)
        .map_err(|source| ImagingError::Io { path: path.to_path_buf(), source })?;
    let header = MetaHeader::parse(path, &bytes)?;
    let mut oddities = Vec::new();
    header.check_supported(&mut oddities)?;
    let rank = header.rank()?;
    let sizes = header.sizes(rank)?;
    let (shape, frames) = split(&sizes);
    let volume = VolumeHeader {
        shape,
        spacing_mm: header.spacing_mm(rank, &mut oddities)?,
        voxel_type: header.voxel_type()?,
        orientation: header.orientation(rank, &mut oddities),
    };
    let channels = header.channels()?;
    let order = header.byte_order()?;
    let data = Data {
        files,
        path,
        header: &header,
        compressed: header.flag("CompressedData")?.unwrap_or(false),
        skipped: skipped(&header)?,
        bytes: (volume.voxel_type.bytes() as u64)
            .saturating_mul(channels as u64)
            .saturating_mul(volume.voxel_count() as u64)
            .saturating_mul(frames as u64),
    };
    let parts = if header.data_file.eq_ignore_ascii_case("LOCAL") {
        vec![data.part(path.to_path_buf(), header.length as u64, length, 1)?]
    } else {
        let names = data.names(&bytes[header.length..], &sizes)?;
        let count = names.len() as u64;
        names.into_iter().map(|name| data.file(name, count)).collect::<Result<_, _>>()?
    };
    Stored {
        path: path.to_path_buf(),
        format: ImageFormat::MetaImage,
        header: volume,
        coding: Coding { voxel_type: volume.voxel_type, order, slope: 1.0, intercept: 0.0 },
        channels: (channels, 0),
        frames: (frames, 0),
        parts,
        oddities,
    }
    .checked()
}

/// `HeaderSize`: bytes before the data of each file; none if the data is what the file ends with.
fn skipped(header: &MetaHeader) -> Result<Option<u64>, ImagingError> {
    let accepted = "bytes to skip, or -1 for the end of uncompressed data";
    match header.get("HeaderSize") {
        None => Ok(Some(0)),
        Some("-1") if header.flag("CompressedData")? != Some(true) => Ok(None),
        Some(value) => value.parse().map(Some).map_err(|_| header.invalid("HeaderSize", accepted)),
    }
}

/// Where the voxels are.
struct Data<'a> {
    files: &'a dyn ImageFiles,
    path: &'a Path,
    header: &'a MetaHeader<'a>,
    compressed: bool,
    skipped: Option<u64>,
    /// Decoded bytes of all files together.
    bytes: u64,
}

impl Data<'_> {
    /// The files beside the header: one, one per line of a list, or one per number of a pattern.
    fn names(&self, rest: &[u8], sizes: &[usize]) -> Result<Vec<PathBuf>, ImagingError> {
        let words: Vec<&str> = self.header.data_file.split_whitespace().collect();
        // Each file holds one step along the last axis, or along the first of those beyond the
        // number of axes that stands after LIST or the pattern (`2D`).
        let expected = |axes: Option<usize>| {
            let axes = axes.unwrap_or_else(|| sizes.len().saturating_sub(1));
            sizes.iter().skip(axes).fold(1usize, |product, size| product.saturating_mul(*size))
        };
        let axes = |word: Option<&&str>| match word {
            None => Some(None),
            Some(word) => {
                let digits = word.trim_end_matches(['d', 'D']);
                digits.parse().ok().filter(|axes| *axes <= sizes.len()).map(Some)
            }
        };
        match words.as_slice() {
            ["LIST", more @ ..] if more.len() <= 1 => {
                let count = expected(axes(more.first()).ok_or_else(|| self.invalid())?);
                let text = String::from_utf8_lossy(rest);
                let names = text.lines().map(str::trim).filter(|line| !line.is_empty());
                let names: Vec<&str> = names.take(count.saturating_add(1)).collect();
                if names.len() != count {
                    let found = match names.len() {
                        found if found > count => format!("more than {count} files"),
                        found => format!("{found} files"),
                    };
                    return Err(self.miscounted(found, count));
                }
                names.into_iter().map(|name| self.beside(name)).collect()
            }
            [pattern, first, last, more @ ..] if pattern.contains('%') && more.len() <= 2 => {
                let number = |word: &str| word.parse::<u32>().map_err(|_| self.invalid());
                let (first, last) = (number(first)?, number(last)?);
                let step = more.first().map_or(Ok(1), |step| number(step))?;
                let count = expected(axes(more.get(1)).ok_or_else(|| self.invalid())?);
                let found = match last.checked_sub(first) {
                    Some(span) if step > 0 => (span / step) as usize + 1,
                    _ => return Err(self.invalid()),
                };
                if found != count {
                    return Err(self.miscounted(format!("{found} files"), count));
                }
                // A few words stand for any number of names.
                if count > MOST_FILES {
                    return Err(self.miscounted(format!("{found} files"), MOST_FILES));
                }
                let name = |i: usize| {
                    let number = first + i as u32 * step;
                    numbered(pattern, number).ok_or_else(|| self.invalid())
                };
                (0..count).map(|i| self.beside(&name(i)?)).collect()
            }
            _ => Ok(vec![self.beside(&self.header.data_file)?]),
        }
    }

    fn invalid(&self) -> ImagingError {
        self.header.invalid(
            "ElementDataFile",
            "LOCAL, the name of a file in the header's own folder or beneath it, LIST and one \
             name per line, or a pattern with its numbers such as `slice%03d.raw 1 20 1`",
        )
    }

    fn miscounted(&self, found: String, expected: usize) -> ImagingError {
        ImagingError::Header {
            path: self.path.to_path_buf(),
            field: "ElementDataFile",
            found,
            accepted: format!("{expected} files, as DimSize says"),
        }
    }

    /// A file in the header's own folder or beneath it.
    fn beside(&self, name: &str) -> Result<PathBuf, ImagingError> {
        let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        if name.is_empty() || !inside || name.contains(['\\', '\0']) {
            return Err(self.invalid());
        }
        Ok(self.path.with_file_name(name))
    }

    fn file(&self, path: PathBuf, count: u64) -> Result<Part, ImagingError> {
        let length = self.files.open(&path)?.length;
        self.part(path, 0, length, count)
    }

    /// Where one of `count` files holds its voxels, or their compressed form.
    fn part(
        &self,
        path: PathBuf,
        start: u64,
        length: u64,
        count: u64,
    ) -> Result<Part, ImagingError> {
        let bytes = self.bytes / count;
        let truncated = |path: &Path, what, expected| ImagingError::Truncated {
            path: path.to_path_buf(),
            what,
            expected,
            found: length,
        };
        let from = match self.skipped {
            Some(skipped) => start.saturating_add(skipped),
            None => length
                .checked_sub(bytes)
                .filter(|from| *from >= start)
                .ok_or_else(|| truncated(&path, "image", start.saturating_add(bytes)))?,
        };
        if from > length {
            return Err(truncated(&path, "image", from));
        }
        let size = self.header.get("CompressedDataSize").filter(|_| self.compressed && count == 1);
        let to = match size {
            None => length,
            Some(value) => {
                let size: u64 = value.parse().map_err(|_| {
                    self.header.invalid("CompressedDataSize", "the number of compressed bytes")
                })?;
                from.checked_add(size).filter(|to| *to <= length).ok_or_else(|| {
                    truncated(&path, "compressed image", from.saturating_add(size))
                })?
            }
        };
        let framing = if self.compressed { Some(self.framing(&path, from)?) } else { None };
        Ok(Part { path, framing, start: from, length: to - from, skip: 0 })
    }

    /// Data is compressed as one zlib stream, or, by some writers, as gzip.
    fn framing(&self, path: &Path, from: u64) -> Result<Framing, ImagingError> {
        let io = |source| ImagingError::Io { path: path.to_path_buf(), source };
        let mut file = self.files.open(path)?;
        let mut magic = Vec::new();
        file.reader.seek(SeekFrom::Start(from)).map_err(io)?;
        file.reader.take(2).read_to_end(&mut magic).map_err(io)?;
        Ok(if is_gzip(&magic) { Framing::Gzip } else { Framing::Zlib })
    }
}

/// A file name by a pattern with one `%d`, `%3d` or `%03d`; none for any other pattern.
fn numbered(pattern: &str, number: u32) -> Option<String> {
    let (before, rest) = pattern.split_once('%')?;
    let (width, after) = rest.split_once(['d', 'i', 'u'])?;
    if after.contains('%') || width.len() > 2 || !width.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits: usize = if width.is_empty() { 0 } else { width.parse().ok()? };
    let number = if width.starts_with('0') {
        format!("{number:0digits$}")
    } else {
        format!("{number:digits$}")
    };
    Some(format!("{before}{number}{after}"))
}

#[cfg(test)]
mod tests {
    use super::numbered;

    #[test]
    fn patterns_are_those_of_printf() {
        assert_eq!(numbered("slice%03d.raw", 7).unwrap(), "slice007.raw");
        assert_eq!(numbered("s%d", 12).unwrap(), "s12");
        assert_eq!(numbered("%2i.raw", 7).unwrap(), " 7.raw");
        assert_eq!(numbered("%02u.raw", 123).unwrap(), "123.raw");
        for bad in ["slice.raw", "%s.raw", "%d%d", "%-3d", "%100d", "%"] {
            assert_eq!(numbered(bad, 1), None, "{bad}");
        }
    }
}
