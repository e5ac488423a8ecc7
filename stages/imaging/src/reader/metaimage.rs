//! MetaImage: a text header (`.mhd`) beside a data file, or both in one (`.mha`).

use std::path::{Component, Path, PathBuf};

use super::voxels::{Coding, Stored};
use crate::orientation::normalized;
use crate::{ByteOrder, ImagingError, Orientation, VolumeHeader, VoxelType};

/// A header longer than this without `ElementDataFile` is not a header.
const LONGEST_HEADER: usize = 1 << 16;

/// Reads the header, finds the data and checks it for size.
pub(super) fn open(
    path: &Path,
    bytes: Vec<u8>,
    frame: Option<usize>,
) -> Result<Stored, ImagingError> {
    let header = TextHeader::parse(path, &bytes)?;
    header.check_supported()?;
    let rank = header.rank()?;
    let volume = VolumeHeader {
        shape: header.shape(rank)?,
        spacing_mm: header.spacing_mm(rank)?,
        voxel_type: header.voxel_type()?,
        orientation: header.orientation(rank),
    };
    super::nifti::choose_frame(path, frame, 1)?;
    let compressed = header.flag("CompressedData")?.unwrap_or(false);
    let coding = if compressed { Coding::Zlib } else { Coding::Plain };
    let order = match header.flag("BinaryDataByteOrderMSB")?.or(header.flag("ElementByteOrderMSB")?)
    {
        Some(true) => ByteOrder::Big,
        _ => ByteOrder::Little,
    };
    let local = header.data_file.eq_ignore_ascii_case("LOCAL");
    let data_start = header.length;
    let (data_path, start, bytes) = if local {
        (path.to_path_buf(), data_start, bytes)
    } else {
        let data_path = header.data_path()?;
        let data = fs_err::read(&data_path)
            .map_err(|source| ImagingError::Io { path: data_path.clone(), source })?;
        (data_path, 0, data)
    };
    let (start, end) = header.data_range(&data_path, start, bytes.len(), &volume, compressed)?;
    let (bytes, skip) = match coding {
        Coding::Plain => (bytes, start as u64),
        _ => (bytes[start..end].to_vec(), 0),
    };
    Stored {
        path: data_path,
        header: volume,
        order,
        slope: 1.0,
        intercept: 0.0,
        coding,
        bytes,
        skip,
    }
    .checked()
}

/// The `key = value` lines up to and including `ElementDataFile`.
struct TextHeader<'a> {
    path: &'a Path,
    entries: Vec<(String, String)>,
    data_file: String,
    /// Bytes of the header: where local data starts.
    length: usize,
}

impl<'a> TextHeader<'a> {
    fn parse(path: &'a Path, bytes: &[u8]) -> Result<Self, ImagingError> {
        let mut entries = Vec::new();
        let mut length = 0;
        for line in bytes[..bytes.len().min(LONGEST_HEADER)].split_inclusive(|byte| *byte == b'\n')
        {
            length += line.len();
            let line = String::from_utf8_lossy(line);
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            let Some((key, value)) = line.split_once('=') else {
                return Err(ImagingError::Header {
                    path: path.to_path_buf(),
                    field: "header line",
                    found: format!(
                        "\"{}\"",
                        line.chars().take(60).collect::<String>().escape_debug()
                    ),
                    accepted: "lines of the form `Key = Value`, the last one ElementDataFile"
                        .to_owned(),
                });
            };
            let (key, value) = (key.trim(), value.trim());
            if key.eq_ignore_ascii_case("ElementDataFile") {
                let data_file = value.to_owned();
                return Ok(Self { path, entries, data_file, length });
            }
            entries.push((key.to_owned(), value.to_owned()));
        }
        Err(ImagingError::Header {
            path: path.to_path_buf(),
            field: "ElementDataFile",
            found: "missing".to_owned(),
            accepted: "LOCAL or the name of a file beside the header, as the last key".to_owned(),
        })
    }

    fn get(&self, key: &str) -> Option<&str> {
        let found = self.entries.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
        found.map(|(_, value)| value.as_str())
    }

    fn invalid(&self, field: &'static str, accepted: &str) -> ImagingError {
        ImagingError::Header {
            path: self.path.to_path_buf(),
            field,
            found: self.get(field).map_or_else(
                || "missing".to_owned(),
                |value| {
                    format!("\"{}\"", value.chars().take(60).collect::<String>().escape_debug())
                },
            ),
            accepted: accepted.to_owned(),
        }
    }

    fn flag(&self, key: &'static str) -> Result<Option<bool>, ImagingError> {
        match self.get(key).map(str::to_ascii_lowercase).as_deref() {
            None => Ok(None),
            Some("true" | "t" | "yes" | "1") => Ok(Some(true)),
            Some("false" | "f" | "no" | "0") => Ok(Some(false)),
            Some(_) => Err(self.invalid(key, "True or False")),
        }
    }

    /// Refuses what we do not read, warns about what is ignored as in ITK.
    fn check_supported(&self) -> Result<(), ImagingError> {
        if self.flag("BinaryData")? == Some(false) {
            return Err(self.invalid("BinaryData", "True; voxels written as text are not read"));
        }
        if self.get("ElementNumberOfChannels").is_some_and(|channels| channels != "1") {
            return Err(self.invalid("ElementNumberOfChannels", "1: one number per voxel"));
        }
        let differs = |key: &str, neutral: f64| {
            self.get(key).is_some_and(|value| value.parse::<f64>().ok() != Some(neutral))
        };
        if differs("ElementToIntensityFunctionSlope", 1.0)
            || differs("ElementToIntensityFunctionOffset", 0.0)
        {
            tracing::warn!(file = %self.path.display(), "ignored ElementToIntensityFunction, as other readers do");
        }
        Ok(())
    }

    fn rank(&self) -> Result<usize, ImagingError> {
        self.get("NDims")
            .and_then(|value| value.parse().ok())
            .filter(|rank| (1..=10).contains(rank))
            .ok_or_else(|| self.invalid("NDims", "a whole number from 1 to 10"))
    }

    fn shape(&self, rank: usize) -> Result<[usize; 3], ImagingError> {
        let accepted = "one positive length per axis, at most three of them above 1";
        let sizes = self
            .numbers::<usize>("DimSize", rank)
            .filter(|sizes| sizes.iter().all(|size| *size > 0))
            .filter(|sizes| sizes.iter().skip(3).all(|size| *size == 1))
            .ok_or_else(|| self.invalid("DimSize", accepted))?;
        let shape = std::array::from_fn(|axis| sizes.get(axis).copied().unwrap_or(1));
        shape
            .iter()
            .try_fold(1usize, |product, length| product.checked_mul(*length))
            .filter(|count| *count < 1 << 48)
            .ok_or_else(|| self.invalid("DimSize", "fewer voxels than memory can hold"))?;
        Ok(shape)
    }

    fn spacing_mm(&self, rank: usize) -> Result<[f64; 3], ImagingError> {
        let key = ["ElementSpacing", "ElementSize"].into_iter().find(|key| self.get(key).is_some());
        let Some(key) = key else {
            return Ok([1.0; 3]);
        };
        let sizes = self
            .numbers::<f64>(key, rank)
            .filter(|sizes| sizes.iter().all(|size| size.is_finite() && size.abs() > 0.0))
            .ok_or_else(|| self.invalid(key, "one voxel size in mm per axis, not zero"))?;
        Ok(std::array::from_fn(|axis| sizes.get(axis).map_or(1.0, |size| size.abs())))
    }

    /// Directions and origin, from LPS+ to RAS+; none if the header has neither or they are
    /// unusable. A missing one is neutral, as in ITK.
    fn orientation(&self, rank: usize) -> Option<Orientation> {
        let first = |keys: [&'static str; 3]| keys.into_iter().find(|key| self.get(key).is_some());
        let matrix = first(["TransformMatrix", "Rotation", "Orientation"]);
        let offset = first(["Offset", "Position", "Origin"]);
        if matrix.is_none() && offset.is_none() {
            return None;
        }
        let mut lps = Orientation::RAS;
        if let Some(key) = matrix {
            let numbers = self.numbers::<f64>(key, rank * rank)?;
            for axis in 0..rank.min(3) {
                for side in 0..rank.min(3) {
                    lps.direction[axis][side] = numbers[axis * rank + side];
                }
            }
            lps.direction = normalized(lps.direction)?;
        }
        if let Some(key) = offset {
            let numbers = self.numbers::<f64>(key, rank)?;
            for (slot, number) in lps.origin_mm.iter_mut().zip(numbers) {
                *slot = number;
            }
        }
        lps.origin_mm.iter().all(|x| x.is_finite()).then(|| lps.mirrored())
    }

    /// The numbers of a key; none unless there is one for each axis.
    fn numbers<T: std::str::FromStr>(&self, key: &str, rank: usize) -> Option<Vec<T>> {
        let words = self.get(key)?.split_whitespace();
        let numbers: Option<Vec<T>> = words.map(|word| word.parse().ok()).collect();
        numbers.filter(|numbers| numbers.len() == rank)
    }

    fn voxel_type(&self) -> Result<VoxelType, ImagingError> {
        Ok(match self.get("ElementType") {
            Some("MET_UCHAR") => VoxelType::U8,
            // Signed, whatever the platform's `char` is.
            Some("MET_CHAR") => VoxelType::I8,
            Some("MET_USHORT") => VoxelType::U16,
            Some("MET_SHORT") => VoxelType::I16,
            Some("MET_UINT") => VoxelType::U32,
            Some("MET_INT") => VoxelType::I32,
            Some("MET_ULONG_LONG") => VoxelType::U64,
            Some("MET_LONG_LONG") => VoxelType::I64,
            Some("MET_FLOAT") => VoxelType::F32,
            Some("MET_DOUBLE") => VoxelType::F64,
            _ => {
                return Err(self.invalid(
                    "ElementType",
                    "MET_UCHAR, MET_CHAR, MET_USHORT, MET_SHORT, MET_UINT, MET_INT, \
                     MET_ULONG_LONG, MET_LONG_LONG, MET_FLOAT or MET_DOUBLE (the size of MET_LONG \
                     differs between platforms)",
                ));
            }
        })
    }

    /// The data file, which must lie in the header's own folder or beneath it.
    fn data_path(&self) -> Result<PathBuf, ImagingError> {
        let name = Path::new(&self.data_file);
        let inside = name.components().all(|part| matches!(part, Component::Normal(_)));
        if self.data_file.is_empty()
            || !inside
            || self.data_file.contains(['%', '\\'])
            || self.data_file.starts_with("LIST")
        {
            return Err(ImagingError::Header {
                path: self.path.to_path_buf(),
                field: "ElementDataFile",
                found: format!("\"{}\"", self.data_file.escape_debug()),
                accepted: "LOCAL or the name of one file in the header's own folder".to_owned(),
            });
        }
        Ok(self.path.with_file_name(name))
    }

    /// Where the voxels, or their compressed form, start and end among `length` bytes.
    fn data_range(
        &self,
        data_path: &Path,
        start: usize,
        length: usize,
        volume: &VolumeHeader,
        compressed: bool,
    ) -> Result<(usize, usize), ImagingError> {
        let bytes = volume.voxel_count().saturating_mul(volume.voxel_type.bytes());
        let truncated = |what, expected: usize| ImagingError::Truncated {
            path: data_path.to_path_buf(),
            what,
            expected: expected as u64,
            found: length as u64,
        };
        let header_size = match self.get("HeaderSize") {
            None => 0,
            Some(value) => value
                .parse::<i64>()
                .ok()
                .filter(|size| *size >= -1 && !(*size == -1 && compressed))
                .ok_or_else(|| {
                    self.invalid(
                        "HeaderSize",
                        "bytes to skip, or -1 for the end of uncompressed data",
                    )
                })?,
        };
        let start = match usize::try_from(header_size) {
            Ok(skipped) => start.saturating_add(skipped),
            Err(_) => length.checked_sub(bytes).ok_or_else(|| truncated("image", bytes))?,
        };
        if start > length {
            return Err(truncated("image", start));
        }
        let end = match self.get("CompressedDataSize").filter(|_| compressed) {
            None => length,
            Some(value) => {
                let size: usize = value.parse().map_err(|_| {
                    self.invalid("CompressedDataSize", "the number of compressed bytes")
                })?;
                start
                    .checked_add(size)
                    .filter(|end| *end <= length)
                    .ok_or_else(|| truncated("compressed image", start.saturating_add(size)))?
            }
        };
        Ok((start, end))
    }
}
