//! Intact gzip files of moderate size, inflated in one go: faster than as a stream.

use std::io::Read;

use flate2::Crc;
use libdeflater::Decompressor;

use super::files::ImageFiles;
use super::inflate::Framing;
use super::memory;
use super::voxels::Part;

/// Data is inflated in one go up to this size, so that memory for it is bounded.
const LARGEST: u64 = 1 << 28;

/// The decompressed data of a file that holds one gzip member and nothing else.
pub(super) struct Whole {
    pub(super) bytes: Vec<u8>,
    /// Checksum at the end of the file.
    stored: u32,
}

impl Whole {
    /// Inflates a file of `expected` decompressed bytes; none if it is anything but intact, just
    /// as long as that, and not too large. The caller then reads it as a stream, which finds out
    /// what is odd about it.
    ///
    /// Checksum and length at the end of the member have been verified. Nothing is allocated
    /// unless the last bytes of the file promise the length.
    pub(super) fn read(files: &dyn ImageFiles, part: &Part, expected: u64) -> Option<Self> {
        if part.framing != Some(Framing::Gzip)
            || part.start != 0
            || expected > LARGEST
            || part.length > LARGEST
        {
            return None;
        }
        let mut file = files.open(&part.path).ok()?;
        let mut packed = memory::reserve(usize::try_from(part.length).ok()?).ok()?;
        file.reader.by_ref().take(part.length).read_to_end(&mut packed).ok()?;
        let trailer = packed.last_chunk::<8>()?;
        let [stored, length] = [&trailer[..4], &trailer[4..]]
            .map(|field| field.iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte)));
        if u64::from(length) != expected {
            return None;
        }
        let mut bytes = memory::zeros(usize::try_from(expected).ok()?).ok()?;
        let found = Decompressor::new().gzip_decompress(&packed, &mut bytes).ok()?;
        (found == bytes.len()).then_some(Self { bytes, stored })
    }

    /// Whether the member that was inflated is the last of the file, by the checksum of its data.
    ///
    /// Of two members with the same data the second would go unnoticed; none of it is used.
    pub(super) fn is_all(&self, crc: &Crc) -> bool {
        crc.sum() == self.stored
    }
}
