//! A panel with two axes.

use crate::axis::{Axis, NUMBERS};
use crate::font::Weight;
use crate::scene::{Anchor, Label, Mark, Paint, Stroke};
use crate::text::shorten;

/// Height of an axis title, in px.
pub(crate) const TITLES: f64 = 12.0;
/// From the baseline of letters to their middle, as a share of their height.
pub(crate) const MIDDLE: f64 = 0.36;
/// Height of the row above a panel in which the title of its vertical axis stands.
pub(crate) const ABOVE: f64 = 22.0;
/// Height of the rows below a panel: numbers, then the title of its horizontal axis.
pub(crate) const BELOW: f64 = 42.0;
/// Room that ticks and their distance from the numbers take.
const TICK: f64 = 8.0;

/// Where the data of a panel stands, in px.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    /// Left edge.
    pub(crate) left: f64,
    /// Upper edge.
    pub(crate) top: f64,
    /// Right edge.
    pub(crate) right: f64,
    /// Lower edge.
    pub(crate) bottom: f64,
}

impl Area {
    /// Its width.
    pub(crate) fn width(&self) -> f64 {
        self.right - self.left
    }
}

/// A panel: two axes over an area.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plot<'a> {
    /// Where it stands.
    pub(crate) area: Area,
    /// The horizontal axis.
    pub(crate) x: &'a Axis,
    /// The vertical axis.
    pub(crate) y: &'a Axis,
    /// Distance in px from the sides at which the horizontal axis begins and ends.
    pub(crate) inset: f64,
}

/// Room that the numbers of a vertical axis take to its left.
pub(crate) fn numbers_width(axis: &Axis) -> f64 {
    axis.label_width() + TICK
}

impl Plot<'_> {
    /// Returns the place of a pair of values.
    pub(crate) fn place(&self, x: f64, y: f64) -> (f64, f64) {
        (self.across(x), self.y.place(y, self.area.bottom, self.area.top))
    }

    /// Returns the place of a value along the horizontal axis.
    fn across(&self, value: f64) -> f64 {
        self.x.place(value, self.area.left + self.inset, self.area.right - self.inset)
    }

    /// Draws grid, axes and numbers, behind the data.
    pub(crate) fn frame(&self, marks: &mut Vec<Mark>) {
        let Area { left, top, right, bottom } = self.area;
        let rows = self.y.ticks.iter().map(|tick| {
            let y = self.y.place(tick.value, bottom, top);
            [left, y, right, y]
        });
        let grid = rows.collect();
        marks.push(Mark::Segments { segments: grid, stroke: Stroke::solid(Paint::Grid, 1.0) });
        self.horizontal(marks);
        for tick in &self.y.ticks {
            let y = self.y.place(tick.value, bottom, top) + MIDDLE * NUMBERS;
            let label = Label::new(left - TICK, y, &tick.label, NUMBERS).anchored(Anchor::End);
            marks.push(Mark::Text(label));
        }
        let minor = self.y.minor.iter().map(|value| {
            let y = self.y.place(*value, bottom, top);
            [left - 3.0, y, left, y]
        });
        let mut segments: Vec<_> = minor.collect();
        segments.push([left, top, left, bottom]);
        marks.push(Mark::Segments { segments, stroke: Stroke::solid(Paint::Muted, 1.0) });
    }

    /// Draws the horizontal axis with its ticks and numbers.
    pub(crate) fn horizontal(&self, marks: &mut Vec<Mark>) {
        let Area { left, right, bottom, .. } = self.area;
        let tick = |value: f64, length: f64| {
            let x = self.across(value);
            [x, bottom, x, bottom + length]
        };
        let mut segments: Vec<_> = self.x.ticks.iter().map(|t| tick(t.value, 5.0)).collect();
        segments.extend(self.x.minor.iter().map(|value| tick(*value, 3.0)));
        segments.push([left, bottom, right, bottom]);
        marks.push(Mark::Segments { segments, stroke: Stroke::solid(Paint::Muted, 1.0) });
        for tick in &self.x.ticks {
            let x = self.across(tick.value);
            let label = Label::new(x, bottom + 17.0, &tick.label, NUMBERS);
            marks.push(Mark::Text(label.anchored(Anchor::Middle)));
        }
    }

    /// Writes the title of the vertical axis above the panel, from `left` on.
    pub(crate) fn title_above(&self, left: f64, limit: f64, marks: &mut Vec<Mark>) {
        let title = shorten(&self.y.title, limit, TITLES, Weight::Regular);
        let label =
            Label::new(left, self.area.top - 9.0, title, TITLES).standing_for(&self.y.title);
        marks.push(Mark::Text(label));
    }

    /// Writes the title of the horizontal axis below the panel.
    pub(crate) fn title_below(&self, limit: f64, marks: &mut Vec<Mark>) {
        let title = shorten(&self.x.title, limit, TITLES, Weight::Regular);
        let middle = f64::midpoint(self.area.left, self.area.right);
        let label = Label::new(middle, self.area.bottom + 36.0, title, TITLES);
        marks.push(Mark::Text(label.anchored(Anchor::Middle).standing_for(&self.x.title)));
    }
}
