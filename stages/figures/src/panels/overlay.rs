//! Labels and errors, drawn over an image.

use crate::palette::{BLUE, LABELS, ORANGE, YELLOW};

/// Opacity of a label's area, of 255.
const FILL: u8 = 115;
/// Opacity of an error, of 255.
const ERROR: u8 = 215;

/// Colour of labelled pixels that are background in the ground truth.
pub(super) const FALSE_POSITIVE: [u8; 3] = ORANGE;
/// Colour of background pixels that have a label in the ground truth.
pub(super) const FALSE_NEGATIVE: [u8; 3] = BLUE;
/// Colour of pixels with a label other than that of the ground truth.
pub(super) const WRONG_CLASS: [u8; 3] = YELLOW;

/// Returns the colour of the class at a place of the legend.
pub(super) fn colour(index: usize) -> [u8; 3] {
    LABELS[index % LABELS.len()]
}

/// Returns red, green, blue and opacity of every pixel, each label in its colour.
///
/// `classes` holds every label that occurs, in the order of the legend.
pub(super) fn areas(labels: &[u8], classes: &[u8]) -> Vec<u8> {
    let mut colours = [[0; 4]; 256];
    for (index, class) in classes.iter().enumerate() {
        colours[usize::from(*class)] = with_opacity(colour(index), FILL);
    }
    labels.iter().flat_map(|label| colours[usize::from(*label)]).collect()
}

/// Returns red, green, blue and opacity of every pixel that is wrong.
pub(super) fn errors(truth: &[u8], labels: &[u8]) -> Vec<u8> {
    let pixel = |(truth, label): (&u8, &u8)| match (*truth, *label) {
        (truth, label) if truth == label => [0; 4],
        (0, _) => with_opacity(FALSE_POSITIVE, ERROR),
        (_, 0) => with_opacity(FALSE_NEGATIVE, ERROR),
        _ => with_opacity(WRONG_CLASS, ERROR),
    };
    truth.iter().zip(labels).flat_map(pixel).collect()
}

fn with_opacity([red, green, blue]: [u8; 3], opacity: u8) -> [u8; 4] {
    [red, green, blue, opacity]
}

/// Returns the border of a label as lines between pixels' corners, moved inwards by `inset`, both
/// in pixels; neighbouring labels thus have borders beside each other.
///
/// `across` and `down` are how large `inset` is along columns and rows.
pub(super) fn contour(
    labels: &[u8],
    width: usize,
    is_inside: impl Fn(u8) -> bool,
    (across, down): (f64, f64),
) -> Vec<[f64; 4]> {
    let height = labels.len() / width;
    let inside = |x: usize, y: usize| {
        // Places before the first and after the last wrap around or lie beyond, and are outside.
        x < width && y < height && is_inside(labels[y * width + x])
    };
    let mut lines = Vec::new();
    for y in 0..=height {
        let side = |x: usize| match (inside(x, y.wrapping_sub(1)), inside(x, y)) {
            (true, false) => -1.0,
            (false, true) => 1.0,
            _ => 0.0,
        };
        for (from, to, side) in stretches(width, side) {
            let at = y as f64 + side * down;
            lines.push([from as f64, at, to as f64, at]);
        }
    }
    for x in 0..=width {
        let side = |y: usize| match (inside(x.wrapping_sub(1), y), inside(x, y)) {
            (true, false) => -1.0,
            (false, true) => 1.0,
            _ => 0.0,
        };
        for (from, to, side) in stretches(height, side) {
            let at = x as f64 + side * across;
            lines.push([at, from as f64, at, to as f64]);
        }
    }
    lines
}

/// Returns the longest stretches of equal sides other than 0: start, end and side.
fn stretches(length: usize, side: impl Fn(usize) -> f64) -> Vec<(usize, usize, f64)> {
    let sides: Vec<_> = (0..length).map(side).collect();
    let mut found = Vec::new();
    let mut start = 0;
    for stretch in sides.chunk_by(|a, b| a == b) {
        if stretch[0] != 0.0 {
            found.push((start, start + stretch.len(), stretch[0]));
        }
        start += stretch.len();
    }
    found
}
