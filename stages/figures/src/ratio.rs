//! A metric against the share of the training set that is labelled.

use std::fmt::Write as _;

use crate::axis::{Axis, Tick};
use crate::error::FigureError;
use crate::figure::Figure;
use crate::lines::LinePanel;
use crate::page::Page;
use crate::palette::style;
use crate::plot::Plot;
use crate::quantity::{Quantity, Scale, Size, Spread, drawable, drawable_log};
use crate::scene::{Fill, Mark, Paint, Stroke, marker};
use crate::series::{Series, counted, series};
use crate::ticks::readable;

/// Most different ratios that get ticks of their own.
const TICKS: usize = 12;
/// Distance in px by which the methods at one ratio stand apart.
const APART: f64 = 5.0;

/// A metric of methods at several label ratios.
#[derive(Debug, Clone, PartialEq)]
pub struct RatioCurves {
    /// Title of the figure; may be empty.
    pub title: String,
    /// What is varied; ratios are given and shown in its unit.
    pub ratio: Quantity,
    /// What is measured.
    pub value: Quantity,
    /// One result a run.
    pub results: Vec<RatioResult>,
    /// Methods in the order of their looks; one that has no data is not drawn, and the others look
    /// as if it were. Those that are not listed follow in the order in which they appear first.
    pub methods: Vec<String>,
    /// What the bars show.
    pub spread: Spread,
    /// The horizontal axis.
    pub scale: Scale,
    /// Size of the figure.
    pub size: Size,
}

/// The result of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct RatioResult {
    /// Its method.
    pub method: String,
    /// Its label ratio, in the unit of the figure's `ratio`.
    pub ratio: f64,
    /// What was measured.
    pub value: f64,
}

/// The runs of one method at one ratio.
#[derive(Debug, Clone, PartialEq)]
struct Summary {
    ratio: f64,
    values: Vec<f64>,
    mean: f64,
    bar: Option<(f64, f64)>,
}

impl RatioCurves {
    /// Curves over the labelled share in per cent, with bars of one standard deviation.
    pub fn new(title: impl Into<String>, value: Quantity, results: Vec<RatioResult>) -> Self {
        Self {
            title: title.into(),
            ratio: Quantity::new("Labelled share of the training set")
                .in_unit("%")
                .within(0.0, 100.0),
            value,
            results,
            methods: Vec::new(),
            spread: Spread::default(),
            scale: Scale::default(),
            size: Size::default(),
        }
    }

    /// Draws them.
    ///
    /// # Errors
    /// [`FigureError`] if the size or the bounds cannot be used, or there are too many methods.
    pub fn figure(&self) -> Result<Figure, FigureError> {
        self.ratio.check()?;
        self.value.check()?;
        let names = self.results.iter().map(|result| result.method.as_str());
        let methods = series(&self.methods, names, "methods")?;
        let mut page = Page::new(&self.title, self.size)?;
        let finite = |result: &&RatioResult| drawable(result.value) && drawable(result.ratio);
        let positive =
            |result: &&RatioResult| self.scale == Scale::Linear || drawable_log(result.ratio);
        let count = self.results.iter().filter(finite).count();
        let kept: Vec<_> = self.results.iter().filter(finite).filter(positive).collect();
        let curves: Vec<_> =
            methods.iter().map(|method| summarize(&kept, method.key, self.spread)).collect();
        if kept.is_empty() {
            page.say(self.size.panel_height, "No run has a result to show.");
        } else {
            self.draw(&mut page, &methods, &curves);
        }
        page.note_left_out(self.results.len() - count, "result", "not finite");
        page.note_left_out(count - kept.len(), "ratio", "not above 0 (logarithmic axis)");
        Ok(page.finish(&self.describe(&methods, &curves)))
    }

    fn draw(&self, page: &mut Page, methods: &[Series<'_>], curves: &[Vec<Summary>]) {
        let all = || curves.iter().flatten();
        let ends = |summary: &Summary| {
            let (lower, upper) = summary.bar.unwrap_or((summary.mean, summary.mean));
            summary.values.iter().copied().chain([lower, upper]).collect::<Vec<_>>()
        };
        let rows = self.size.panel_height / 45.0;
        let y = Axis::of(&self.value, Scale::Linear, all().flat_map(ends), rows);
        let drawn = || methods.iter().zip(curves).filter(|(_, curve)| !curve.is_empty());
        let named: Vec<_> = drawn().map(|(method, _)| method).collect();
        let steps = (named.len() - 1) as f64;
        let panel = LinePanel::of(page, self.size, &y, named);
        let inset = APART.min(40.0 / (steps + 1.0)) * steps / 2.0;
        let length = panel.area.width() - 2.0 * inset;
        let x = self.horizontal(curves, length);
        // Half the distance to the next ratio stays free, or its methods would seem to be these.
        let ratios = different_ratios(curves);
        let nearest = ratios.windows(2).map(|pair| (x.share(pair[1]) - x.share(pair[0])) * length);
        let spread = nearest.fold(f64::INFINITY, f64::min) / 2.0;
        let apart = if steps > 0.0 { (2.0 * inset).min(spread) / steps } else { 0.0 };
        let shift = |place: usize| apart * (place as f64 - steps / 2.0);
        let plot = Plot { area: panel.area, x: &x, y: &y, inset };
        panel.frame(&plot, self.size, &mut page.marks);
        for (place, (method, curve)) in drawn().enumerate() {
            let marks = draw_curve(&plot, method, curve, shift(place));
            page.marks.push(Mark::Group { title: method.shown.clone(), marks });
        }
        let end = |(place, (_, curve)): (usize, (_, &Vec<Summary>))| {
            let end = curve.last().expect("only curves with points are drawn");
            let (x, y) = plot.place(end.ratio, end.mean);
            (x + shift(place) + 5.0, y)
        };
        panel.name(page, self.size, &drawn().enumerate().map(end).collect::<Vec<_>>());
        if all().any(|summary| summary.values.len() > 1) {
            let spread = self.spread.words();
            page.note(format!("Marker: mean over runs; bar: {spread}; small circles: the runs."));
            if methods.len() > 1 {
                page.note(
                    "The methods at one ratio stand beside each other so that none is hidden.",
                );
            }
        }
    }

    /// Returns an axis whose ticks are the ratios themselves, where they have room.
    fn horizontal(&self, curves: &[Vec<Summary>], length: f64) -> Axis {
        let ratios = different_ratios(curves);
        let count = (length / 65.0).max(2.0);
        let axis = Axis::of(&self.ratio, self.scale, ratios.iter().copied(), count).thinned(length);
        if ratios.len() > TICKS {
            return axis;
        }
        let tick = |ratio: &f64| {
            let label = readable(*ratio);
            let label = if label.contains('.') && !label.contains('×') {
                label.trim_end_matches('0').trim_end_matches('.').to_owned()
            } else {
                label
            };
            Tick { value: *ratio, label }
        };
        axis.with_ticks(ratios.iter().map(tick).collect(), length)
    }

    fn describe(&self, methods: &[Series<'_>], curves: &[Vec<Summary>]) -> String {
        let mut text = format!(
            "{} against {}, for {}.",
            self.value.title(None),
            self.ratio.title(None).to_lowercase(),
            counted(methods.len(), "method", "methods")
        );
        for (method, curve) in methods.iter().zip(curves) {
            let name = &method.shown;
            let points: Vec<_> = curve
                .iter()
                .map(|summary| format!("{} at {}", readable(summary.mean), summary.ratio))
                .collect();
            let points = if points.is_empty() { "no results".into() } else { points.join(", ") };
            let _ = write!(text, " {name}: {points}.");
        }
        text
    }
}

fn different_ratios(curves: &[Vec<Summary>]) -> Vec<f64> {
    let mut ratios: Vec<_> = curves.iter().flatten().map(|summary| summary.ratio).collect();
    ratios.sort_by(f64::total_cmp);
    ratios.dedup();
    ratios
}

fn summarize(results: &[&RatioResult], method: &str, spread: Spread) -> Vec<Summary> {
    let mut own: Vec<_> = results.iter().filter(|result| result.method == method).collect();
    own.sort_by(|a, b| a.ratio.total_cmp(&b.ratio).then(a.value.total_cmp(&b.value)));
    let summary = |part: &[&&RatioResult]| {
        let values: Vec<_> = part.iter().map(|result| result.value).collect();
        let (mean, bar) = spread.around(&values);
        Summary { ratio: part[0].ratio, values, mean, bar }
    };
    own.chunk_by(|a, b| a.ratio == b.ratio).map(summary).collect()
}

fn draw_curve(plot: &Plot<'_>, method: &Series<'_>, curve: &[Summary], shift: f64) -> Vec<Mark> {
    let (look, name) = (style(method.look), &method.shown);
    let paint = Paint::Series(look.colour);
    let place = |ratio: f64, value: f64| {
        let (x, y) = plot.place(ratio, value);
        (x + shift, y)
    };
    let points = curve.iter().map(|summary| place(summary.ratio, summary.mean)).collect();
    let mut marks = vec![Mark::Line {
        points,
        stroke: Stroke { paint, width: 1.6, opacity: 1.0, dash: look.dash },
    }];
    for summary in curve {
        let (x, y) = place(summary.ratio, summary.mean);
        let mut parts = Vec::new();
        let mut said = format!("{name}, {}: {}", summary.ratio, readable(summary.mean));
        if let Some((lower, upper)) = summary.bar {
            let (low, high) = (place(summary.ratio, lower).1, place(summary.ratio, upper).1);
            let segments = vec![[x, low, x, high]];
            parts.push(Mark::Segments { segments, stroke: Stroke::solid(paint, 1.6) });
            let _ = write!(
                said,
                " ({} to {}, n = {})",
                readable(lower),
                readable(upper),
                summary.values.len()
            );
            for value in &summary.values {
                let (x, y) = place(summary.ratio, *value);
                let fill = Some(Fill { paint: Paint::Surface, opacity: 1.0 });
                let stroke = Some(Stroke::solid(paint, 0.9));
                parts.push(Mark::Circle { x, y, radius: 1.8, fill, stroke });
            }
        }
        parts.push(marker(look.marker, x, y, 3.8, paint, 1.0));
        marks.push(Mark::Group { title: said, marks: parts });
    }
    marks
}

#[cfg(test)]
#[path = "tests/ratio.rs"]
mod tests;
