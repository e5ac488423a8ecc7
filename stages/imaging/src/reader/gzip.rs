//! A chain of gzip members as one checked stream.

use std::io::{self, Read};

use flate2::bufread::GzDecoder;

/// Whether the bytes start like a gzip file.
pub(super) fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// Decompresses every member of a gzip file, one after the other.
///
/// The checksum and length at the end of each member are verified when the stream reaches them,
/// so reading must go on to the end of the stream for the file to count as intact. Zero padding
/// after the last member is accepted (tape blocks), other bytes are warned about.
pub(super) struct GzipChain<'a> {
    member: Option<GzDecoder<&'a [u8]>>,
}

impl<'a> GzipChain<'a> {
    /// A stream over a whole file.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { member: Some(GzDecoder::new(bytes)) }
    }
}

impl Read for GzipChain<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let rest = *member.get_ref();
            self.member = is_gzip(rest).then(|| GzDecoder::new(rest));
            if self.member.is_none() && rest.iter().any(|byte| *byte != 0) {
                tracing::warn!(bytes = rest.len(), "ignored bytes after the last gzip member");
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn member(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn decode(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        GzipChain::new(bytes).read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn members_are_joined_and_padding_is_accepted() {
        let mut file = [member(b"abc"), member(b""), member(b"def")].concat();
        assert_eq!(decode(&file).unwrap(), b"abcdef");
        file.extend([0; 512]);
        assert_eq!(decode(&file).unwrap(), b"abcdef");
        file.extend(b"junk");
        assert_eq!(decode(&file).unwrap(), b"abcdef");
    }

    #[test]
    fn damage_is_an_error() {
        let file = member(&[7; 1000]);
        let end = file.len();
        // Missing trailer, half a trailer, wrong CRC32, wrong ISIZE.
        assert!(decode(&file[..end - 8]).is_err());
        assert!(decode(&file[..end - 3]).is_err());
        for damaged in [end - 8, end - 1] {
            let mut file = file.clone();
            file[damaged] ^= 1;
            assert!(decode(&file).is_err(), "byte {damaged}");
        }
    }
}
