//! Numbers as they are printed.

/// How the values of a metric are printed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NumberFormat {
    /// What a value is multiplied by: 100 for a ratio in percent.
    pub(crate) scale: f64,
    /// Digits after the point.
    pub(crate) decimals: usize,
}

impl NumberFormat {
    /// The value in decimal digits.
    pub(crate) fn print(self, value: f64) -> String {
        format!("{:.*}", self.decimals, value * self.scale)
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
/// mark. Entries that are `None` or not `ranked` take no part.
pub(crate) fn marks(
    values: &[Option<f64>],
    ranked: &[bool],
    higher_is_better: bool,
    format: NumberFormat,
) -> Vec<Mark> {
    let takes_part = |(value, ranked): (&Option<f64>, &bool)| {
        let printed = format.print((*value).filter(|_| *ranked)?);
        Some(printed.parse::<f64>().expect("a printed number is a number"))
    };
    let printed: Vec<Option<f64>> = values.iter().zip(ranked).map(takes_part).collect();
    let mut levels: Vec<f64> = printed.iter().flatten().copied().collect();
    let entries = levels.len();
    levels.sort_by(f64::total_cmp);
    if higher_is_better {
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

    fn marked(values: &[f64], higher_is_better: bool) -> Vec<Mark> {
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
        assert_eq!(marked(&[0.1, 0.3, 0.2], true), [Unmarked, Best, Second]);
        assert_eq!(marked(&[0.1, 0.3, 0.2], false), [Best, Unmarked, Second]);
    }

    #[test]
    fn equal_digits_share_a_mark() {
        // 0.30001 and 0.30004 both print as 30.00.
        assert_eq!(marked(&[0.300_01, 0.300_04, 0.2], true), [Best, Best, Second]);
        assert_eq!(marked(&[0.3, 0.2, 0.2], true), [Best, Second, Second]);
    }

    #[test]
    fn the_second_of_two_is_the_worst_and_stays_unmarked() {
        assert_eq!(marked(&[0.1, 0.3], true), [Unmarked, Best]);
        assert_eq!(marked(&[0.1], true), [Unmarked]);
    }

    #[test]
    fn missing_and_unranked_entries_take_no_part() {
        let values = [Some(0.9), None, Some(0.5), Some(0.4), Some(0.3)];
        let ranked = [false, true, true, true, true];
        let expected = [Unmarked, Unmarked, Best, Second, Unmarked];
        assert_eq!(marks(&values, &ranked, true, PERCENT), expected);
    }
}
