//! Cutting planes to the part that is shown.

use super::{Crop, PanelRow};

/// Shortest side of a cut, in pixels, where the image has as many: less shows no surroundings.
const SHORTEST: usize = 24;

/// A rectangle of pixels; the ends are excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    /// First and one after the last column.
    pub(super) columns: (usize, usize),
    /// First and one after the last row.
    pub(super) rows: (usize, usize),
}

impl Window {
    /// Chooses what is shown of a row of panels, the same for all its pictures.
    pub(super) fn of(row: &PanelRow, crop: Crop) -> Self {
        let (width, height) = (row.image.width, row.image.height);
        let whole = Self { columns: (0, width), rows: (0, height) };
        let Crop::Labelled { margin } = crop else { return whole };
        let planes = row.predictions.iter().map(|p| &p.labels).chain([&row.truth]);
        let mut found: Option<[usize; 4]> = None;
        for plane in planes {
            let labelled = plane.iter().enumerate().filter(|(_, label)| **label != 0);
            for (index, _) in labelled {
                let (x, y) = (index % width, index / width);
                let [left, right, top, bottom] = found.unwrap_or([x, x, y, y]);
                found = Some([left.min(x), right.max(x), top.min(y), bottom.max(y)]);
            }
        }
        let Some([left, right, top, bottom]) = found else { return whole };
        let longer = (right - left).max(bottom - top) + 1;
        let margin = if margin.is_finite() { margin.max(0.0) } else { 0.0 };
        let margin = (longer as f64 * margin).ceil().min(1e6) as usize;
        Self {
            columns: widened(left, right + 1, margin, width),
            rows: widened(top, bottom + 1, margin, height),
        }
    }

    /// Number of columns.
    pub(super) fn width(&self) -> usize {
        self.columns.1 - self.columns.0
    }

    /// Number of rows.
    pub(super) fn height(&self) -> usize {
        self.rows.1 - self.rows.0
    }

    /// Returns the part of a plane with `width` columns that lies inside.
    pub(super) fn cut(&self, plane: &[u8], width: usize) -> Vec<u8> {
        let rows = plane.chunks_exact(width).take(self.rows.1).skip(self.rows.0);
        rows.flat_map(|row| &row[self.columns.0..self.columns.1]).copied().collect()
    }
}

fn widened(from: usize, to: usize, margin: usize, length: usize) -> (usize, usize) {
    let missing = SHORTEST.saturating_sub(to - from + 2 * margin).div_ceil(2);
    let (margin, length) = (margin + missing, length);
    (from.saturating_sub(margin), (to + margin).min(length))
}
