//! A panel of lines, one a series, and their names beside or below it.

use crate::axis::Axis;
use crate::key::{Key, legend, name_ends};
use crate::page::{MARGIN, Page};
use crate::plot::{ABOVE, Area, BELOW, Plot, numbers_width};
use crate::quantity::Size;
use crate::scene::Mark;
use crate::series::Series;

/// Where a panel of lines stands and how its lines are named.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LinePanel<'a> {
    /// Where the data stands.
    pub(crate) area: Area,
    key: Key,
    /// The series with a line.
    named: Vec<&'a Series<'a>>,
}

impl<'a> LinePanel<'a> {
    /// Lays the panel out below what the page holds; `named` are the series that have a line.
    pub(crate) fn of(page: &Page, size: Size, y: &Axis, named: Vec<&'a Series<'a>>) -> Self {
        let names: Vec<_> = named.iter().map(|series| series.shown.as_str()).collect();
        let key = Key::of(&names, size.width, size.panel_height);
        let area = Area {
            left: MARGIN + numbers_width(y),
            top: page.cursor + ABOVE,
            right: size.width - MARGIN - key.right(),
            bottom: page.cursor + ABOVE + size.panel_height,
        };
        Self { area, key, named }
    }

    /// Draws axes, grid and titles.
    pub(crate) fn frame(&self, plot: &Plot<'_>, size: Size, marks: &mut Vec<Mark>) {
        plot.frame(marks);
        plot.title_above(MARGIN, size.width - 2.0 * MARGIN, marks);
        plot.title_below(self.area.width(), marks);
    }

    /// Names every line and moves the page's cursor below the panel; `ends` holds where the line of
    /// each named series ends.
    pub(crate) fn name(&self, page: &mut Page, size: Size, ends: &[(f64, f64)]) {
        page.cursor = self.area.bottom + BELOW;
        if self.key == Key::Legend {
            let names: Vec<_> =
                self.named.iter().map(|series| (series.look, series.shown.as_str())).collect();
            let (left, right) = (self.area.left, size.width - MARGIN);
            page.cursor = legend(&names, left, right, page.cursor + 4.0, &mut page.marks);
            return;
        }
        let named = self.named.iter().zip(ends);
        let ends: Vec<_> =
            named.map(|(series, end)| (series.shown.as_str(), series.look, *end)).collect();
        name_ends(&ends, self.area, self.key.right(), &mut page.marks);
    }
}
