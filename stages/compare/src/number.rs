//! Numbers as they are printed.

use crate::CompareParams;
use crate::layout::Digits;

/// How the values of a metric are printed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NumberFormat {
    /// What a value is multiplied by: 100 for a ratio in percent.
    pub(crate) scale: f64,
    /// Digits after the point.
    pub(crate) decimals: usize,
}

impl NumberFormat {
    /// The format of values in this unit.
    pub(crate) fn of(unit: &str, params: &CompareParams) -> Self {
        Self::new(unit, params.percent, params.decimals)
    }

    /// The format of values in this unit, ratios in percent or not, with so many digits after the
    /// point.
    pub(crate) fn new(unit: &str, percent: bool, decimals: u8) -> Self {
        let in_percent = unit == "1" && percent;
        Self { scale: if in_percent { 100.0 } else { 1.0 }, decimals: usize::from(decimals) }
    }

    /// The value in decimal digits.
    pub(crate) fn print(self, value: f64) -> String {
        format!("{:.*}", self.decimals, value * self.scale)
    }

    /// The value as an entry of a table.
    pub(crate) fn digits(self, value: f64) -> Digits {
        Digits { text: self.print(value), exact: value * self.scale }
    }
}

/// How an entry stands among the others of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Neither of the two.
    None,
    /// The best of two or more.
    Best,
    /// The second best of three or more.
    Second,
}

/// Marks the best and second best of a column as they are printed, so that equal digits share a
/// mark; without a direction the best is the one nearest to 0. Entries that are `None` or not
/// `ranked` take no part.
pub(crate) fn marks(
    values: &[Option<f64>],
    ranked: &[bool],
    higher_is_better: Option<bool>,
    format: NumberFormat,
) -> Vec<Mark> {
    let takes_part = |(value, ranked): (&Option<f64>, &bool)| {
        let printed = format.print((*value).filter(|_| *ranked)?);
        let printed = printed.parse::<f64>().expect("a printed number is a number");
        Some(if higher_is_better.is_none() { printed.abs() } else { printed })
    };
    let printed: Vec<Option<f64>> = values.iter().zip(ranked).map(takes_part).collect();
    let mut levels: Vec<f64> = printed.iter().flatten().copied().collect();
    let entries = levels.len();
    levels.sort_by(f64::total_cmp);
    if higher_is_better == Some(true) {
        levels.reverse();
    }
    levels.dedup();
    let mark = |value: Option<f64>| match value {
        Some(value) if entries >= 2 && levels.first() == Some(&value) => Mark::Best,
        Some(value) if entries >= 3 && levels.get(1) == Some(&value) => Mark::Second,
        _ => Mark::None,
    };
    printed.into_iter().map(mark).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Mark::{Best, None as Unmarked, Second};

    const PERCENT: NumberFormat = NumberFormat { scale: 100.0, decimals: 2 };

    fn marked(values: &[f64], higher_is_better: Option<bool>) -> Vec<Mark> {
        let values: Vec<_> = values.iter().copied().map(Some).collect();
        marks(&values, &vec![true; values.len()], higher_is_better, PERCENT)
    }

    #[test]
    fn prints_percent_and_ratios() {
        assert_eq!(PERCENT.print(0.856_312), "85.63");
        assert_eq!(NumberFormat { scale: 1.0, decimals: 3 }.print(0.856_312), "0.856");
        assert_eq!(NumberFormat { scale: 1.0, decimals: 0 }.print(12.6), "13");
    }

    #[test]
    fn the_direction_decides() {
        assert_eq!(marked(&[0.1, 0.3, 0.2], Some(true)), [Unmarked, Best, Second]);
        assert_eq!(marked(&[0.1, 0.3, 0.2], Some(false)), [Best, Unmarked, Second]);
    }

    #[test]
    fn without_a_direction_the_one_nearest_to_0_is_best() {
        assert_eq!(marked(&[-0.1, 0.05, 0.3], None), [Second, Best, Unmarked]);
        assert_eq!(marked(&[-0.1, 0.1, 0.3], None), [Best, Best, Second]);
    }

    #[test]
    fn equal_digits_share_a_mark() {
        // 0.30001 and 0.30004 both print as 30.00.
        assert_eq!(marked(&[0.300_01, 0.300_04, 0.2], Some(true)), [Best, Best, Second]);
        assert_eq!(marked(&[0.3, 0.2, 0.2], Some(true)), [Best, Second, Second]);
    }

    #[test]
    fn the_second_of_two_is_the_worst_and_stays_unmarked() {
        assert_eq!(marked(&[0.1, 0.3], Some(true)), [Unmarked, Best]);
        assert_eq!(marked(&[0.1], Some(true)), [Unmarked]);
    }

    #[test]
    fn missing_and_unranked_entries_take_no_part() {
        let values = [Some(0.9), None, Some(0.5), Some(0.4), Some(0.3)];
        let ranked = [false, true, true, true, true];
        let expected = [Unmarked, Unmarked, Best, Second, Unmarked];
        assert_eq!(marks(&values, &ranked, Some(true), PERCENT), expected);
    }
}
