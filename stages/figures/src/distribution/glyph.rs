//! One sample, drawn along a horizontal line.

use stages_statistics::quantile_of_sorted;

use super::{DistributionForm, FEWEST, POINTS};
use crate::palette::style;
use crate::scene::{Fill, Mark, Paint, Stroke};
use crate::statistics::{Quartiles, density};
use crate::text::clean;
use crate::ticks::readable;

/// Places at which a density is taken.
const PLACES: usize = 101;
/// Most outliers that are drawn, from the outermost on.
const OUTLIERS: usize = 200;

/// Where a sample is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    /// Height of its middle in px.
    pub(super) middle: f64,
    /// Its largest thickness in px.
    pub(super) thickness: f64,
    /// Index of its series.
    pub(super) series: usize,
}

/// Draws rising values; `place` turns a value into px.
pub(super) fn draw(
    form: DistributionForm,
    spot: &Spot,
    values: &[&(String, f64)],
    place: impl Fn(f64) -> f64,
) -> Vec<Mark> {
    let rising: Vec<_> = values.iter().map(|(_, value)| *value).collect();
    let quartiles = Quartiles::of(&rising);
    let mut marks = Vec::new();
    if rising.len() < FEWEST {
        let x = place(quantile_of_sorted(&rising, 0.5));
        let half = spot.thickness / 2.0;
        let segments = vec![[x, spot.middle - half, x, spot.middle + half]];
        marks.push(Mark::Segments { segments, stroke: Stroke::solid(Paint::Ink, 2.0) });
        points(spot, values, &place, &mut marks);
        return marks;
    }
    match form {
        DistributionForm::Box => {
            let caps = rising.len() > POINTS;
            boxed(spot, &quartiles, &place, caps, &mut marks);
            if caps {
                let outer: Vec<_> = outliers(values, &quartiles);
                points(spot, &outer, &place, &mut marks);
            } else {
                points(spot, values, &place, &mut marks);
            }
        }
        DistributionForm::Violin => {
            violin(spot, &rising, &place, &mut marks);
            if rising.len() <= POINTS {
                points(spot, values, &place, &mut marks);
            }
            bar(spot, &quartiles, &place, &mut marks);
        }
    }
    marks
}

fn outliers<'a>(values: &[&'a (String, f64)], quartiles: &Quartiles) -> Vec<&'a (String, f64)> {
    let mut outer: Vec<_> =
        values.iter().copied().filter(|(_, value)| quartiles.is_outlier(*value)).collect();
    let distance = |value: f64| (value - quartiles.median).abs();
    outer.sort_by(|a, b| distance(b.1).total_cmp(&distance(a.1)));
    outer.truncate(OUTLIERS);
    outer.sort_by(|a, b| a.1.total_cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
    outer
}

/// Draws a box and its whiskers; where points show their ends, `caps` would only hide those.
fn boxed(
    spot: &Spot,
    quartiles: &Quartiles,
    place: &impl Fn(f64) -> f64,
    caps: bool,
    marks: &mut Vec<Mark>,
) {
    let paint = Paint::Series(style(spot.series).colour);
    let half = spot.thickness / 2.0;
    let (top, bottom) = (spot.middle - half, spot.middle + half);
    let [low, left, median, right, high] = [
        quartiles.lower_whisker,
        quartiles.lower,
        quartiles.median,
        quartiles.upper,
        quartiles.upper_whisker,
    ]
    .map(place);
    let cap = half * 0.5;
    let mut whiskers =
        vec![[low, spot.middle, left, spot.middle], [right, spot.middle, high, spot.middle]];
    if caps {
        whiskers.extend([low, high].map(|at| [at, spot.middle - cap, at, spot.middle + cap]));
    }
    marks.push(Mark::Segments { segments: whiskers, stroke: Stroke::solid(paint, 1.2) });
    marks.push(Mark::Rect {
        x: left,
        y: top,
        // A box without length is still seen.
        width: (right - left).max(0.5),
        height: bottom - top,
        fill: Some(Fill { paint, opacity: 0.2 }),
        stroke: Some(Stroke::solid(paint, 1.4)),
    });
    let segments = vec![[median, top, median, bottom]];
    marks.push(Mark::Segments { segments, stroke: Stroke::solid(Paint::Ink, 2.0) });
}

fn violin(spot: &Spot, rising: &[f64], place: &impl Fn(f64) -> f64, marks: &mut Vec<Mark>) {
    let (first, last) = (rising[0], rising[rising.len() - 1]);
    let step = (last - first) / (PLACES - 1) as f64;
    let places: Vec<_> = (0..PLACES).map(|index| first + step * index as f64).collect();
    // Values that are all equal have no density; their bar says where they are.
    let Some(density) = density(rising, &places) else { return };
    let highest = density.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let outline = |side: f64| {
        let reach = move |density: &f64| side * spot.thickness / 2.0 * density / highest;
        places.iter().zip(&density).map(move |(at, density)| (*at, spot.middle + reach(density)))
    };
    let mut points: Vec<_> = outline(-1.0).map(|(at, y)| (place(at), y)).collect();
    let lower: Vec<_> = outline(1.0).map(|(at, y)| (place(at), y)).collect();
    points.extend(lower.into_iter().rev());
    let paint = Paint::Series(style(spot.series).colour);
    let fill = Some(Fill { paint, opacity: 0.2 });
    marks.push(Mark::Area { points, fill, stroke: Some(Stroke::solid(paint, 1.2)) });
}

/// The quartiles and the median inside a violin.
fn bar(spot: &Spot, quartiles: &Quartiles, place: &impl Fn(f64) -> f64, marks: &mut Vec<Mark>) {
    let (left, right) = (place(quartiles.lower), place(quartiles.upper));
    let segments = vec![[left, spot.middle, right.max(left + 0.5), spot.middle]];
    marks.push(Mark::Segments { segments, stroke: Stroke::solid(Paint::Ink, 4.0) });
    marks.push(Mark::Circle {
        x: place(quartiles.median),
        y: spot.middle,
        radius: 3.0,
        fill: Some(Fill { paint: Paint::Surface, opacity: 1.0 }),
        stroke: Some(Stroke::solid(Paint::Ink, 1.2)),
    });
}

/// Draws values as points, spread across the row by rank: neighbours stand far apart, and the same
/// values give the same picture.
fn points(
    spot: &Spot,
    values: &[&(String, f64)],
    place: &impl Fn(f64) -> f64,
    marks: &mut Vec<Mark>,
) {
    /// Fraction of the golden ratio, whose multiples leave no gaps between 0 and 1.
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let paint = Paint::Series(style(spot.series).colour);
    for (rank, (subject, value)) in values.iter().enumerate() {
        let share = ((rank as f64 + 1.0) * GOLDEN).fract() - 0.5;
        let dot = Mark::Circle {
            x: place(*value),
            y: spot.middle + share * spot.thickness * 0.7,
            radius: 1.9,
            fill: Some(Fill { paint, opacity: 0.75 }),
            stroke: None,
        };
        let title = format!("{}: {}", clean(subject), readable(*value));
        marks.push(Mark::Group { title, marks: vec![dot] });
    }
}
