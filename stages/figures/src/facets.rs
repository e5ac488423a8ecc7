//! Panels side by side that share their axes.

/// How panels stand in rows and columns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Facets {
    /// Panels in one row.
    pub(crate) columns: usize,
    /// Width of one panel in px.
    pub(crate) width: f64,
    /// Distance of two panels in one row.
    pub(crate) gap: f64,
}

impl Facets {
    /// Fits panels into a width: as many in a row as have `narrowest`, but rows of equal length.
    pub(crate) fn of(count: usize, available: f64, narrowest: f64, gap: f64) -> Self {
        let fit = ((available + gap) / (narrowest + gap)).floor().max(1.0) as usize;
        let rows = count.max(1).div_ceil(fit);
        let columns = count.max(1).div_ceil(rows);
        let width = (available - gap * (columns - 1) as f64) / columns as f64;
        Self { columns, width, gap }
    }

    /// Returns the left and right edge of the panel at `index`, from the left edge of the first.
    pub(crate) fn edges(&self, index: usize) -> (f64, f64) {
        let left = (self.width + self.gap) * (index % self.columns) as f64;
        (left, left + self.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_equal_length() {
        let facets = Facets::of(4, 320.0, 100.0, 10.0);
        assert_eq!((facets.columns, facets.width), (2, 155.0));
        assert_eq!(facets.edges(3), (165.0, 320.0));
        assert_eq!(Facets::of(3, 320.0, 100.0, 10.0).columns, 3);
        assert_eq!(Facets::of(1, 50.0, 100.0, 10.0).columns, 1);
        assert_eq!(Facets::of(0, 50.0, 100.0, 10.0).columns, 1);
    }
}
