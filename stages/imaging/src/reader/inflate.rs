//! Compressed data as a checked stream: zlib, or a chain of gzip members.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};

use flate2::{Crc, Decompress, FlushDecompress, Status};

/// Compressed bytes that are read at a time.
const INPUT: usize = 1 << 17;

/// Whether bytes start like a gzip member.
pub(super) fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// How data is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// One zlib stream (RFC 1950).
    Zlib,
    /// One gzip member after the other (RFC 1952), as `pigz` and `bgzip` write them.
    Gzip,
}

/// Where the decoder stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    Inside,
    Between,
    End,
}

/// Decompresses a whole stream.
///
/// Checksum and length at the end of every gzip member (the checksum of a zlib stream) are
/// verified when the stream reaches them, so reading must go on to the end for the data to count
/// as intact.
pub(super) struct Inflate<R> {
    input: BufReader<R>,
    framing: Framing,
    state: Decompress,
    place: Place,
    /// Checksum and length of the member so far.
    crc: Crc,
    trailing: u64,
    trailing_is_padding: bool,
}

impl<R: Read> Inflate<R> {
    pub(super) fn new(reader: R, framing: Framing) -> Self {
        Self {
            input: BufReader::with_capacity(INPUT, reader),
            framing,
            state: Decompress::new(framing == Framing::Zlib),
            place: Place::Start,
            crc: Crc::new(),
            trailing: 0,
            trailing_is_padding: true,
        }
    }

    /// Bytes after the end of the compressed data, unless all are zero (padding of tapes and
    /// blocks); known once the stream has ended.
    pub(super) fn trailing_bytes(&self) -> u64 {
        if self.trailing_is_padding { 0 } else { self.trailing }
    }

    /// Starts the stream or the next member; what is not one is read to its end.
    fn advance(&mut self) -> io::Result<()> {
        let first = self.place == Place::Start;
        if self.framing == Framing::Zlib && first {
            self.place = Place::Inside;
            return Ok(());
        }
        if self.framing == Framing::Gzip {
            let mut magic = [0; 2];
            let mut found = 0;
            while found < 2 && magic[..found] == [0x1f, 0x8b][..found] {
                let Some(byte) = self.input.fill_buf()?.first().copied() else { break };
                self.input.consume(1);
                magic[found] = byte;
                found += 1;
            }
            if magic == [0x1f, 0x8b] {
                self.header()?;
                self.state.reset(false);
                self.crc.reset();
                self.place = Place::Inside;
                return Ok(());
            }
            if first {
                return Err(damaged("no gzip header".to_owned()));
            }
            self.skip(&magic[..found]);
        }
        loop {
            let rest = self.input.fill_buf()?.to_vec();
            if rest.is_empty() {
                self.place = Place::End;
                return Ok(());
            }
            self.input.consume(rest.len());
            self.skip(&rest);
        }
    }

    fn skip(&mut self, bytes: &[u8]) {
        self.trailing += bytes.len() as u64;
        self.trailing_is_padding &= bytes.iter().all(|byte| *byte == 0);
    }

    /// The fields of a member's header after its first two bytes; none of them matters.
    fn header(&mut self) -> io::Result<()> {
        let mut crc = Crc::new();
        crc.update(&[0x1f, 0x8b]);
        let fixed: [u8; 8] = self.bytes(&mut crc)?;
        let [method, flags, ..] = fixed;
        if method != 8 || flags & 0xe0 != 0 {
            return Err(damaged(format!("gzip method {method} with flags {flags:#04x}")));
        }
        if flags & 4 != 0 {
            let length = u16::from_le_bytes(self.bytes(&mut crc)?);
            for _ in 0..length {
                let _: [u8; 1] = self.bytes(&mut crc)?;
            }
        }
        // Name and comment end with a zero.
        for flag in [8, 16] {
            while flags & flag != 0 && self.bytes::<1>(&mut crc)? != [0] {}
        }
        if flags & 2 != 0 {
            let computed = crc.sum() as u16;
            let stored = u16::from_le_bytes(self.bytes(&mut crc)?);
            if stored != computed {
                return Err(damaged(format!(
                    "checksum {stored:04x} of the gzip header, the header has {computed:04x}"
                )));
            }
        }
        Ok(())
    }

    fn bytes<const N: usize>(&mut self, crc: &mut Crc) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.input.read_exact(&mut bytes).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => truncated(),
            _ => error,
        })?;
        crc.update(&bytes);
        Ok(bytes)
    }

    /// Verifies the end of a member or stream.
    fn finish(&mut self) -> io::Result<()> {
        self.place = Place::Between;
        if self.framing == Framing::Zlib {
            return Ok(());
        }
        let mut ignored = Crc::new();
        let stored = u32::from_le_bytes(self.bytes(&mut ignored)?);
        let length = u32::from_le_bytes(self.bytes(&mut ignored)?);
        if stored != self.crc.sum() {
            let computed = self.crc.sum();
            return Err(damaged(format!("CRC32 {stored:08x}, the data has {computed:08x}")));
        }
        if length != self.crc.amount() {
            let found = self.crc.amount();
            return Err(damaged(format!("length {length} modulo 2^32, the data has {found}")));
        }
        Ok(())
    }
}

impl<R: Read> Read for Inflate<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match self.place {
                Place::End => return Ok(0),
                Place::Start | Place::Between => self.advance()?,
                Place::Inside => {
                    let input = self.input.fill_buf()?;
                    let at_end = input.is_empty();
                    let (read, written) = (self.state.total_in(), self.state.total_out());
                    let status = self
                        .state
                        .decompress(input, buffer, FlushDecompress::None)
                        .map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
                    let read = (self.state.total_in() - read) as usize;
                    let written = (self.state.total_out() - written) as usize;
                    self.input.consume(read);
                    if self.framing == Framing::Gzip {
                        self.crc.update(&buffer[..written]);
                    }
                    if status == Status::StreamEnd {
                        self.finish()?;
                    } else if read == 0 && written == 0 && at_end {
                        return Err(truncated());
                    }
                    if written > 0 {
                        return Ok(written);
                    }
                }
            }
        }
    }
}

fn damaged(message: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, message)
}

fn truncated() -> io::Error {
    io::Error::new(ErrorKind::UnexpectedEof, "the compressed data is cut short")
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, GzBuilder, write::GzEncoder, write::ZlibEncoder};
    use std::io::Write;

    fn member(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn decode(bytes: &[u8], framing: Framing) -> io::Result<(Vec<u8>, u64)> {
        let mut out = Vec::new();
        let mut stream = Inflate::new(bytes, framing);
        stream.read_to_end(&mut out)?;
        Ok((out, stream.trailing_bytes()))
    }

    fn gunzip(bytes: &[u8]) -> io::Result<(Vec<u8>, u64)> {
        decode(bytes, Framing::Gzip)
    }

    #[test]
    fn members_are_joined_and_padding_is_accepted() {
        let mut file = [member(b"abc"), member(b""), member(b"def")].concat();
        assert_eq!(gunzip(&file).unwrap(), (b"abcdef".to_vec(), 0));
        file.extend([0; 512]);
        assert_eq!(gunzip(&file).unwrap(), (b"abcdef".to_vec(), 0));
        file.extend(b"junk");
        assert_eq!(gunzip(&file).unwrap(), (b"abcdef".to_vec(), 516));
        for tail in [&b"\x1f"[..], b"\x1f\x1f\x8b", b"x"] {
            let file = [member(b"abc").as_slice(), tail].concat();
            assert_eq!(gunzip(&file).unwrap(), (b"abc".to_vec(), tail.len() as u64));
        }
    }

    #[test]
    fn optional_header_fields_are_skipped() {
        let builder = GzBuilder::new().filename("patient001.nii").comment("c").extra(vec![7; 300]);
        let mut encoder = builder.write(Vec::new(), Compression::fast());
        encoder.write_all(b"abc").unwrap();
        let mut file = encoder.finish().unwrap();
        assert_eq!(gunzip(&file).unwrap().0, b"abc");
        // A header checksum: the low half of the CRC32 of the ten bytes before it.
        file = member(b"abc");
        file[3] = 2;
        let mut crc = Crc::new();
        crc.update(&file[..10]);
        let sum = crc.sum().to_le_bytes();
        file.splice(10..10, [sum[0], sum[1]]);
        assert_eq!(gunzip(&file).unwrap().0, b"abc");
        file[10] ^= 1;
        assert!(gunzip(&file).unwrap_err().to_string().contains("gzip header"));
        file[3] = 0x80;
        assert!(gunzip(&file).unwrap_err().to_string().contains("flags 0x80"));
    }

    #[test]
    fn damage_is_an_error() {
        let file = member(&[7; 1000]);
        let end = file.len();
        let message = |file: &[u8]| gunzip(file).unwrap_err().to_string();
        for cut in 1..end {
            assert!(gunzip(&file[..cut]).is_err(), "cut at {cut}");
        }
        let flipped = |at: usize| {
            let mut file = file.clone();
            file[at] ^= 1;
            file
        };
        assert!(message(&flipped(end - 8)).starts_with("CRC32"));
        assert!(message(&flipped(end - 1)).starts_with("length"));
        assert!(message(&file[..end - 8]).contains("cut short"));
    }

    #[test]
    fn zlib_is_checked_too() {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(b"some voxels, some voxels").unwrap();
        let file = encoder.finish().unwrap();
        assert_eq!(decode(&file, Framing::Zlib).unwrap().0, b"some voxels, some voxels");
        for cut in 0..file.len() {
            assert!(decode(&file[..cut], Framing::Zlib).is_err(), "cut at {cut}");
        }
        let longer = [file.as_slice(), b"abc"].concat();
        assert_eq!(decode(&longer, Framing::Zlib).unwrap().1, 3);
        let mut damaged = file;
        *damaged.last_mut().unwrap() ^= 1;
        assert!(decode(&damaged, Framing::Zlib).is_err());
    }
}
