//! Agreement of two measurements of the same subjects, after Bland and Altman.

use std::collections::BTreeSet;

use stages_statistics::mean;

use crate::axis::Axis;
use crate::error::FigureError;
use crate::facets::Facets;
use crate::figure::Figure;
use crate::font::Weight;
use crate::key::moved_apart;
use crate::page::{MARGIN, Page};
use crate::palette::style;
use crate::plot::{ABOVE, Area, BELOW, MIDDLE, Plot, TITLES, numbers_width};
use crate::quantity::{Quantity, Scale, Size, drawable};
use crate::scene::{Fill, Label, Mark, Paint, Stroke, marker};
use crate::series::{Series, series};
use crate::statistics::Limits;
use crate::text::{clean, shorten};
use crate::ticks::{readable, signed};

/// Room to the right of a panel, for the values of bias and limits, in px.
const VALUES: f64 = 62.0;
/// Narrowest panel in px.
const NARROWEST: f64 = 190.0;
/// Points beyond which those at one place, to half a px, are drawn once and have no names.
const NAMED: usize = 2000;

/// What stands on the vertical axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Difference {
    /// Measured less reference, in the unit of both.
    #[default]
    Absolute,
    /// The same in per cent of the mean of both; pairs whose mean is 0 are left out.
    Percent,
}

/// Bland-Altman plots, one panel a method.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// Title of the figure; may be empty.
    pub title: String,
    /// What both measurements measure, such as a volume in mL.
    pub value: Quantity,
    /// The pairs.
    pub pairs: Vec<MeasuredPair>,
    /// Methods in the order of their looks; one that has no data is not drawn, and the others look
    /// as if it were. Those that are not listed follow in the order in which they appear first.
    pub methods: Vec<String>,
    /// What stands on the vertical axis.
    pub difference: Difference,
    /// Size of the figure; the height is that of each panel.
    pub size: Size,
}

/// Two measurements of one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredPair {
    /// The method that measured.
    pub method: String,
    /// The subject.
    pub subject: String,
    /// What the method is compared with, such as the volume of the ground truth.
    pub reference: f64,
    /// What the method measured.
    pub measured: f64,
}

/// One pair in the plane of the plot.
#[derive(Debug, Clone, PartialEq)]
struct Point<'a> {
    subject: &'a str,
    mean: f64,
    difference: f64,
}

impl Agreement {
    /// Plots of absolute differences.
    pub fn new(title: impl Into<String>, value: Quantity, pairs: Vec<MeasuredPair>) -> Self {
        let size = Size { panel_height: 240.0, ..Size::default() };
        Self {
            title: title.into(),
            value,
            pairs,
            methods: Vec::new(),
            difference: Difference::default(),
            size,
        }
    }

    /// Draws them.
    ///
    /// # Errors
    /// [`FigureError`] if the size or the bounds cannot be used, or there are too many methods.
    pub fn figure(&self) -> Result<Figure, FigureError> {
        self.value.check()?;
        let names = self.pairs.iter().map(|pair| pair.method.as_str());
        let methods = series(&self.methods, names, "methods")?;
        let mut page = Page::new(&self.title, self.size)?;
        let (mut left_out, mut without_mean) = (0, 0);
        let mut panels = vec![Vec::new(); methods.len()];
        for pair in &self.pairs {
            let Some(index) = methods.iter().position(|method| method.key == pair.method) else {
                continue;
            };
            let mean = f64::midpoint(pair.reference, pair.measured);
            let difference = pair.measured - pair.reference;
            let difference = match self.difference {
                Difference::Absolute => difference,
                Difference::Percent => 100.0 * difference / mean,
            };
            if !(drawable(pair.reference) && drawable(pair.measured)) {
                left_out += 1;
            } else if drawable(difference) {
                panels[index].push(Point { subject: &pair.subject, mean, difference });
            } else if self.difference == Difference::Percent {
                without_mean += 1;
            } else {
                left_out += 1;
            }
        }
        let limits: Vec<_> = panels
            .iter()
            .map(|points| {
                Limits::of(&points.iter().map(|point| point.difference).collect::<Vec<_>>())
            })
            .collect();
        if panels.iter().all(Vec::is_empty) {
            page.say(self.size.panel_height, "No subject was measured twice.");
        } else {
            self.draw(&mut page, &methods, &panels, &limits);
        }
        page.note_left_out(left_out, "pair", "not finite");
        page.note_left_out(without_mean, "pair", "without a mean other than 0");
        Ok(page.finish(&self.describe(&methods, &panels, &limits)))
    }

    /// Returns the quantity on the vertical axis; differences have no bounds.
    fn vertical(&self) -> Quantity {
        let name = clean(&self.value.name).to_lowercase();
        let quantity = match self.difference {
            Difference::Absolute => Quantity::new("Measured less reference"),
            Difference::Percent => {
                Quantity::new(format!("Measured less reference, of the mean {name}"))
            }
        };
        match (self.difference, &self.value.unit) {
            (Difference::Percent, _) => quantity.in_unit("%"),
            (Difference::Absolute, Some(unit)) => quantity.in_unit(unit),
            (Difference::Absolute, None) => quantity,
        }
    }

    fn draw(
        &self,
        page: &mut Page,
        methods: &[Series<'_>],
        panels: &[Vec<Point<'_>>],
        limits: &[Option<Limits>],
    ) {
        let all = || panels.iter().flatten();
        let heights = all().map(|point| point.difference).chain([0.0]).chain(
            limits.iter().flatten().flat_map(|limits| {
                let reach = limits.reach + limits.limit_interval;
                [limits.bias - reach, limits.bias + reach]
            }),
        );
        let rows = self.size.panel_height / 42.0;
        let y = Axis::of(&self.vertical(), Scale::Linear, heights, rows);
        let name = format!("Mean {} of both", clean(&self.value.name).to_lowercase());
        let across = Quantity { name, ..self.value.clone() };
        let left = MARGIN + numbers_width(&y);
        let available = self.size.width - MARGIN - left;
        let gap = numbers_width(&y) + 10.0;
        let narrowest = (NARROWEST + VALUES).min(available);
        let facets = Facets::of(methods.len(), available, narrowest, gap);
        let length = facets.width - VALUES;
        let means = all().map(|point| point.mean);
        let x = Axis::of(&across, Scale::Linear, means, (length / 60.0).max(2.0)).thinned(length);
        for (index, method) in methods.iter().enumerate() {
            let name = &method.shown;
            let first = index % facets.columns == 0;
            if first && index > 0 {
                page.cursor += ABOVE + 20.0 + self.size.panel_height + BELOW + 10.0;
            }
            let (start, end) = facets.edges(index);
            let top = page.cursor + ABOVE + 20.0;
            let area = Area {
                left: left + start,
                top,
                right: left + end - VALUES,
                bottom: top + self.size.panel_height,
            };
            let shown = shorten(name, facets.width, TITLES, Weight::Bold);
            let label = Label::new(area.left - numbers_width(&y), top - 29.0, shown, TITLES).bold();
            page.marks.push(Mark::Text(label.standing_for(name)));
            let plot = Plot { area, x: &x, y: &y, inset: 0.0 };
            plot.frame(&mut page.marks);
            plot.title_above(area.left - numbers_width(&y), facets.width + 20.0, &mut page.marks);
            plot.title_below(facets.width, &mut page.marks);
            draw_panel(&plot, method.look, &panels[index], limits[index].as_ref(), &mut page.marks);
        }
        page.cursor += ABOVE + 20.0 + self.size.panel_height + BELOW;
        if limits.iter().any(Option::is_some) {
            page.note(
                "Whole line: bias (mean difference); dotted: no difference; dashed: limits of agreement (bias ± 1.96 sample \
                 standard deviations); shaded: their 95 % confidence intervals by Student's t.",
            );
        }
        if limits.iter().zip(panels).any(|(limits, points)| limits.is_none() && !points.is_empty())
        {
            page.note("Limits are not drawn for fewer than 3 subjects.");
        }
    }

    fn describe(
        &self,
        methods: &[Series<'_>],
        panels: &[Vec<Point<'_>>],
        limits: &[Option<Limits>],
    ) -> String {
        let unit = match (self.difference, &self.value.unit) {
            (Difference::Percent, _) => " %".to_owned(),
            (Difference::Absolute, unit) => {
                unit.as_ref().map(|unit| format!(" {}", clean(unit))).unwrap_or_default()
            }
        };
        let of = self.value.unit.iter().map(|unit| format!(" in {}", clean(unit)));
        let name = clean(&self.value.name).to_lowercase();
        let mut text = format!("Agreement on {name}{}.", of.collect::<String>());
        for ((name, points), limits) in methods.iter().zip(panels).zip(limits) {
            let name = &name.shown;
            let said = match limits {
                Some(limits) => format!(
                    " {name}: bias {}{unit}, limits of agreement {}{unit} and {}{unit}, n = {}.",
                    readable(limits.bias),
                    readable(limits.bias - limits.reach),
                    readable(limits.bias + limits.reach),
                    points.len()
                ),
                None => format!(" {name}: n = {}.", points.len()),
            };
            text.push_str(&said);
        }
        text
    }
}

fn draw_panel(
    plot: &Plot<'_>,
    look: usize,
    points: &[Point<'_>],
    limits: Option<&Limits>,
    marks: &mut Vec<Mark>,
) {
    let area = plot.area;
    let height = |value: f64| plot.y.place(value, area.bottom, area.top);
    let zero = height(0.0);
    let segments = vec![[area.left, zero, area.right, zero]];
    let dots = Stroke { dash: &[1.5, 3.0], ..Stroke::solid(Paint::Muted, 1.2) };
    marks.push(Mark::Segments { segments, stroke: dots });
    if let Some(limits) = limits {
        draw_limits(plot, limits, marks);
    } else if let Some(bias) =
        mean(&points.iter().map(|point| point.difference).collect::<Vec<_>>())
    {
        let y = height(bias);
        let segments = vec![[area.left, y, area.right, y]];
        marks.push(Mark::Segments { segments, stroke: Stroke::solid(Paint::Ink, 1.6) });
        let label = format!("bias {}", readable(bias));
        marks.push(Mark::Text(Label::new(area.right + 5.0, y + MIDDLE * 10.0, label, 10.0)));
    }
    let look = style(look);
    let paint = Paint::Series(look.colour);
    let mut taken = BTreeSet::new();
    for point in points {
        let (x, y) = plot.place(point.mean, point.difference);
        let dot = marker(look.marker, x, y, 2.8, paint, 0.75);
        if points.len() <= NAMED {
            let said = readable(point.difference);
            let title = format!("{}: {said} at {}", clean(point.subject), readable(point.mean));
            marks.push(Mark::Group { title, marks: vec![dot] });
        } else if taken.insert(((x * 2.0).round() as i64, (y * 2.0).round() as i64)) {
            marks.push(dot);
        }
    }
}

fn draw_limits(plot: &Plot<'_>, limits: &Limits, marks: &mut Vec<Mark>) {
    let area = plot.area;
    let height = |value: f64| plot.y.place(value, area.bottom, area.top);
    let lines = [
        ("+1.96 SD", limits.bias + limits.reach, limits.limit_interval),
        ("bias", limits.bias, limits.bias_interval),
        ("−1.96 SD", limits.bias - limits.reach, limits.limit_interval),
    ];
    for (index, (_, value, interval)) in lines.iter().enumerate() {
        let (top, bottom) = (height(value + interval), height(value - interval));
        // Of few subjects the intervals touch; the middle one stands out.
        let opacity = if index == 1 { 0.26 } else { 0.13 };
        marks.push(Mark::Rect {
            x: area.left,
            y: top,
            width: area.width(),
            height: bottom - top,
            fill: Some(Fill { paint: Paint::Muted, opacity }),
            stroke: None,
        });
        let y = height(*value);
        let dash: &[f64] = if index == 1 { &[] } else { &[6.0, 4.0] };
        let stroke = Stroke { dash, ..Stroke::solid(Paint::Ink, 1.5) };
        marks.push(Mark::Line { points: vec![(area.left, y), (area.right, y)], stroke });
    }
    // Two lines of text each: what it is, and its value.
    let wanted: Vec<_> = lines.iter().map(|(_, value, _)| height(*value)).collect();
    let places = moved_apart(&wanted, area.top + 6.0, area.bottom - 6.0, 26.0);
    // Equal decimals, three digits of the distance between the limits.
    let digits = if limits.reach > 0.0 { limits.reach.log10().floor() as i32 } else { 0 };
    let written = |value: f64| {
        if (-4..=4).contains(&digits) {
            signed(value, (2 - digits).clamp(0, 6) as usize)
        } else {
            readable(value)
        }
    };
    for ((name, value, _), y) in lines.iter().zip(places) {
        let x = area.right + 5.0;
        marks.push(Mark::Text(Label::new(x, y - 2.0, *name, 10.0).painted(Paint::Muted)));
        marks.push(Mark::Text(Label::new(x, y + 10.0, written(*value), 10.5)));
    }
}

#[cfg(test)]
#[path = "tests/agreement.rs"]
mod tests;
