//! Which line is which: names at the ends of the lines, or a legend where they are too many.

use crate::font::{Weight, width};
use crate::palette::style;
use crate::plot::{Area, MIDDLE};
use crate::scene::{Label, Mark, Paint, Stroke, marker};
use crate::text::shorten;

/// Height of names, in px.
const NAMES: f64 = 11.0;
/// Distance of the baselines of two names.
const SPACING: f64 = 15.0;
/// Most names that stand at the ends of lines.
const DIRECT: usize = 8;
/// Length of the line beside a name in a legend.
const SAMPLE: f64 = 30.0;

/// How the lines of a panel are named.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Key {
    /// At their ends, in a strip of this width to the right of the panel.
    Direct(f64),
    /// In a legend below the panel.
    Legend,
}

impl Key {
    /// Chooses by how many names there are and how long they are.
    pub(crate) fn of(names: &[&str], page_width: f64, panel_height: f64) -> Self {
        let widest =
            names.iter().map(|name| width(name, NAMES, Weight::Regular)).fold(0.0, f64::max);
        let limit = (page_width * 0.3).min(220.0);
        let fits = names.len() <= DIRECT && SPACING * names.len() as f64 <= panel_height;
        if fits { Self::Direct(widest.mul_add(1.08, 30.0).min(limit)) } else { Self::Legend }
    }

    /// Room to the right of the panel.
    pub(crate) fn right(&self) -> f64 {
        match self {
            Self::Direct(width) => *width,
            Self::Legend => 8.0,
        }
    }
}

/// Writes names beside the ends of lines, moved apart where they would overlap.
///
/// `ends` holds a name, the look of its series, and the end of its line.
pub(crate) fn name_ends(
    ends: &[(&str, usize, (f64, f64))],
    area: Area,
    room: f64,
    marks: &mut Vec<Mark>,
) {
    let wanted: Vec<_> = ends.iter().map(|(_, _, (_, y))| *y).collect();
    let places = moved_apart(&wanted, area.top + 4.0, area.bottom - 4.0, SPACING);
    for ((name, index, (x, y)), place) in ends.iter().zip(places) {
        let look = style(*index);
        let paint = Paint::Series(look.colour);
        let start = area.right + 14.0;
        // Grey and faint: it is no data.
        let lead = Stroke { paint: Paint::Muted, width: 0.7, opacity: 0.5, dash: &[] };
        marks.push(Mark::Line { points: vec![(*x, *y), (start - 6.0, place)], stroke: lead });
        marks.push(marker(look.marker, start, place, 3.2, paint, 1.0));
        let shown = shorten(name, room - 24.0, NAMES, Weight::Regular);
        let label = Label::new(start + 8.0, place + MIDDLE * NAMES, shown, NAMES);
        marks.push(Mark::Text(label.standing_for(name)));
    }
}

/// Returns places as near to the wanted ones as `spacing` allows, in the order of the input.
pub(crate) fn moved_apart(wanted: &[f64], low: f64, high: f64, spacing: f64) -> Vec<f64> {
    let mut order: Vec<_> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]).then(a.cmp(b)));
    // Blocks of names that touch: each stands around the mean of where its names want to be.
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    let top = |(centre, count): (f64, usize)| {
        let half = spacing * (count as f64 - 1.0) / 2.0;
        (centre - half).min(high - 2.0 * half).max(low)
    };
    for index in &order {
        let mut block = (wanted[*index], 1);
        while let Some(above) = blocks.last().copied() {
            let end = top(above) + spacing * above.1 as f64;
            if end <= top(block) + 1e-9 {
                break;
            }
            let count = above.1 + block.1;
            let sum = above.0 * above.1 as f64 + block.0 * block.1 as f64;
            block = (sum / count as f64, count);
            blocks.pop();
        }
        blocks.push(block);
    }
    let mut places = vec![0.0; wanted.len()];
    let mut next = order.iter();
    for block in blocks {
        for (step, index) in next.by_ref().take(block.1).enumerate() {
            places[*index] = top(block) + spacing * step as f64;
        }
    }
    places
}

/// Draws a legend from `top` on, in columns of equal width, and returns where it ends.
///
/// `names` holds the look and the name of each series.
pub(crate) fn legend(
    names: &[(usize, &str)],
    left: f64,
    right: f64,
    top: f64,
    marks: &mut Vec<Mark>,
) -> f64 {
    let widths = names.iter().map(|(_, name)| width(name, NAMES, Weight::Regular));
    let widest = widths.fold(0.0, f64::max);
    let available = right - left;
    let cell = (widest.mul_add(1.08, SAMPLE) + 24.0).min(available);
    let columns = ((available / cell).floor() as usize).clamp(1, names.len().max(1));
    let rows = names.len().div_ceil(columns);
    // Names run down the columns, so that the order is read as in a list.
    for (index, (look, name)) in names.iter().enumerate() {
        let x = left + cell * (index / rows) as f64;
        let y = top + SPACING * (index % rows) as f64 + SPACING / 2.0;
        let look = style(*look);
        let paint = Paint::Series(look.colour);
        let stroke = Stroke { paint, width: 1.8, opacity: 1.0, dash: look.dash };
        marks.push(Mark::Line { points: vec![(x, y), (x + SAMPLE, y)], stroke });
        marks.push(marker(look.marker, x + SAMPLE / 2.0, y, 3.2, paint, 1.0));
        let shown = shorten(name, cell - SAMPLE - 16.0, NAMES, Weight::Regular);
        let label = Label::new(x + SAMPLE + 6.0, y + MIDDLE * NAMES, shown, NAMES);
        marks.push(Mark::Text(label.standing_for(name)));
    }
    top + SPACING * rows as f64 + 6.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_move_apart_and_stay_inside() {
        assert_eq!(moved_apart(&[50.0, 10.0], 0.0, 100.0, 15.0), [50.0, 10.0]);
        // Two at one place: half a step up and half a step down.
        assert_eq!(moved_apart(&[50.0, 50.0], 0.0, 100.0, 10.0), [45.0, 55.0]);
        assert_eq!(moved_apart(&[99.0, 100.0, 0.0], 0.0, 100.0, 10.0), [90.0, 100.0, 0.0]);
    }

    proptest! {
        #[test]
        fn names_never_overlap(wanted in proptest::collection::vec(0.0..300.0f64, 1..20)) {
            let mut places = moved_apart(&wanted, 0.0, 300.0, 15.0);
            places.sort_by(f64::total_cmp);
            for pair in places.windows(2) {
                prop_assert!(pair[1] - pair[0] >= 15.0 - 1e-6, "{places:?}");
            }
            prop_assert!(places[0] >= -1e-9 && places[places.len() - 1] <= 300.0 + 1e-9);
        }
    }
}
