//! Which rows the page shows, so that it stays small whatever the run.

use super::data::{Place, Scores};

/// Rows of the table; more make a page that nobody scrolls through.
pub(super) const MOST_ROWS: usize = 2400;
/// Numbers that the page holds for the script, all settings together; each takes some six bytes.
pub(super) const MOST_NUMBERS: usize = 220_000;

/// A row: a scan, and one of its classes or the mean over them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) scan: u32,
    pub(super) class: Option<u32>,
}

/// What was left out to keep the page small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LeftOut {
    /// Classes stand averaged.
    pub(super) classes: bool,
    /// Scans that are neither among the best nor among the worst.
    pub(super) scans: usize,
    /// Settings behind the first ones.
    pub(super) settings: usize,
}

/// Rows, how many settings, and what is left out.
pub(super) fn choose(scores: &Scores) -> (Vec<Row>, usize, LeftOut) {
    let mut left_out = LeftOut::default();
    let mut rows: Vec<Row> =
        scores.pairs.iter().map(|(scan, class)| Row { scan: *scan, class: Some(*class) }).collect();
    if rows.len() > MOST_ROWS {
        left_out.classes = true;
        rows = (0..scores.scans.len() as u32).map(|scan| Row { scan, class: None }).collect();
    }
    if rows.len() > MOST_ROWS {
        left_out.scans = rows.len() - MOST_ROWS;
        let mut ranked = ranked(scores, &rows);
        ranked.drain(MOST_ROWS / 2..ranked.len() - MOST_ROWS / 2);
        let mut kept: Vec<usize> = ranked.into_iter().map(|(row, _)| row).collect();
        kept.sort_unstable();
        rows = kept.into_iter().map(|row| rows[row]).collect();
    }
    let numbers = (rows.len() * scores.series.len()).max(1);
    let settings = scores.settings.len().min((MOST_NUMBERS / numbers).max(1));
    left_out.settings = scores.settings.len() - settings;
    (rows, settings, left_out)
}

/// The value of a row in the page's table.
pub(super) fn value(scores: &Scores, setting: u32, row: Row, series: u32) -> Option<f64> {
    match row.class {
        Some(class) => scores.mean(Place { setting, scan: row.scan, class, series }),
        None => scores.mean_over_classes(setting, row.scan, series),
    }
}

/// Rows with a value in the first setting, by position, with the mean over the series; the worst
/// first, equal ones in their order.
pub(super) fn ranked(scores: &Scores, rows: &[Row]) -> Vec<(usize, f64)> {
    let Some(setting) = scores.settings.first() else { return Vec::new() };
    let mut ranked: Vec<(usize, f64)> = rows
        .iter()
        .enumerate()
        .filter_map(|(place, row)| {
            let values =
                (0..scores.series.len() as u32).filter_map(|series| value(scores, 0, *row, series));
            let (sum, count) = values.fold((0.0, 0_u32), |(sum, n), value| (sum + value, n + 1));
            (count > 0).then(|| (place, sum / f64::from(count)))
        })
        .collect();
    ranked.sort_by(|a, b| setting.goodness(a.1).total_cmp(&setting.goodness(b.1)));
    ranked
}
