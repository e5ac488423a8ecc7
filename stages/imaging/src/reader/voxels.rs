//! From an image file whose header has been read to its voxels, whatever the format.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use flate2::Crc;

use super::convert::{BadLabel, Coding, Labels, append_values};
use super::files::{ImageFiles, OpenFile};
use super::inflate::{Framing, Inflate};
use super::memory;
use super::read::ImageFormat;
use super::whole::Whole;
use crate::{ImagingError, LabelMap, LabelOptions, NonFinite, Oddity, Volume, VolumeHeader};

/// Deflate cannot expand data by more than this factor.
const LARGEST_EXPANSION: u64 = 1032;

/// Decoded bytes that are converted at a time: what a core's second-level cache holds together
/// with the voxels made of them.
const PIECE: usize = 1 << 17;

/// A volume of more voxels is taken for a damaged header: 4 GiB in single precision, a whole body at
/// 0.5 mm. Compressed zeros would fill a thousand times the file's size.
const MOST_VOXELS: usize = 1 << 30;

/// Checks the number of voxels of one volume and of all; the error says what is accepted.
pub(super) fn most_voxels(shape: [usize; 3], frames: usize) -> Result<(), String> {
    let count = |lengths: &[usize]| {
        lengths.iter().try_fold(1usize, |product, length| product.checked_mul(*length))
    };
    let [nx, ny, nz] = shape;
    let fits = count(&shape).is_some_and(|voxels| voxels <= MOST_VOXELS)
        && count(&[nx, ny, nz, frames]).is_some_and(|voxels| voxels < 1 << 48);
    fits.then_some(()).ok_or_else(|| format!("at most {MOST_VOXELS} voxels in one volume"))
}

/// A file, or a part of one, that holds voxels.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) path: PathBuf,
    pub(super) framing: Option<Framing>,
    /// Bytes of the file before the data, compressed or not.
    pub(super) start: u64,
    /// Bytes of the data in the file.
    pub(super) length: u64,
    /// Bytes of the decoded data before the first voxel.
    pub(super) skip: u64,
}

/// An image file whose header has been read.
pub(super) struct Stored {
    pub(super) path: PathBuf,
    pub(super) format: ImageFormat,
    pub(super) header: VolumeHeader,
    pub(super) coding: Coding,
    /// Numbers per voxel, and which one is read.
    pub(super) channels: (usize, usize),
    /// Volumes one after the other, and which one is read.
    pub(super) frames: (usize, usize),
    /// The files that hold the voxels, each the same number of bytes.
    pub(super) parts: Vec<Part>,
    pub(super) oddities: Vec<Oddity>,
}

impl Stored {
    /// Bytes of one frame.
    fn frame_bytes(&self) -> u64 {
        let record = self.header.voxel_type.bytes() as u64 * self.channels.0 as u64;
        record.saturating_mul(self.header.voxel_count() as u64)
    }

    /// Bytes of voxels in each part.
    fn part_bytes(&self) -> u64 {
        self.frame_bytes().saturating_mul(self.frames.0 as u64) / self.parts.len().max(1) as u64
    }

    /// Checks that every file can hold the voxels its header claims, before anything is
    /// allocated.
    pub(super) fn checked(self) -> Result<Self, ImagingError> {
        for part in &self.parts {
            let decoded = self.part_bytes().saturating_add(part.skip);
            let (expected, found, what) = if part.framing.is_some() {
                let most = part.length.saturating_mul(LARGEST_EXPANSION);
                (decoded, most, "image (at the highest compression)")
            } else {
                (decoded.saturating_add(part.start), part.length + part.start, "image")
            };
            if found < expected {
                let path = part.path.clone();
                return Err(ImagingError::Truncated { path, what, expected, found });
            }
        }
        Ok(self)
    }

    /// How many volumes the file holds.
    pub(super) fn volumes(&self) -> usize {
        self.frames.0.saturating_mul(self.channels.0)
    }

    /// Chooses a volume; a file of several needs a choice, because averaging or taking the first
    /// would be a guess. Channels, which lie interleaved, count faster than frames.
    pub(super) fn frame(mut self, frame: Option<usize>) -> Result<Self, ImagingError> {
        let frames = self.volumes();
        match frame {
            None if frames == 1 => {}
            Some(chosen) if chosen < frames => {
                self.channels.1 = chosen % self.channels.0;
                self.frames.1 = chosen / self.channels.0;
            }
            _ => return Err(ImagingError::Frame { path: self.path, frame, frames }),
        }
        Ok(self)
    }

    /// Decodes the image.
    pub(super) fn volume(
        mut self,
        files: &dyn ImageFiles,
        non_finite: NonFinite,
    ) -> Result<(Volume, Vec<Oddity>), ImagingError> {
        if !self.coding.intercept.is_finite() {
            return Err(ImagingError::Header {
                path: self.path,
                field: "scl_inter",
                found: self.coding.intercept.to_string(),
                accepted: "a finite number (or scl_slope = 0 for no scaling)".to_owned(),
            });
        }
        let fill = match non_finite {
            NonFinite::Fill(fill) if fill.is_finite() => Some(fill),
            _ => None,
        };
        let total = self.header.voxel_count();
        let mut voxels = self.reserve(total)?;
        let mut count = 0;
        let coding = self.coding;
        self.decode(files, |piece| {
            let from = voxels.len();
            let found = append_values(piece, &coding, &mut voxels);
            count += found;
            if let Some(fill) = fill.filter(|_| found > 0) {
                voxels[from..]
                    .iter_mut()
                    .filter(|value| !value.is_finite())
                    .for_each(|value| *value = fill);
            }
        })?;
        match fill {
            Some(fill) if count > 0 => self.oddities.push(Oddity::NonFiniteFilled { count, fill }),
            None if count > 0 => {
                return Err(ImagingError::NonFinite { path: self.path, count, total });
            }
            _ => {}
        }
        Ok((Volume { header: self.header, voxels }, self.oddities))
    }

    /// Decodes the label map.
    pub(super) fn label_map(
        mut self,
        files: &dyn ImageFiles,
        options: &LabelOptions,
    ) -> Result<(LabelMap, Vec<Oddity>), ImagingError> {
        if !self.coding.intercept.is_finite() {
            self.oddities.push(Oddity::Intercept { found: self.coding.intercept });
            self.coding.intercept = 0.0;
        }
        let mut labels =
            Labels::new(self.reserve(self.header.voxel_count())?, options.remap.as_ref());
        let coding = self.coding;
        // A bad label is reported only when the whole file proved intact.
        let mut bad = None;
        self.decode(files, |piece| {
            if bad.is_none() {
                bad = labels.append(piece, &coding).err();
            }
        })?;
        if let Some(BadLabel { index, value }) = bad {
            let [nx, ny, _] = self.header.shape;
            let voxel = [index % nx, index / nx % ny, index / nx / ny];
            let remapped = options.remap.is_some();
            return Err(ImagingError::Label { path: self.path, voxel, value, remapped });
        }
        if let Some(remap) = options.remap.as_ref().filter(|_| !labels.unmapped.is_empty()) {
            let found = labels.unmapped.into_iter().collect();
            let accepted = remap.keys().copied().collect();
            return Err(ImagingError::Unmapped { path: self.path, found, accepted });
        }
        if labels.rounded > 0 {
            self.oddities.push(Oddity::LabelsRounded { count: labels.rounded });
        }
        Ok((LabelMap { header: self.header, labels: labels.ids }, self.oddities))
    }

    fn reserve<T>(&self, count: usize) -> Result<Vec<T>, ImagingError> {
        memory::reserve(count).map_err(|error| ImagingError::Io {
            path: self.path.clone(),
            source: io::Error::new(io::ErrorKind::OutOfMemory, error),
        })
    }

    /// Decodes the chosen frame and channel in pieces of whole numbers, then reads on to the end
    /// so that checksums are verified.
    fn decode(
        &mut self,
        files: &dyn ImageFiles,
        mut use_piece: impl FnMut(&[u8]),
    ) -> Result<(), ImagingError> {
        let mut use_pieces = true;
        let (channels, channel) = self.channels;
        let size = self.header.voxel_type.bytes();
        let record = size * channels;
        let part_bytes = self.part_bytes();
        let frame_bytes = self.frame_bytes();
        let wanted = frame_bytes * self.frames.1 as u64..frame_bytes * (self.frames.1 as u64 + 1);
        let mut buffer = vec![0; PIECE.max(record) / record * record];
        if let [part] = self.parts.as_slice()
            && self.volumes() == 1
            && let Some(whole) = Whole::read(files, part, part.skip + part_bytes)
        {
            let mut crc = Crc::new();
            let (before, voxels) = whole.bytes.split_at(part.skip as usize);
            crc.update(before);
            for piece in voxels.chunks(buffer.len()) {
                crc.update(piece);
                use_piece(piece);
            }
            if whole.is_all(&crc) {
                return Ok(());
            }
            // Something follows the voxels: read once more to see what.
            use_pieces = false;
        }
        let mut single = Vec::new();
        for (number, part) in self.parts.iter().enumerate() {
            // The part's first byte of the whole file, and what of it is wanted.
            let first = part_bytes * number as u64;
            let from = wanted.start.clamp(first, first + part_bytes) - first;
            let to = wanted.end.clamp(first, first + part_bytes) - first;
            let mut stream = Stream::open(files, part)?;
            stream.skip(part.skip + from, &mut buffer)?;
            let mut left = to - from;
            while left > 0 {
                let length = left.min(buffer.len() as u64) as usize;
                let piece = &mut buffer[..length];
                stream.read_exact(piece, part.skip + part_bytes)?;
                left -= length as u64;
                if !use_pieces {
                    continue;
                }
                if channels == 1 {
                    use_piece(piece);
                } else {
                    single.clear();
                    for voxel in piece.chunks_exact(record) {
                        single.extend_from_slice(&voxel[channel * size..(channel + 1) * size]);
                    }
                    use_piece(&single);
                }
            }
            stream.skip(part_bytes - to, &mut buffer)?;
            stream.finish(&mut buffer, part.skip + part_bytes, &mut self.oddities)?;
        }
        Ok(())
    }
}

/// The decoded bytes of a part.
struct Stream<'a> {
    path: &'a Path,
    source: Source<'a>,
    /// Bytes so far.
    produced: u64,
    /// Bytes there are, if that is known.
    length: Option<u64>,
}

enum Source<'a> {
    Plain(OpenFile<'a>),
    Deflated(Framing, Box<Inflate<io::Take<Box<dyn super::files::ReadSeek + 'a>>>>),
}

impl<'a> Stream<'a> {
    fn open(files: &'a dyn ImageFiles, part: &'a Part) -> Result<Self, ImagingError> {
        let mut file = files.open(&part.path)?;
        let path = part.path.as_path();
        if part.start > 0 {
            let io = |source| ImagingError::Io { path: path.to_path_buf(), source };
            file.reader.seek(SeekFrom::Start(part.start)).map_err(io)?;
        }
        let (source, length) = match part.framing {
            None => (Source::Plain(file), Some(part.length)),
            Some(framing) => {
                let inflate = Inflate::new(file.reader.take(part.length), framing);
                (Source::Deflated(framing, Box::new(inflate)), None)
            }
        };
        Ok(Self { path, source, produced: 0, length })
    }

    /// Reads until the buffer is full or the stream ends; returns how many bytes were read.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, ImagingError> {
        let mut filled = 0;
        while filled < buffer.len() {
            let rest = &mut buffer[filled..];
            let read = match &mut self.source {
                Source::Plain(file) => file.reader.read(rest),
                Source::Deflated(_, inflate) => inflate.read(rest),
            };
            match read {
                Ok(0) => break,
                Ok(read) => {
                    filled += read;
                    self.produced += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(self.failed(source)),
            }
        }
        Ok(filled)
    }

    fn failed(&self, source: io::Error) -> ImagingError {
        let path = self.path.to_path_buf();
        match (&self.source, source.kind()) {
            (
                Source::Deflated(framing, _),
                io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof,
            ) => ImagingError::Compressed {
                path,
                encoding: match framing {
                    Framing::Zlib => "zlib",
                    Framing::Gzip => "gzip",
                },
                produced: self.produced,
                source,
            },
            _ => ImagingError::Io { path, source },
        }
    }

    /// Fills the buffer; `expected` is what the stream should hold, for the message.
    fn read_exact(&mut self, buffer: &mut [u8], expected: u64) -> Result<(), ImagingError> {
        if self.fill(buffer)? < buffer.len() {
            return Err(ImagingError::Truncated {
                path: self.path.to_path_buf(),
                what: "image",
                expected,
                found: self.produced,
            });
        }
        Ok(())
    }

    /// Passes over bytes.
    fn skip(&mut self, bytes: u64, buffer: &mut [u8]) -> Result<(), ImagingError> {
        if bytes == 0 {
            return Ok(());
        }
        if let Source::Plain(file) = &mut self.source {
            let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
            let path = self.path;
            let io = |source| ImagingError::Io { path: path.to_path_buf(), source };
            file.reader.seek(SeekFrom::Current(bytes)).map_err(io)?;
            self.produced += bytes as u64;
            return Ok(());
        }
        let expected = self.produced.saturating_add(bytes);
        let mut left = bytes;
        while left > 0 {
            let length = left.min(buffer.len() as u64) as usize;
            self.read_exact(&mut buffer[..length], expected)?;
            left -= length as u64;
        }
        Ok(())
    }

    /// Verifies the end of the stream, and notes what follows the voxels.
    fn finish(
        &mut self,
        buffer: &mut [u8],
        expected: u64,
        oddities: &mut Vec<Oddity>,
    ) -> Result<(), ImagingError> {
        if self.length.is_none() {
            while self.fill(buffer)? > 0 {}
        }
        let extra = self.length.unwrap_or(self.produced).saturating_sub(expected);
        if extra > 0 {
            oddities.push(Oddity::ExtraBytes { bytes: extra });
        }
        if let Source::Deflated(_, inflate) = &self.source
            && inflate.trailing_bytes() > 0
        {
            oddities.push(Oddity::TrailingBytes { bytes: inflate.trailing_bytes() });
        }
        Ok(())
    }
}
