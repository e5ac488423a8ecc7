//! Learning curves: a measured value along training, per method, with a band over seeds.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::axis::Axis;
use crate::error::FigureError;
use crate::figure::Figure;
use crate::lines::LinePanel;
use crate::page::Page;
use crate::palette::style;
use crate::plot::Plot;
use crate::quantity::{Quantity, Scale, Size, Spread, drawable, drawable_log};
use crate::scene::{Fill, Mark, Paint, Stroke, marker};
use crate::series::{Series, counted, series};
use crate::thin::thinned;
use crate::ticks::readable;

/// Most methods whose bands are drawn; more bands hide each other.
const BANDS: usize = 8;
/// Points with a marker on one line.
const MARKERS: usize = 8;

/// Learning curves of methods, each trained once or more.
///
/// A line is the mean over the runs of a method that have a value at that step. Where some of them
/// have none (runs that stopped early), the line is thin.
#[derive(Debug, Clone, PartialEq)]
pub struct LearningCurves {
    /// Title of the figure; may be empty.
    pub title: String,
    /// What is counted along training, such as epochs.
    pub step: Quantity,
    /// What is measured.
    pub value: Quantity,
    /// The runs.
    pub runs: Vec<LearningRun>,
    /// Methods in the order of their looks; one that has no data is not drawn, and the others look
    /// as if it were. Those that are not listed follow in the order in which they appear first.
    pub methods: Vec<String>,
    /// What the band shows.
    pub spread: Spread,
    /// The vertical axis.
    pub scale: Scale,
    /// Size of the figure.
    pub size: Size,
}

/// One training.
#[derive(Debug, Clone, PartialEq)]
pub struct LearningRun {
    /// Its method.
    pub method: String,
    /// Step and value, in any order; of several values at one step the last counts.
    pub points: Vec<(u64, f64)>,
}

/// The runs of one method at one step.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Summary {
    step: f64,
    runs: usize,
    mean: f64,
    /// Lower and upper end of the band; none for a single run.
    band: Option<(f64, f64)>,
}

impl LearningCurves {
    /// Curves over epochs, with bands of one standard deviation on a linear axis.
    pub fn new(title: impl Into<String>, value: Quantity, runs: Vec<LearningRun>) -> Self {
        Self {
            title: title.into(),
            step: Quantity::new("Epoch"),
            value,
            runs,
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
        self.step.check()?;
        self.value.check()?;
        let names = self.runs.iter().map(|run| run.method.as_str());
        let methods = series(&self.methods, names, "methods")?;
        let mut page = Page::new(&self.title, self.size)?;
        let mut curves = Vec::new();
        let (mut unusable, mut not_positive) = (0, 0);
        for method in &methods {
            let runs = self.runs.iter().filter(|run| run.method == method.key);
            let mut usable = Vec::new();
            for run in runs {
                let at_step: BTreeMap<u64, f64> = run.points.iter().copied().collect();
                let before = at_step.len();
                let finite: BTreeMap<_, _> =
                    at_step.into_iter().filter(|(_, value)| drawable(*value)).collect();
                unusable += before - finite.len();
                let before = finite.len();
                let kept: BTreeMap<_, _> = finite
                    .into_iter()
                    .filter(|(_, value)| self.scale == Scale::Linear || drawable_log(*value))
                    .collect();
                not_positive += before - kept.len();
                usable.push(kept);
            }
            curves.push(summarize(&usable, self.spread));
        }
        if curves.iter().all(Vec::is_empty) {
            page.say(self.size.panel_height, "No run has a value to show.");
        } else {
            self.draw(&mut page, &methods, &curves);
        }
        page.note_left_out(unusable, "value", "not finite");
        page.note_left_out(not_positive, "value", "not above 0 (logarithmic axis)");
        Ok(page.finish(&self.describe(&methods, &curves)))
    }

    fn draw(&self, page: &mut Page, methods: &[Series<'_>], curves: &[Vec<Summary>]) {
        let bands = methods.len() <= BANDS;
        let ends = |summary: &Summary| {
            let (lower, upper) =
                summary.band.filter(|_| bands).unwrap_or((summary.mean, summary.mean));
            // A band of standard deviations may reach below what a logarithmic axis shows.
            let lower =
                if self.scale == Scale::Log { lower.max(summary.mean / 10.0) } else { lower };
            [summary.mean, lower, upper]
        };
        let all = || curves.iter().flatten();
        let rows = self.size.panel_height / 45.0;
        let y = Axis::of(&self.value, self.scale, all().flat_map(ends), rows);
        let drawn = || methods.iter().zip(curves).filter(|(_, curve)| !curve.is_empty());
        let panel = LinePanel::of(page, self.size, &y, drawn().map(|(method, _)| method).collect());
        let width = panel.area.width();
        let steps = all().map(|summary| summary.step);
        let x = Axis::of(&self.step, Scale::Linear, steps, (width / 65.0).max(2.0));
        let x = x.of_whole_numbers().thinned(width);
        let plot = Plot { area: panel.area, x: &x, y: &y, inset: 0.0 };
        panel.frame(&plot, self.size, &mut page.marks);
        for (method, curve) in drawn().filter(|_| bands) {
            band(&plot, method.look, curve, &mut page.marks);
        }
        for (place, (method, curve)) in drawn().enumerate() {
            let mut marks = Vec::new();
            line(&plot, method.look, curve, (place, methods.len()), &mut marks);
            page.marks.push(Mark::Group { title: method.shown.clone(), marks });
        }
        let end = |curve: &Vec<Summary>| {
            let end = curve.last().expect("only curves with points are drawn");
            plot.place(end.step, end.mean)
        };
        panel.name(page, self.size, &drawn().map(|(_, curve)| end(curve)).collect::<Vec<_>>());
        self.explain(page, curves, bands);
    }

    fn explain(&self, page: &mut Page, curves: &[Vec<Summary>], bands: bool) {
        let several = curves.iter().flatten().any(|summary| summary.runs > 1);
        if several {
            let spread = self.spread.words();
            page.note(if bands {
                format!("Line: mean over runs; band: {spread}.")
            } else {
                format!("Line: mean over runs. Bands are drawn for at most {BANDS} methods.")
            });
        }
        if curves.iter().any(|curve| curve.iter().any(|summary| summary.runs < most_runs(curve))) {
            page.note("Thin line: some runs of the method have no value there.");
        }
    }

    fn describe(&self, methods: &[Series<'_>], curves: &[Vec<Summary>]) -> String {
        let mut text = format!(
            "{} along {}, for {}.",
            self.value.title(None),
            self.step.title(None).to_lowercase(),
            counted(methods.len(), "method", "methods")
        );
        for (method, curve) in methods.iter().zip(curves) {
            let name = &method.shown;
            let Some(last) = curve.last() else {
                let _ = write!(text, " {name}: no values.");
                continue;
            };
            let _ = write!(
                text,
                " {name}: {} after {}, mean of {}.",
                readable(last.mean),
                last.step,
                counted(last.runs, "run", "runs")
            );
        }
        text
    }
}

fn most_runs(curve: &[Summary]) -> usize {
    curve.iter().map(|summary| summary.runs).max().unwrap_or(0)
}

fn summarize(runs: &[BTreeMap<u64, f64>], spread: Spread) -> Vec<Summary> {
    let mut by_step: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for (step, value) in runs.iter().flatten() {
        by_step.entry(*step).or_default().push(*value);
    }
    let summary = |(step, values): (u64, Vec<f64>)| {
        let (mean, band) = spread.around(&values);
        Summary { step: step as f64, runs: values.len(), mean, band }
    };
    by_step.into_iter().map(summary).collect()
}

fn band(plot: &Plot<'_>, look: usize, curve: &[Summary], marks: &mut Vec<Mark>) {
    let fill = Some(Fill { paint: Paint::Series(style(look).colour), opacity: 0.18 });
    for stretch in curve.split(|summary| summary.band.is_none()).filter(|part| part.len() > 1) {
        let edge = |choose: fn((f64, f64)) -> f64| -> Vec<_> {
            let place =
                |summary: &Summary| summary.band.map(|band| plot.place(summary.step, choose(band)));
            thinned(&stretch.iter().filter_map(place).collect::<Vec<_>>())
        };
        let mut points = edge(|band| band.1);
        points.extend(edge(|band| band.0).into_iter().rev());
        marks.push(Mark::Area { points, fill, stroke: None });
    }
}

/// `place` is that of the method among how many.
fn line(
    plot: &Plot<'_>,
    look: usize,
    curve: &[Summary],
    (place, methods): (usize, usize),
    marks: &mut Vec<Mark>,
) {
    let look = style(look);
    let paint = Paint::Series(look.colour);
    let all = most_runs(curve);
    let at = |summary: &Summary| plot.place(summary.step, summary.mean);
    // A piece between two steps is thick where every run has a value at both.
    let complete = |pair: &[Summary]| pair.iter().all(|summary| summary.runs == all);
    let pieces: Vec<_> = curve.windows(2).collect();
    for stretch in pieces.chunk_by(|a, b| complete(a) == complete(b)) {
        let mut points: Vec<_> = stretch.iter().map(|pair| at(&pair[0])).collect();
        points.extend(stretch.last().map(|pair| at(&pair[1])));
        let width = if complete(stretch[0]) { 1.8 } else { 0.9 };
        let stroke = Stroke { paint, width, opacity: 1.0, dash: look.dash };
        marks.push(Mark::Line { points: thinned(&points), stroke });
    }
    // Markers of different methods stand at different steps, so that they do not hide each other.
    let every = (curve.len() / MARKERS).max(1);
    let first = if every > 1 { every * place / methods.max(1) } else { 0 };
    let marked = curve.iter().skip(first).step_by(every).map(at);
    marks.extend(marked.map(|(x, y)| marker(look.marker, x, y, 3.0, paint, 1.0)));
}

#[cfg(test)]
#[path = "tests/learning.rs"]
mod tests;
