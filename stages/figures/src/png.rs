//! Writes pixels as PNG (ISO/IEC 15948): one image, 8 bits a channel, no interlacing.

use std::io::Write as _;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use crate::scene::Pixels;

/// Returns the file; `dots_per_metre` is the resolution at which it has its natural size.
pub(crate) fn encode(
    columns: usize,
    rows: usize,
    pixels: &Pixels,
    dots_per_metre: Option<u32>,
) -> Vec<u8> {
    let (bytes, channels, colour_type) = match pixels {
        Pixels::Grey(bytes) => (bytes, 1, 0),
        Pixels::Rgb(bytes) => (bytes, 3, 2),
        Pixels::Rgba(bytes) => (bytes, 4, 6),
    };
    let mut header = Vec::new();
    header.extend((columns as u32).to_be_bytes());
    header.extend((rows as u32).to_be_bytes());
    header.extend([8, colour_type, 0, 0, 0]);

    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, *b"IHDR", &header);
    if let Some(dots) = dots_per_metre {
        let mut physical = Vec::new();
        physical.extend(dots.to_be_bytes());
        physical.extend(dots.to_be_bytes());
        physical.push(1);
        chunk(&mut file, *b"pHYs", &physical);
    }
    chunk(&mut file, *b"IDAT", &compressed(bytes, columns * channels, channels));
    chunk(&mut file, *b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    file.extend((data.len() as u32).to_be_bytes());
    file.extend(kind);
    file.extend(data);
    let mut sum = Crc::new();
    sum.update(&kind);
    sum.update(data);
    file.extend(sum.sum().to_be_bytes());
}

fn compressed(bytes: &[u8], line: usize, channels: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
    let mut above = vec![0; line];
    for row in bytes.chunks_exact(line) {
        let filtered = filtered(row, &above, channels);
        encoder.write_all(&filtered).expect("memory takes every byte");
        above.copy_from_slice(row);
    }
    encoder.finish().expect("memory takes every byte")
}

/// Returns the row as differences to its left, to the row above, or as it is, whichever has the
/// smallest sum of differences; this is the heuristic that the standard proposes.
fn filtered(row: &[u8], above: &[u8], channels: usize) -> Vec<u8> {
    let left = |index: usize| index.checked_sub(channels).map_or(0, |index| row[index]);
    let sub = || row.iter().enumerate().map(|(i, byte)| byte.wrapping_sub(left(i))).collect();
    let up = || row.iter().zip(above).map(|(byte, above)| byte.wrapping_sub(*above)).collect();
    let candidates: [(u8, Vec<u8>); 3] = [(0, row.to_vec()), (1, sub()), (2, up())];
    let cost = |bytes: &[u8]| -> u64 {
        bytes.iter().map(|byte| u64::from(byte.cast_signed().unsigned_abs())).sum()
    };
    let (kind, best) = candidates
        .into_iter()
        .min_by_key(|(_, bytes)| cost(bytes))
        .expect("there are three candidates");
    let mut line = vec![kind];
    line.extend(best);
    line
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Read as _;

    use flate2::read::ZlibDecoder;

    use super::*;

    /// Reads back what [`encode`] writes: columns, rows, channels and bytes.
    pub(crate) fn decode(file: &[u8]) -> (usize, usize, usize, Vec<u8>) {
        assert_eq!(&file[..8], b"\x89PNG\r\n\x1a\n");
        let (mut at, mut header, mut data) = (8, Vec::new(), Vec::new());
        while at < file.len() {
            let length = u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
            let (kind, body) = (&file[at + 4..at + 8], &file[at + 8..at + 8 + length]);
            let mut sum = Crc::new();
            sum.update(&file[at + 4..at + 8 + length]);
            let stored = &file[at + 8 + length..at + 12 + length];
            assert_eq!(stored, sum.sum().to_be_bytes());
            match kind {
                b"IHDR" => header = body.to_vec(),
                b"IDAT" => data.extend(body),
                _ => {}
            }
            at += 12 + length;
        }
        let side = |at: usize| u32::from_be_bytes(header[at..at + 4].try_into().unwrap()) as usize;
        let (columns, rows) = (side(0), side(4));
        let channels = [1, 0, 3, 0, 0, 0, 4][usize::from(header[9])];
        let mut raw = Vec::new();
        ZlibDecoder::new(&data[..]).read_to_end(&mut raw).unwrap();
        let line = columns * channels;
        let mut bytes: Vec<u8> = Vec::new();
        for row in raw.chunks_exact(line + 1) {
            let start = bytes.len();
            for (index, byte) in row[1..].iter().enumerate() {
                let left = if index < channels { 0 } else { bytes[start + index - channels] };
                let above = if start == 0 { 0 } else { bytes[start + index - line] };
                bytes.push(byte.wrapping_add([0, left, above][row[0] as usize]));
            }
        }
        (columns, rows, channels, bytes)
    }

    #[test]
    fn what_is_written_reads_back() {
        let grey: Vec<u8> = (0..35_u8).map(|value| value.wrapping_mul(37)).collect();
        let file = encode(7, 5, &Pixels::Grey(grey.clone()), Some(3780));
        assert_eq!(decode(&file), (7, 5, 1, grey));
        let colours: Vec<u8> = (0..48_u8).collect();
        let file = encode(3, 4, &Pixels::Rgba(colours.clone()), None);
        assert_eq!(decode(&file), (3, 4, 4, colours.clone()));
        let file = encode(4, 4, &Pixels::Rgb(colours.clone()), None);
        assert_eq!(decode(&file), (4, 4, 3, colours));
    }

    #[test]
    fn the_natural_size_is_in_the_file() {
        let file = encode(1, 1, &Pixels::Grey(vec![0]), Some(3780));
        // After the signature and the header: length, name, 3780 twice, the unit metre.
        assert_eq!(&file[33..50], b"\0\0\0\x09pHYs\0\0\x0e\xc4\0\0\x0e\xc4\x01");
    }
}
