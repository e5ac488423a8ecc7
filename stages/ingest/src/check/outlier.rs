//! Values far from the others, robustly.

/// The median and the median absolute deviation, scaled to a standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Usual {
    /// The usual value.
    pub(crate) median: f64,
    /// How much values usually differ from it.
    pub(crate) spread: f64,
}

/// Fewer values than these say nothing about what is usual.
pub(crate) const FEWEST: usize = 8;
/// The deviation of a normal distribution in median absolute deviations.
const MAD_TO_DEVIATION: f64 = 1.4826;
/// So many deviations are far. Medical images come from many scanners: three would report the tails
/// of every real dataset.
const FAR: f64 = 6.0;

impl Usual {
    /// Of these values; none for fewer than [`FEWEST`].
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        if values.len() < FEWEST {
            return None;
        }
        let median = median(values);
        let deviations: Vec<f64> = values.iter().map(|value| (value - median).abs()).collect();
        Some(Self { median, spread: self::median(&deviations) * MAD_TO_DEVIATION })
    }

    /// Whether a value is far from the usual, and further than `least`, which keeps a dataset of
    /// nearly equal values from reporting every small difference.
    pub(crate) fn is_far(&self, value: f64, least: f64) -> bool {
        (value - self.median).abs() > (FAR * self.spread).max(least)
    }
}

/// The middle value, or the mean of the two in the middle; NaN for none.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_far_value_does_not_change_what_is_usual() {
        // Deviations from 5: 4 3 2 1 0 1 2 3 95, so their median is 2.
        let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 100.0];
        let usual = Usual::of(&values).unwrap();
        assert_eq!(usual.median, 5.0);
        assert!((usual.spread - 2.9652).abs() < 1e-9);
        assert!(usual.is_far(100.0, 0.0) && !usual.is_far(8.0, 0.0) && !usual.is_far(100.0, 200.0));
    }

    #[test]
    fn equal_values_report_only_what_differs_enough() {
        let usual = Usual::of(&[10.0; 8]).unwrap();
        assert!(usual.is_far(10.3, 0.2) && !usual.is_far(10.1, 0.2));
        assert!(Usual::of(&[1.0; 7]).is_none());
        assert_eq!(median(&[4.0, 1.0]), 2.5);
    }
}
