//! How series are told apart: by colour, by dashes and by markers, each alone enough for seven.
//!
//! The colours are those of Okabe and Ito (2008), "Color universal design": people with any of
//! the three colour blindnesses tell them apart. Their yellow is left to areas on dark pictures:
//! lines of it vanish on white.

/// Colours of series, without the last, which is the ink of the page.
pub(crate) const SERIES: [[u8; 3]; 6] = [BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY];
/// Number of colours that series have, the ink among them.
pub(crate) const COLOURS: usize = SERIES.len() + 1;

/// Blue of Okabe and Ito.
pub(crate) const BLUE: [u8; 3] = [0, 114, 178];
/// Vermillion of Okabe and Ito.
pub(crate) const VERMILLION: [u8; 3] = [213, 94, 0];
/// Bluish green of Okabe and Ito.
pub(crate) const GREEN: [u8; 3] = [0, 158, 115];
/// Reddish purple of Okabe and Ito.
pub(crate) const PURPLE: [u8; 3] = [204, 121, 167];
/// Orange of Okabe and Ito.
pub(crate) const ORANGE: [u8; 3] = [230, 159, 0];
/// Sky blue of Okabe and Ito.
pub(crate) const SKY: [u8; 3] = [86, 180, 233];
/// Yellow of Okabe and Ito.
pub(crate) const YELLOW: [u8; 3] = [240, 228, 66];

/// Colours of labels on grey pictures; the last three also stand for kinds of errors.
pub(crate) const LABELS: [[u8; 3]; 7] = [SKY, VERMILLION, GREEN, PURPLE, YELLOW, ORANGE, BLUE];

/// Dashes and gaps in px; the first is a whole line.
const DASHES: [&[f64]; 7] = [
    &[],
    &[7.0, 3.0],
    &[2.0, 2.0],
    &[9.0, 3.0, 2.0, 3.0],
    &[4.0, 2.0],
    &[12.0, 3.0, 2.0, 3.0, 2.0, 3.0],
    &[14.0, 5.0],
];

/// The form of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Marker {
    Circle,
    Square,
    Triangle,
    Diamond,
    Plus,
    TriangleDown,
    Cross,
    Star,
}

const MARKERS: [Marker; 8] = [
    Marker::Circle,
    Marker::Square,
    Marker::Triangle,
    Marker::Diamond,
    Marker::Plus,
    Marker::TriangleDown,
    Marker::Cross,
    Marker::Star,
];

/// How one series looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SeriesStyle {
    /// Which colour, below [`COLOURS`].
    pub(crate) colour: usize,
    /// Dashes and gaps, in px.
    pub(crate) dash: &'static [f64],
    /// The form of its points.
    pub(crate) marker: Marker,
}

/// Returns the look of the series at `index`; those of the first 49 differ in colour or dashes.
pub(crate) fn style(index: usize) -> SeriesStyle {
    let round = index / COLOURS;
    SeriesStyle {
        colour: index % COLOURS,
        dash: DASHES[(index + round) % DASHES.len()],
        marker: MARKERS[(index + round) % MARKERS.len()],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn seven_series_differ_in_each_of_colour_dashes_and_marker() {
        let styles: Vec<_> = (0..7).map(style).collect();
        let colours: BTreeSet<_> = styles.iter().map(|style| style.colour).collect();
        let dashes: BTreeSet<_> = styles.iter().map(|style| format!("{:?}", style.dash)).collect();
        let markers: BTreeSet<_> = styles.iter().map(|style| style.marker).collect();
        assert_eq!((colours.len(), dashes.len(), markers.len()), (7, 7, 7));
    }

    #[test]
    fn forty_nine_series_look_different() {
        let looks: BTreeSet<_> =
            (0..49).map(style).map(|style| (style.colour, format!("{:?}", style.dash))).collect();
        assert_eq!(looks.len(), 49);
    }
}
