//! A picture in memory.

use super::font;

/// Red, green, blue.
pub(super) type Colour = [u8; 3];

/// Behind everything.
pub(super) const BACKGROUND: Colour = [18, 18, 20];
/// Where a slice leaves its tile empty.
pub(super) const EMPTY: Colour = [0, 0, 0];
/// Text.
pub(super) const TEXT: Colour = [232, 232, 232];
/// Text of less weight.
pub(super) const DIM: Colour = [176, 176, 182];
/// Text about something that went wrong.
pub(super) const ALARM: Colour = [255, 120, 100];

/// The colours of Okabe and Ito, which people with any colour vision can tell apart; those that
/// stand out on grey come first.
const CLASSES: [Colour; 7] = [
    [230, 159, 0],
    [86, 180, 233],
    [0, 158, 115],
    [240, 228, 66],
    [204, 121, 167],
    [213, 94, 0],
    [0, 114, 178],
];

/// The colour of a class by its position among the foreground classes. After the seventh the
/// colours come again, and contours are dotted.
pub(super) fn class_colour(position: usize) -> Colour {
    CLASSES[position % CLASSES.len()]
}

/// Whether the contour of a class is dotted, so that it differs from one of the same colour.
pub(super) fn is_dotted(position: usize) -> bool {
    position / CLASSES.len() % 2 == 1
}

/// Rows of pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Canvas {
    pub(super) width: usize,
    pub(super) height: usize,
    pixels: Vec<Colour>,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize, colour: Colour) -> Self {
        Self { width, height, pixels: vec![colour; width * height] }
    }

    /// Sets a pixel; one outside is passed over.
    pub(super) fn set(&mut self, x: usize, y: usize, colour: Colour) {
        if x < self.width && y < self.height {
            self.pixels[y * self.width + x] = colour;
        }
    }

    /// The colour of a pixel inside.
    #[cfg(test)]
    pub(super) fn get(&self, x: usize, y: usize) -> Colour {
        self.pixels[y * self.width + x]
    }

    pub(super) fn fill(&mut self, x: usize, y: usize, width: usize, height: usize, colour: Colour) {
        for row in y..y + height {
            for column in x..x + width {
                self.set(column, row, colour);
            }
        }
    }

    /// Puts a picture onto this one.
    pub(super) fn paste(&mut self, x: usize, y: usize, picture: &Self) {
        for row in 0..picture.height {
            for column in 0..picture.width {
                let colour = picture.pixels[row * picture.width + column];
                self.set(x + column, y + row, colour);
            }
        }
    }

    /// Writes a line of text with its upper left corner here, each dot of the font `scale` pixels
    /// wide.
    pub(super) fn text(&mut self, x: usize, y: usize, scale: usize, colour: Colour, text: &str) {
        for (i, character) in text.chars().enumerate() {
            let left = x + i * font::ADVANCE * scale;
            let top = y + font::drop(character) * scale;
            for (row, bits) in font::glyph(character).iter().enumerate() {
                for column in 0..font::WIDTH {
                    if bits >> (font::WIDTH - 1 - column) & 1 == 1 {
                        self.fill(left + column * scale, top + row * scale, scale, scale, colour);
                    }
                }
            }
        }
    }

    /// Writes text with a dark edge, so that it can be read on any picture.
    pub(super) fn text_on_picture(&mut self, x: usize, y: usize, colour: Colour, text: &str) {
        for (dx, dy) in [(0, 1), (2, 1), (1, 0), (1, 2)] {
            self.text(x + dx - 1, y + dy - 1, 1, EMPTY, text);
        }
        self.text(x, y, 1, colour, text);
    }

    /// The picture as a PNG file.
    pub(super) fn to_png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(self.pixels.as_flattened())?;
        writer.finish()?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_drawn_dot_by_dot() {
        let mut canvas = Canvas::new(10, 8, EMPTY);
        canvas.text(0, 0, 1, TEXT, "I.");
        let row = |y: usize| -> String {
            (0..10).map(|x| if canvas.get(x, y) == TEXT { '#' } else { ' ' }).collect()
        };
        assert_eq!((row(0), row(1)), (" ###      ".to_owned(), "  #       ".to_owned()));
        // The dot's two columns begin at the second of its five, six to the right of the letter.
        assert_eq!(row(6), " ###   ## ");
    }

    #[test]
    fn what_lies_outside_is_passed_over() {
        let mut canvas = Canvas::new(2, 2, EMPTY);
        canvas.paste(1, 1, &Canvas::new(3, 3, TEXT));
        assert_eq!((canvas.get(0, 0), canvas.get(1, 1)), (EMPTY, TEXT));
    }

    #[test]
    fn the_png_holds_the_pixels() {
        let mut canvas = Canvas::new(3, 2, EMPTY);
        canvas.set(2, 1, [1, 2, 3]);
        let bytes = canvas.to_png().unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height, pixels.len()), (3, 2, 18));
        assert_eq!(pixels[15..], [1, 2, 3]);
    }

    #[test]
    fn the_first_contours_are_drawn_through_and_the_next_dotted() {
        assert!(!is_dotted(6) && is_dotted(7) && !is_dotted(14));
        assert_eq!(class_colour(7), class_colour(0));
    }
}
