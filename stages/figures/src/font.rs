//! Noto Sans: how wide a text is, and the outlines of its letters.
//!
//! The font travels in the program, so that a picture does not depend on what a machine has
//! installed. Its licence, the SIL Open Font License, is in `fonts/LICENSE-OFL.txt`. SVG names the font first in its list of families and holds the text as text.

use std::sync::LazyLock;

use ttf_parser::{Face, OutlineBuilder};

/// Thickness of the letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Running text.
    Regular,
    /// Titles.
    Bold,
}

/// Families of the text of an SVG: the one that was measured, then those closest in width.
pub(crate) const FAMILIES: &str =
    "Noto Sans, Segoe UI, Roboto, Helvetica Neue, Arial, Liberation Sans, sans-serif";

static REGULAR: LazyLock<Face<'static>> = LazyLock::new(|| parse(notosans::REGULAR_TTF));
static BOLD: LazyLock<Face<'static>> = LazyLock::new(|| parse(notosans::BOLD_TTF));

fn parse(bytes: &'static [u8]) -> Face<'static> {
    Face::parse(bytes, 0).expect("the font that travels in the program can be read")
}

fn face(weight: Weight) -> &'static Face<'static> {
    match weight {
        Weight::Regular => &REGULAR,
        Weight::Bold => &BOLD,
    }
}

/// First letter of the scripts whose letters are as wide as they are high.
const WIDE: char = '\u{1100}';
/// Width of a letter that the font lacks, in ems.
const MISSING: (f64, f64) = (0.62, 1.0);

/// Returns the letter of the font to draw, how large, and how far up in ems.
///
/// The font has raised digits but no raised minus sign, which powers of ten need.
fn drawn_as(letter: char) -> (char, f64, f64) {
    if letter == '⁻' { ('−', 0.6, 0.36) } else { (letter, 1.0, 0.0) }
}

fn advance_em(face: &Face<'_>, letter: char) -> f64 {
    let (drawn, size, _) = drawn_as(letter);
    let advance = face.glyph_index(drawn).and_then(|glyph| face.glyph_hor_advance(glyph));
    match advance {
        Some(units) => size * f64::from(units) / f64::from(face.units_per_em()),
        // Dashes, quotes and symbols lie among the wide scripts; those that matter are in the font.
        None if letter >= WIDE => MISSING.1,
        None => MISSING.0,
    }
}

/// Width of a text in px, without kerning.
pub(crate) fn width(text: &str, size: f64, weight: Weight) -> f64 {
    let face = face(weight);
    text.chars().map(|letter| advance_em(face, letter)).sum::<f64>() * size
}

/// Writes the outlines of a text, with its baseline at y = 0, into `path`.
///
/// A letter that the font lacks becomes an empty box.
pub(crate) fn outline(
    text: &str,
    size: f64,
    weight: Weight,
    left: f64,
    baseline: f64,
    path: &mut tiny_skia::PathBuilder,
) {
    let face = face(weight);
    let em = size / f64::from(face.units_per_em());
    let mut x = left;
    for letter in text.chars() {
        let advance = advance_em(face, letter) * size;
        let (drawn, share, up) = drawn_as(letter);
        if let Some(glyph) = face.glyph_index(drawn) {
            let mut pen = Pen { path, scale: em * share, x, y: baseline - up * size };
            // A letter without an outline, such as a space, has none to draw.
            let _ = face.outline_glyph(glyph, &mut pen);
        } else {
            let (inset, height) = (advance * 0.12, size * 0.72);
            empty_box(path, x + inset, baseline - height, advance - 2.0 * inset, height);
        }
        x += advance;
    }
}

/// A frame one twentieth as thick as it is high; the inner outline runs the other way round.
fn empty_box(path: &mut tiny_skia::PathBuilder, x: f64, y: f64, width: f64, height: f64) {
    let line = height / 20.0;
    let (x0, y0, x1, y1) = (x as f32, y as f32, (x + width) as f32, (y + height) as f32);
    let (i0, j0) = ((x + line) as f32, (y + line) as f32);
    let (i1, j1) = ((x + width - line) as f32, (y + height - line) as f32);
    for corners in
        [[(x0, y0), (x1, y0), (x1, y1), (x0, y1)], [(i0, j0), (i0, j1), (i1, j1), (i1, j0)]]
    {
        path.move_to(corners[0].0, corners[0].1);
        for (x, y) in &corners[1..] {
            path.line_to(*x, *y);
        }
        path.close();
    }
}

/// Turns the font's units, with y upwards, into px with y downwards.
struct Pen<'a> {
    path: &'a mut tiny_skia::PathBuilder,
    scale: f64,
    x: f64,
    y: f64,
}

impl Pen<'_> {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        let place = (self.x + f64::from(x) * self.scale, self.y - f64::from(y) * self.scale);
        (place.0 as f32, place.1 as f32)
    }
}

impl OutlineBuilder for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_equally_wide_so_that_decimals_align() {
        let widths: Vec<_> =
            "0123456789".chars().map(|d| width(&d.to_string(), 10.0, Weight::Regular)).collect();
        // Noto Sans: 1171 of 2048 units.
        let expected = 11_710.0 / 2048.0;
        assert!(widths.iter().all(|width| (width - expected).abs() < 1e-9), "{widths:?}");
    }

    #[test]
    fn the_font_has_the_signs_that_axes_use() {
        for letter in "−×±≤≥·…–%µ²³⁰¹⁴⁵⁶⁷⁸⁹⁻".chars() {
            assert!(REGULAR.glyph_index(drawn_as(letter).0).is_some(), "{letter} is missing");
        }
    }

    #[test]
    fn a_letter_that_the_font_lacks_takes_place_and_is_drawn() {
        assert!(REGULAR.glyph_index('心').is_none());
        assert_eq!(width("心", 10.0, Weight::Regular), 10.0);
        let mut path = tiny_skia::PathBuilder::new();
        outline("心", 10.0, Weight::Regular, 0.0, 0.0, &mut path);
        let bounds = path.finish().unwrap().bounds();
        assert!(bounds.width() > 5.0 && bounds.height() > 5.0, "{bounds:?}");
    }

    #[test]
    fn an_outline_stands_on_its_baseline() {
        let mut path = tiny_skia::PathBuilder::new();
        outline("H", 100.0, Weight::Bold, 10.0, 50.0, &mut path);
        let bounds = path.finish().unwrap().bounds();
        // Capitals are 714 of 1000 units high.
        assert!((bounds.bottom() - 50.0).abs() < 0.01, "{bounds:?}");
        assert!((bounds.height() - 71.4).abs() < 0.2, "{bounds:?}");
        assert!(bounds.left() > 10.0);
    }
}
