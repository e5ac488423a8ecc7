//! The text header of a MetaImage: `Key = Value` lines up to `ElementDataFile`.

use std::path::Path;

use super::voxels::most_voxels;
use crate::orientation::normalized;
use crate::{ByteOrder, ImagingError, Oddity, Orientation, VoxelType};

/// A header longer than this without `ElementDataFile` is not a header.
const LONGEST_HEADER: usize = 1 << 16;

/// Most interleaved numbers per voxel: no image has more, a damaged header may.
const MOST_CHANNELS: usize = 1 << 12;

/// The lines of a header.
pub(super) struct MetaHeader<'a> {
    path: &'a Path,
    entries: Vec<(String, String)>,
    /// The value of `ElementDataFile`.
    pub(super) data_file: String,
    /// Bytes of the header: where local data, or a list of files, starts.
    pub(super) length: usize,
}

impl<'a> MetaHeader<'a> {
    pub(super) fn parse(path: &'a Path, bytes: &[u8]) -> Result<Self, ImagingError> {
        let bad_line = |found: String| ImagingError::Header {
            path: path.to_path_buf(),
            field: "header line",
            found,
            accepted: "lines of the form `Key = Value`, each key once, the last one \
                       ElementDataFile"
                .to_owned(),
        };
        let mut entries: Vec<(String, String)> = Vec::new();
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
                return Err(bad_line(quoted(line)));
            };
            let (key, value) = (key.trim(), value.trim());
            if key.eq_ignore_ascii_case("ElementDataFile") {
                let data_file = value.to_owned();
                return Ok(Self { path, entries, data_file, length });
            }
            let before = entries.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
            if let Some((_, before)) = before
                && before != value
                && !key.eq_ignore_ascii_case("Comment")
            {
                return Err(bad_line(format!("{} after {}", quoted(line), quoted(before))));
            }
            entries.push((key.to_owned(), value.to_owned()));
        }
        Err(ImagingError::Header {
            path: path.to_path_buf(),
            field: "ElementDataFile",
            found: "missing".to_owned(),
            accepted: "LOCAL, LIST, or the name of a file beside the header, as the last key"
                .to_owned(),
        })
    }

    pub(super) fn get(&self, key: &str) -> Option<&str> {
        let found = self.entries.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
        found.map(|(_, value)| value.as_str())
    }

    /// The first of several spellings that is there.
    fn first(&self, keys: &[&'static str]) -> Option<&'static str> {
        keys.iter().copied().find(|key| self.get(key).is_some())
    }

    pub(super) fn invalid(&self, field: &'static str, accepted: &str) -> ImagingError {
        let found = match field {
            "ElementDataFile" => quoted(&self.data_file),
            _ => self.get(field).map_or_else(|| "missing".to_owned(), quoted),
        };
        ImagingError::Header {
            path: self.path.to_path_buf(),
            field,
            found,
            accepted: accepted.to_owned(),
        }
    }

    pub(super) fn flag(&self, key: &'static str) -> Result<Option<bool>, ImagingError> {
        match self.get(key).map(str::to_ascii_lowercase).as_deref() {
            None => Ok(None),
            Some("true" | "t" | "yes" | "1") => Ok(Some(true)),
            Some("false" | "f" | "no" | "0") => Ok(Some(false)),
            Some(_) => Err(self.invalid(key, "True or False")),
        }
    }

    /// Refuses what we do not read, notes what is ignored as in ITK.
    pub(super) fn check_supported(&self, oddities: &mut Vec<Oddity>) -> Result<(), ImagingError> {
        if self.flag("BinaryData")? == Some(false) {
            return Err(self.invalid("BinaryData", "True; voxels written as text are not read"));
        }
        let slope = self.get("ElementToIntensityFunctionSlope").unwrap_or("1");
        let offset = self.get("ElementToIntensityFunctionOffset").unwrap_or("0");
        if slope.parse() != Ok(1.0) || offset.parse() != Ok(0.0) {
            let (slope, offset) = (slope.to_owned(), offset.to_owned());
            oddities.push(Oddity::IntensityFunction { slope, offset });
        }
        Ok(())
    }

    pub(super) fn byte_order(&self) -> Result<ByteOrder, ImagingError> {
        let keys = ["BinaryDataByteOrderMSB", "ElementByteOrderMSB"];
        let [first, second] = keys.map(|key| self.flag(key));
        Ok(match first?.or(second?) {
            Some(true) => ByteOrder::Big,
            _ => ByteOrder::Little,
        })
    }

    /// Numbers per voxel.
    pub(super) fn channels(&self) -> Result<usize, ImagingError> {
        let key = "ElementNumberOfChannels";
        self.get(key)
            .map_or(Some(1), |value| value.parse().ok())
            .filter(|channels| (1..=MOST_CHANNELS).contains(channels))
            .ok_or_else(|| self.invalid(key, "a whole number of at least 1"))
    }

    pub(super) fn rank(&self) -> Result<usize, ImagingError> {
        self.get("NDims")
            .and_then(|value| value.parse().ok())
            .filter(|rank| (1..=10).contains(rank))
            .ok_or_else(|| self.invalid("NDims", "a whole number from 1 to 10"))
    }

    /// Every length of `DimSize`.
    pub(super) fn sizes(&self, rank: usize) -> Result<Vec<usize>, ImagingError> {
        let sizes = self
            .numbers::<usize>("DimSize", rank)
            .filter(|sizes| sizes.iter().all(|size| *size > 0))
            .ok_or_else(|| self.invalid("DimSize", "one positive length per axis"))?;
        let (shape, frames) = split(&sizes);
        most_voxels(shape, frames).map_err(|accepted| self.invalid("DimSize", &accepted))?;
        Ok(sizes)
    }

    pub(super) fn spacing_mm(
        &self,
        rank: usize,
        oddities: &mut Vec<Oddity>,
    ) -> Result<[f64; 3], ImagingError> {
        let Some(key) = self.first(&["ElementSpacing", "ElementSize"]) else {
            oddities.push(Oddity::NoSpacing);
            return Ok([1.0; 3]);
        };
        if key == "ElementSize" {
            oddities.push(Oddity::ElementSize);
        }
        let sizes = self
            .numbers::<f64>(key, rank)
            .filter(|sizes| sizes.iter().all(|size| size.is_finite() && size.abs() > 0.0))
            .ok_or_else(|| self.invalid(key, "one voxel size in mm per axis, not zero"))?;
        let found = std::array::from_fn(|axis| sizes.get(axis).copied().unwrap_or(1.0));
        if found.iter().any(|size| *size < 0.0) {
            oddities.push(Oddity::NegativeSpacing { found });
        }
        Ok(found.map(f64::abs))
    }

    /// Directions and origin, from LPS+ to RAS+; none if the header has neither or they are
    /// unusable. A missing one is neutral, as in ITK.
    pub(super) fn orientation(
        &self,
        rank: usize,
        oddities: &mut Vec<Oddity>,
    ) -> Option<Orientation> {
        let matrix = self.first(&["TransformMatrix", "Rotation", "Orientation"]);
        let offset = self.first(&["Offset", "Position", "Origin"]);
        if matrix.is_none() && offset.is_none() {
            return None;
        }
        let direction = self.direction(rank, matrix);
        let origin = self.origin(rank, offset);
        for (field, usable) in [(matrix, direction.is_some()), (offset, origin.is_some())] {
            if let Some(field) = field.filter(|_| !usable) {
                oddities.push(Oddity::UnusableTransform { field });
            }
        }
        let lps = Orientation { direction: direction?, origin_mm: origin? };
        if lps.shear() > 1e-4 {
            oddities.push(Oddity::Shear { cosine: lps.shear() });
        }
        Some(lps.mirrored())
    }

    /// One row per voxel axis; axes beyond the third are left out, missing ones are neutral.
    fn direction(&self, rank: usize, key: Option<&str>) -> Option<[[f64; 3]; 3]> {
        let mut direction = Orientation::RAS.direction;
        let Some(key) = key else { return Some(direction) };
        let numbers = self.numbers::<f64>(key, rank * rank)?;
        for (axis, row) in direction.iter_mut().enumerate().take(rank) {
            for (side, value) in row.iter_mut().enumerate().take(rank) {
                *value = numbers[axis * rank + side];
            }
        }
        let direction = normalized(direction)?;
        // Three axes in one plane are no grid.
        let handedness = Orientation { direction, ..Orientation::RAS }.handedness();
        (handedness.abs() > 1e-6).then_some(direction)
    }

    fn origin(&self, rank: usize, key: Option<&str>) -> Option<[f64; 3]> {
        let Some(key) = key else { return Some([0.0; 3]) };
        let numbers = self.numbers::<f64>(key, rank)?;
        let origin = std::array::from_fn(|axis| numbers.get(axis).copied().unwrap_or(0.0));
        origin.iter().all(|mm: &f64| mm.is_finite()).then_some(origin)
    }

    /// The numbers of a key; none unless there is one for each axis.
    fn numbers<T: std::str::FromStr>(&self, key: &str, count: usize) -> Option<Vec<T>> {
        let words = self.get(key)?.split_whitespace();
        let numbers: Option<Vec<T>> = words.map(|word| word.parse().ok()).collect();
        numbers.filter(|numbers| numbers.len() == count)
    }

    pub(super) fn voxel_type(&self) -> Result<VoxelType, ImagingError> {
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
}

/// The first three lengths, missing ones 1, and the product of the others.
pub(super) fn split(sizes: &[usize]) -> ([usize; 3], usize) {
    let shape = std::array::from_fn(|axis| sizes.get(axis).copied().unwrap_or(1));
    let frames = sizes.iter().skip(3).fold(1usize, |product, size| product.saturating_mul(*size));
    (shape, frames)
}

/// A piece of the file for a message: short, and without control characters.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.chars().take(60).collect::<String>().escape_debug())
}
