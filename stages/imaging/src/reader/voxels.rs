//! From stored bytes to voxels in one pass, whatever the format.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::path::PathBuf;

use flate2::bufread::ZlibDecoder;

use super::gzip::GzipChain;
use crate::{ByteOrder, ImagingError, LabelMap, NonFinite, Volume, VolumeHeader, VoxelType};

/// A label is a class id if it is this close to a whole number.
const WHOLE: f64 = 1e-3;

/// So many values without a class are collected for the message.
const MOST_UNMAPPED: usize = 64;

/// Deflate cannot expand data by more than this factor.
const LARGEST_EXPANSION: u64 = 1032;

/// How the bytes of a file become the stream that holds the voxels.
pub(super) enum Coding {
    Plain,
    Gzip,
    Zlib,
}

/// An image file whose header has been read.
pub(super) struct Stored {
    pub(super) path: PathBuf,
    pub(super) header: VolumeHeader,
    pub(super) order: ByteOrder,
    /// Stored value times slope plus intercept is the physical value; slope is finite.
    pub(super) slope: f64,
    pub(super) intercept: f64,
    pub(super) coding: Coding,
    /// The bytes as they are on disk, compressed or not.
    pub(super) bytes: Vec<u8>,
    /// Bytes of the decoded stream before the first voxel.
    pub(super) skip: u64,
}

impl Stored {
    /// Checks that the file can hold the voxels its header claims, before anything is allocated.
    pub(super) fn checked(self) -> Result<Self, ImagingError> {
        let size = self.header.voxel_type.bytes() as u64;
        let voxels = self.header.voxel_count() as u64;
        let expected = voxels.saturating_mul(size).saturating_add(self.skip);
        let found = self.bytes.len() as u64;
        let possible = match self.coding {
            Coding::Plain => found,
            Coding::Gzip | Coding::Zlib => found.saturating_mul(LARGEST_EXPANSION),
        };
        if possible < expected {
            let what = match self.coding {
                Coding::Plain => "image",
                Coding::Gzip | Coding::Zlib => "image (at the highest compression)",
            };
            return Err(ImagingError::Truncated {
                path: self.path,
                what,
                expected,
                found: possible,
            });
        }
        Ok(self)
    }

    /// Decodes the image.
    pub(super) fn volume(self, non_finite: NonFinite) -> Result<Volume, ImagingError> {
        if !self.intercept.is_finite() {
            return Err(ImagingError::Header {
                path: self.path,
                field: "scl_inter",
                found: self.intercept.to_string(),
                accepted: "a finite number (or scl_slope = 0 for no scaling)".to_owned(),
            });
        }
        let (slope, intercept) = (self.slope, self.intercept);
        let mut not_finite = 0;
        let voxels: Vec<f32> = self.decode(|stored| {
            let value = (stored * slope + intercept) as f32;
            if value.is_finite() {
                return value;
            }
            not_finite += 1;
            match non_finite {
                NonFinite::Refuse => value,
                NonFinite::Fill(fill) => fill,
            }
        })?;
        if not_finite > 0 && non_finite == NonFinite::Refuse {
            let total = voxels.len();
            return Err(ImagingError::NonFinite { path: self.path, count: not_finite, total });
        }
        Ok(Volume { header: self.header, voxels })
    }

    /// Decodes the label map.
    pub(super) fn label_map(
        self,
        remap: Option<&BTreeMap<i64, u8>>,
    ) -> Result<LabelMap, ImagingError> {
        let slope = self.slope;
        let intercept = if self.intercept.is_finite() {
            self.intercept
        } else {
            tracing::warn!(file = %self.path.display(), found = self.intercept, "ignored the scl_inter of a label map");
            0.0
        };
        let mut bad: Option<(usize, f64)> = None;
        let mut index = 0;
        let mut unmapped = BTreeSet::new();
        // Beyond 2^53 a whole number in double precision says little.
        let range = if remap.is_some() { -9e15..=9e15 } else { 0.0..=255.0 };
        let labels: Vec<u8> = self.decode(|stored| {
            let value = stored * slope + intercept;
            let whole = value.round();
            // Written so that NaN is refused too.
            if !((value - whole).abs() <= WHOLE && range.contains(&whole)) {
                bad.get_or_insert((index, value));
            }
            index += 1;
            let Some(remap) = remap else { return whole as u8 };
            remap.get(&(whole as i64)).copied().unwrap_or_else(|| {
                if unmapped.len() < MOST_UNMAPPED {
                    unmapped.insert(whole as i64);
                }
                0
            })
        })?;
        if let Some((index, value)) = bad {
            let [nx, ny, _] = self.header.shape;
            let voxel = [index % nx, index / nx % ny, index / nx / ny];
            return Err(ImagingError::Label { path: self.path, voxel, value });
        }
        if let Some(remap) = remap.filter(|_| !unmapped.is_empty()) {
            let found = unmapped.into_iter().collect();
            let accepted = remap.keys().copied().collect();
            return Err(ImagingError::Unmapped { path: self.path, found, accepted });
        }
        Ok(LabelMap { header: self.header, labels })
    }

    /// Decodes every voxel through `map`, then reads on so that checksums are verified.
    fn decode<T>(&self, map: impl FnMut(f64) -> T) -> Result<Vec<T>, ImagingError> {
        match self.coding {
            Coding::Plain => self.decode_stream(&mut self.bytes.as_slice(), map),
            Coding::Gzip => self.decode_stream(&mut GzipChain::new(&self.bytes), map),
            Coding::Zlib => self.decode_stream(&mut ZlibDecoder::new(self.bytes.as_slice()), map),
        }
    }

    fn decode_stream<T>(
        &self,
        stream: &mut dyn Read,
        mut map: impl FnMut(f64) -> T,
    ) -> Result<Vec<T>, ImagingError> {
        let size = self.header.voxel_type.bytes();
        let count = self.header.voxel_count();
        let expected = self.skip + (count * size) as u64;
        let mut voxels = Vec::new();
        voxels.try_reserve_exact(count).map_err(|error| ImagingError::Io {
            path: self.path.clone(),
            source: io::Error::new(io::ErrorKind::OutOfMemory, error),
        })?;
        let mut buffer = vec![0; 1 << 16];
        let mut produced = 0;
        while produced < expected {
            let before = produced < self.skip;
            let until = if before { self.skip } else { expected };
            let length =
                usize::try_from(until - produced).map_or(buffer.len(), |n| n.min(buffer.len()));
            let chunk = &mut buffer[..length];
            let read = fill(stream, chunk).map_err(|source| self.damaged(produced, source))?;
            produced += read as u64;
            if read < chunk.len() {
                let path = self.path.clone();
                return Err(ImagingError::Truncated {
                    path,
                    what: "image",
                    expected,
                    found: produced,
                });
            }
            if !before {
                convert(chunk, self.header.voxel_type, self.order, &mut map, &mut voxels);
            }
        }
        let mut excess = 0;
        loop {
            match fill(stream, &mut buffer)
                .map_err(|source| self.damaged(produced + excess, source))?
            {
                0 => break,
                read => excess += read as u64,
            }
        }
        if excess > 0 {
            tracing::warn!(file = %self.path.display(), bytes = excess, "ignored bytes after the last voxel");
        }
        Ok(voxels)
    }

    fn damaged(&self, produced: u64, source: io::Error) -> ImagingError {
        let encoding = match self.coding {
            Coding::Zlib => "zlib",
            Coding::Gzip => "gzip",
            Coding::Plain => "plain",
        };
        ImagingError::Compressed { path: self.path.clone(), encoding, produced, source }
    }
}

/// Reads until the buffer is full or the stream ends; returns how many bytes were read.
fn fill(stream: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Appends the voxels of a chunk that holds a whole number of them.
#[expect(clippy::cast_lossless, reason = "one macro arm serves lossless and lossy types")]
fn convert<T>(
    bytes: &[u8],
    voxel_type: VoxelType,
    order: ByteOrder,
    map: &mut impl FnMut(f64) -> T,
    out: &mut Vec<T>,
) {
    macro_rules! each {
        ($number:ty) => {{
            let (chunks, _) = bytes.as_chunks::<{ size_of::<$number>() }>();
            match order {
                ByteOrder::Little => {
                    out.extend(chunks.iter().map(|b| map(<$number>::from_le_bytes(*b) as f64)));
                }
                ByteOrder::Big => {
                    out.extend(chunks.iter().map(|b| map(<$number>::from_be_bytes(*b) as f64)));
                }
            }
        }};
    }
    match voxel_type {
        VoxelType::U8 => each!(u8),
        VoxelType::I8 => each!(i8),
        VoxelType::U16 => each!(u16),
        VoxelType::I16 => each!(i16),
        VoxelType::U32 => each!(u32),
        VoxelType::I32 => each!(i32),
        VoxelType::U64 => each!(u64),
        VoxelType::I64 => each!(i64),
        VoxelType::F32 => each!(f32),
        VoxelType::F64 => each!(f64),
    }
}
