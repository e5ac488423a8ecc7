//! What a figure consists of: a list of marks in px, with the origin at the top left.
//!
//! Both writers, of SVG and of PNG, read the same list.

use crate::font::Weight;
use crate::palette::{Marker, SERIES};

/// A colour by its role, so that a page can show a figure in its own colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paint {
    /// Text and axes.
    Ink,
    /// Text of second rank.
    Muted,
    /// Lines that guide the eye.
    Grid,
    /// The background.
    Surface,
    /// The series with this colour of the palette.
    Series(usize),
    /// A colour that means the same everywhere.
    Rgb([u8; 3]),
}

impl Paint {
    /// Returns its colour on white.
    pub(crate) fn rgb(self) -> [u8; 3] {
        match self {
            Self::Ink => [26, 26, 26],
            Self::Muted => [89, 89, 89],
            Self::Grid => [221, 221, 221],
            Self::Surface => [255, 255, 255],
            Self::Series(colour) => SERIES.get(colour).copied().unwrap_or(Self::Ink.rgb()),
            Self::Rgb(rgb) => rgb,
        }
    }
}

/// The inside of an area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fill {
    /// Its colour.
    pub(crate) paint: Paint,
    /// From 0, unseen, to 1.
    pub(crate) opacity: f64,
}

/// A line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stroke {
    /// Its colour.
    pub(crate) paint: Paint,
    /// Thickness in px.
    pub(crate) width: f64,
    /// From 0, unseen, to 1.
    pub(crate) opacity: f64,
    /// Dashes and gaps in px; none for a whole line.
    pub(crate) dash: &'static [f64],
}

impl Stroke {
    /// A whole, opaque line.
    pub(crate) fn solid(paint: Paint, width: f64) -> Self {
        Self { paint, width, opacity: 1.0, dash: &[] }
    }
}

/// Which point of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// The pixels of a picture, by rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pixels {
    /// One byte a pixel.
    Grey(Vec<u8>),
    /// Red, green and blue.
    Rgb(Vec<u8>),
    /// Red, green, blue and opacity, not multiplied with each other.
    Rgba(Vec<u8>),
}

/// A text on one line; [`Label::new`] cleans nothing, its callers do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Label {
    /// Place of the anchor.
    pub(crate) x: f64,
    /// Place of the baseline.
    pub(crate) y: f64,
    /// What is shown.
    pub(crate) shown: String,
    /// The whole text, where it was shortened.
    pub(crate) full: Option<String>,
    /// Height of the font in px.
    pub(crate) size: f64,
    /// Thickness.
    pub(crate) weight: Weight,
    /// Colour.
    pub(crate) paint: Paint,
    /// Which point of it stands at `x`.
    pub(crate) anchor: Anchor,
}

/// One thing that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Mark {
    /// A line through points.
    Line { points: Vec<(f64, f64)>, stroke: Stroke },
    /// Straight lines that share their look, each from one point to another.
    Segments { segments: Vec<[f64; 4]>, stroke: Stroke },
    /// A closed area.
    Area { points: Vec<(f64, f64)>, fill: Option<Fill>, stroke: Option<Stroke> },
    /// A rectangle.
    Rect { x: f64, y: f64, width: f64, height: f64, fill: Option<Fill>, stroke: Option<Stroke> },
    /// A circle.
    Circle { x: f64, y: f64, radius: f64, fill: Option<Fill>, stroke: Option<Stroke> },
    /// A text.
    Text(Label),
    /// A picture, stretched over a rectangle.
    Image {
        x: f64,
        y: f64,
        width: f64,
        height: f64,
        columns: usize,
        rows: usize,
        pixels: Pixels,
        /// Whether pixels melt into each other; labels must not.
        smooth: bool,
    },
    /// Marks that a pointer resting on them explains.
    Group { title: String, marks: Vec<Mark> },
}

/// Everything that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scene {
    /// Width in px.
    pub(crate) width: f64,
    /// Height in px.
    pub(crate) height: f64,
    /// What is drawn, from back to front.
    pub(crate) marks: Vec<Mark>,
}

impl Label {
    /// A line of text in ink that starts at its place.
    pub(crate) fn new(x: f64, y: f64, text: impl Into<String>, size: f64) -> Self {
        Self {
            x,
            y,
            shown: text.into(),
            full: None,
            size,
            weight: Weight::Regular,
            paint: Paint::Ink,
            anchor: Anchor::Start,
        }
    }

    /// The same with another anchor.
    pub(crate) fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// The same in another colour.
    pub(crate) fn painted(self, paint: Paint) -> Self {
        Self { paint, ..self }
    }

    /// The same in bold.
    pub(crate) fn bold(self) -> Self {
        Self { weight: Weight::Bold, ..self }
    }

    /// The same, with the whole text where it shows only a part of it.
    pub(crate) fn standing_for(self, whole: &str) -> Self {
        let full = (self.shown != whole).then(|| whole.to_owned());
        Self { full, ..self }
    }
}

/// Draws a marker around a point; `reach` is about half its height.
pub(crate) fn marker(form: Marker, x: f64, y: f64, reach: f64, paint: Paint, opacity: f64) -> Mark {
    let fill = Some(Fill { paint, opacity });
    let area = |corners: &[(f64, f64)]| {
        let points = corners.iter().map(|(dx, dy)| (x + dx * reach, y + dy * reach)).collect();
        Mark::Area { points, fill, stroke: None }
    };
    let lines = |ends: &[[f64; 4]]| {
        let place = |end: &[f64; 4]| {
            [x + end[0] * reach, y + end[1] * reach, x + end[2] * reach, y + end[3] * reach]
        };
        let stroke = Stroke { paint, width: reach * 0.55, opacity, dash: &[] };
        Mark::Segments { segments: ends.iter().map(place).collect(), stroke }
    };
    match form {
        Marker::Circle => Mark::Circle { x, y, radius: reach, fill, stroke: None },
        Marker::Square => area(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
        Marker::Triangle => area(&[(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)]),
        Marker::TriangleDown => area(&[(0.0, 1.2), (1.1, -0.8), (-1.1, -0.8)]),
        Marker::Diamond => area(&[(0.0, -1.35), (1.1, 0.0), (0.0, 1.35), (-1.1, 0.0)]),
        Marker::Plus => lines(&[[-1.2, 0.0, 1.2, 0.0], [0.0, -1.2, 0.0, 1.2]]),
        Marker::Cross => lines(&[[-0.95, -0.95, 0.95, 0.95], [-0.95, 0.95, 0.95, -0.95]]),
        Marker::Star => {
            lines(&[[0.0, -1.25, 0.0, 1.25], [-1.1, -0.65, 1.1, 0.65], [-1.1, 0.65, 1.1, -0.65]])
        }
    }
}
