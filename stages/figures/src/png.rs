//! Writes pixels as PNG, 8 bits a channel.

use png::{ColorType, Compression, Encoder, PixelDimensions, Unit};

use crate::scene::Pixels;

/// Returns the file; `dots_per_metre` is the resolution at which it has its natural size.
///
/// There must be a pixel, and as many bytes as the sides say.
pub(crate) fn encode(
    columns: usize,
    rows: usize,
    pixels: &Pixels,
    dots_per_metre: Option<u32>,
) -> Vec<u8> {
    let (bytes, colour) = match pixels {
        Pixels::Grey(bytes) => (bytes, ColorType::Grayscale),
        Pixels::Rgb(bytes) => (bytes, ColorType::Rgb),
        Pixels::Rgba(bytes) => (bytes, ColorType::Rgba),
    };
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, columns as u32, rows as u32);
    encoder.set_color(colour);
    encoder.set_compression(Compression::Balanced);
    encoder.set_pixel_dims(dots_per_metre.map(|dots| PixelDimensions {
        xppu: dots,
        yppu: dots,
        unit: Unit::Meter,
    }));
    let mut writer = encoder.write_header().expect("a picture has pixels, and memory takes bytes");
    writer.write_image_data(bytes).expect("a picture has as many bytes as its sides say");
    writer.finish().expect("memory takes every byte");
    file
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Cursor;

    use super::*;

    /// Reads back what [`encode`] writes: columns, rows, channels and bytes.
    pub(crate) fn decode(file: &[u8]) -> (usize, usize, usize, Vec<u8>) {
        let mut reader = png::Decoder::new(Cursor::new(file)).read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        assert_eq!(bytes.len(), info.buffer_size());
        (info.width as usize, info.height as usize, info.color_type.samples(), bytes)
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
