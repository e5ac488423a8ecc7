//! Letters of five by seven dots, some of which stand lower.

/// Dots of a letter from left to right.
pub(super) const WIDTH: usize = 5;
/// Dots from the top of a letter to its foot, without what stands lower.
pub(super) const HEIGHT: usize = 7;
/// Dots from one letter to the next.
pub(super) const ADVANCE: usize = 6;

/// The rows of a letter from the top; the leftmost dot is the highest of the five bits.
pub(super) fn glyph(character: char) -> [u8; HEIGHT] {
    let index = (character as usize).checked_sub(FIRST).unwrap_or(usize::MAX);
    GLYPHS.get(index).copied().unwrap_or(UNKNOWN)
}

/// How many dots lower a letter stands: those with a tail begin below the top.
pub(super) fn drop(character: char) -> usize {
    if matches!(character, 'g' | 'p' | 'q' | 'y' | ',' | ';') { 2 } else { 0 }
}

/// The width of a line of text, in pixels, without the gap after the last letter.
pub(super) fn width(text: &str, scale: usize) -> usize {
    (text.chars().count() * ADVANCE).saturating_sub(ADVANCE - WIDTH) * scale
}

/// As much of a text as fits into so many pixels, with `...` where something is missing.
pub(super) fn fitting(text: &str, scale: usize, pixels: usize) -> String {
    if width(text, scale) <= pixels {
        return text.to_owned();
    }
    let letters = (pixels / scale + ADVANCE - WIDTH) / ADVANCE;
    let kept: String = text.chars().take(letters.saturating_sub(3)).collect();
    format!("{}...", kept.trim_end())
}

/// A box, for what has no letter here.
const UNKNOWN: [u8; HEIGHT] = [31, 17, 17, 17, 17, 17, 31];
/// The space, with which the table begins.
const FIRST: usize = 0x20;

#[rustfmt::skip]
const GLYPHS: [[u8; HEIGHT]; 95] = [
    [0, 0, 0, 0, 0, 0, 0], [4, 4, 4, 4, 0, 0, 4], [10, 10, 10, 0, 0, 0, 0], // space ! "
    [10, 10, 31, 10, 31, 10, 10], [4, 15, 20, 14, 5, 30, 4], [24, 25, 2, 4, 8, 19, 3], // # $ %
    [12, 18, 20, 8, 21, 18, 13], [12, 4, 8, 0, 0, 0, 0], [2, 4, 8, 8, 8, 4, 2], // & ' (
    [8, 4, 2, 2, 2, 4, 8], [0, 4, 21, 14, 21, 4, 0], [0, 4, 4, 31, 4, 4, 0], // ) * +
    [0, 0, 0, 12, 12, 4, 8], [0, 0, 0, 31, 0, 0, 0], [0, 0, 0, 0, 0, 12, 12], // , - .
    [0, 1, 2, 4, 8, 16, 0], // /
    [14, 17, 19, 21, 25, 17, 14], [4, 12, 4, 4, 4, 4, 14], [14, 17, 1, 2, 4, 8, 31], // 0 1 2
    [31, 2, 4, 2, 1, 17, 14], [2, 6, 10, 18, 31, 2, 2], [31, 16, 30, 1, 1, 17, 14], // 3 4 5
    [6, 8, 16, 30, 17, 17, 14], [31, 1, 2, 4, 8, 8, 8], [14, 17, 17, 14, 17, 17, 14], // 6 7 8
    [14, 17, 17, 15, 1, 2, 12], // 9
    [0, 12, 12, 0, 12, 12, 0], [12, 12, 0, 12, 12, 4, 8], [2, 4, 8, 16, 8, 4, 2], // : ; <
    [0, 0, 31, 0, 31, 0, 0], [8, 4, 2, 1, 2, 4, 8], [14, 17, 1, 2, 4, 0, 4], // = > ?
    [14, 17, 1, 13, 21, 21, 14], // @
    [14, 17, 17, 17, 31, 17, 17], [30, 17, 17, 30, 17, 17, 30], [14, 17, 16, 16, 16, 17, 14], // A B C
    [28, 18, 17, 17, 17, 18, 28], [31, 16, 16, 30, 16, 16, 31], [31, 16, 16, 30, 16, 16, 16], // D E F
    [14, 17, 16, 23, 17, 17, 15], [17, 17, 17, 31, 17, 17, 17], [14, 4, 4, 4, 4, 4, 14], // G H I
    [7, 2, 2, 2, 2, 18, 12], [17, 18, 20, 24, 20, 18, 17], [16, 16, 16, 16, 16, 16, 31], // J K L
    [17, 27, 21, 21, 17, 17, 17], [17, 17, 25, 21, 19, 17, 17], [14, 17, 17, 17, 17, 17, 14], // M N O
    [30, 17, 17, 30, 16, 16, 16], [14, 17, 17, 17, 21, 18, 13], [30, 17, 17, 30, 20, 18, 17], // P Q R
    [15, 16, 16, 14, 1, 1, 30], [31, 4, 4, 4, 4, 4, 4], [17, 17, 17, 17, 17, 17, 14], // S T U
    [17, 17, 17, 17, 17, 10, 4], [17, 17, 17, 21, 21, 21, 10], [17, 17, 10, 4, 10, 17, 17], // V W X
    [17, 17, 17, 10, 4, 4, 4], [31, 1, 2, 4, 8, 16, 31], // Y Z
    [14, 8, 8, 8, 8, 8, 14], [0, 16, 8, 4, 2, 1, 0], [14, 2, 2, 2, 2, 2, 14], // [ \ ]
    [4, 10, 17, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 31], [8, 4, 2, 0, 0, 0, 0], // ^ _ `
    [0, 0, 14, 1, 15, 17, 15], [16, 16, 22, 25, 17, 17, 30], [0, 0, 14, 16, 16, 17, 14], // a b c
    [1, 1, 13, 19, 17, 17, 15], [0, 0, 14, 17, 31, 16, 14], [6, 9, 8, 28, 8, 8, 8], // d e f
    [15, 17, 17, 17, 15, 1, 14], [16, 16, 22, 25, 17, 17, 17], [4, 0, 12, 4, 4, 4, 14], // g h i
    [2, 0, 6, 2, 2, 18, 12], [16, 16, 18, 20, 24, 20, 18], [12, 4, 4, 4, 4, 4, 14], // j k l
    [0, 0, 26, 21, 21, 17, 17], [0, 0, 22, 25, 17, 17, 17], [0, 0, 14, 17, 17, 17, 14], // m n o
    [30, 17, 17, 17, 30, 16, 16], [15, 17, 17, 17, 15, 1, 1], [0, 0, 22, 25, 16, 16, 16], // p q r
    [0, 0, 14, 16, 14, 1, 30], [8, 8, 28, 8, 8, 9, 6], [0, 0, 17, 17, 17, 19, 13], // s t u
    [0, 0, 17, 17, 17, 10, 4], [0, 0, 17, 17, 21, 21, 10], [0, 0, 17, 10, 4, 10, 17], // v w x
    [17, 17, 17, 17, 15, 1, 14], [0, 0, 31, 2, 4, 8, 31], // y z
    [2, 4, 4, 8, 4, 4, 2], [4, 4, 4, 4, 4, 4, 4], [8, 4, 4, 2, 4, 4, 8], // { | }
    [0, 0, 8, 21, 2, 0, 0], // ~
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_has_its_place_and_its_own_form() {
        assert_eq!((glyph(' '), glyph('~')), (GLYPHS[0], GLYPHS[94]));
        assert_eq!(glyph('A')[4], 31, "the bar of the A");
        assert_eq!(glyph('_')[6], 31);
        for (i, one) in GLYPHS.iter().enumerate() {
            assert!(one.iter().all(|row| *row < 32));
            let same = GLYPHS.iter().position(|other| other == one);
            assert_eq!(same, Some(i), "two letters look the same");
        }
        assert_eq!((glyph('é'), glyph('\n')), (UNKNOWN, UNKNOWN));
    }

    #[test]
    fn a_text_that_is_too_long_ends_in_dots() {
        // Three letters at scale 1 take 5 + 1 + 5 + 1 + 5 pixels.
        assert_eq!((width("abc", 1), width("", 2)), (17, 0));
        assert_eq!(fitting("abc", 1, 17), "abc");
        assert_eq!(fitting("abcdefgh", 1, 35), "abc...");
        assert_eq!(fitting("ab  efgh", 1, 35), "ab...");
    }
}
