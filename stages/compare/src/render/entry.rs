//! Entries taken apart, so that every format can line up their digits.

use crate::layout::{Cell, Spread};
use crate::number::Mark;

/// What an entry shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shown<'a> {
    /// Nothing: undefined or missing.
    Missing,
    /// A value, and what stands beside it.
    Number(Number<'a>),
    /// From and to, without a value.
    Range(String),
}

/// A printed number in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number<'a> {
    /// `-` or `<`.
    pub(super) sign: Option<char>,
    /// The digits before the point.
    pub(super) whole: &'a str,
    /// The point and the digits after it; empty if there are none.
    pub(super) fraction: &'a str,
    /// `(0.20)`, `[1.00, 2.00]`, or nothing.
    pub(super) beside: String,
    /// `n=2`, or nothing.
    pub(super) count: String,
}

impl<'a> Number<'a> {
    /// A number as it was printed.
    pub(super) fn of(text: &'a str) -> Self {
        let sign = text.chars().next().filter(|c| matches!(c, '-' | '<'));
        let rest = &text[sign.map_or(0, char::len_utf8)..];
        let (whole, fraction) = rest.split_at(rest.find('.').unwrap_or(rest.len()));
        Self { sign, whole, fraction, beside: String::new(), count: String::new() }
    }

    /// Whether it is digits with at most a minus and a point.
    pub(super) fn is_decimal(&self) -> bool {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        self.sign != Some('<')
            && digits(self.whole)
            && digits(self.fraction.trim_start_matches('.'))
    }
}

impl<'a> Shown<'a> {
    /// The parts of an entry.
    pub(super) fn of(cell: &'a Cell) -> Self {
        let count = cell.n.map(|n| format!("n={n}")).unwrap_or_default();
        match (&cell.value, &cell.spread) {
            (None, Spread::Range(low, high)) => {
                Self::Range(format!("{} to {}", low.text, high.text))
            }
            (None, _) => Self::Missing,
            (Some(value), spread) => {
                let beside = match spread {
                    Spread::None => String::new(),
                    Spread::Std(std) => format!("({})", std.text),
                    Spread::Range(low, high) => format!("[{}, {}]", low.text, high.text),
                };
                Self::Number(Number { beside, count, ..Number::of(&value.text) })
            }
        }
    }
}

/// The most characters that the parts of a column's entries have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Extent {
    /// 1 if a number has a sign.
    pub(super) sign: usize,
    /// Digits before the point.
    pub(super) whole: usize,
    /// The point and the digits after it.
    pub(super) fraction: usize,
    /// What stands beside a value.
    pub(super) beside: usize,
    /// How many repetitions.
    pub(super) count: usize,
    /// A range without a value.
    pub(super) range: usize,
    /// Whether an entry is the best.
    pub(super) has_best: bool,
    /// Whether an entry is the second best.
    pub(super) has_second: bool,
    /// Whether an entry has a sign of significance.
    pub(super) has_verdict: bool,
}

impl Extent {
    /// The extent of these entries.
    pub(super) fn of<'a>(cells: impl Iterator<Item = &'a Cell>) -> Self {
        cells.fold(Self::default(), |mut extent, cell| {
            match Shown::of(cell) {
                Shown::Missing => {}
                Shown::Number(number) => {
                    extent.sign = extent.sign.max(usize::from(number.sign.is_some()));
                    extent.whole = extent.whole.max(number.whole.len());
                    extent.fraction = extent.fraction.max(number.fraction.len());
                    extent.beside = extent.beside.max(number.beside.len());
                    extent.count = extent.count.max(number.count.len());
                }
                Shown::Range(range) => extent.range = extent.range.max(range.len()),
            }
            extent.has_best |= cell.mark == Mark::Best;
            extent.has_second |= cell.mark == Mark::Second;
            extent.has_verdict |= cell.verdict.sign().is_some();
            extent
        })
    }

    /// Characters before the point.
    pub(super) fn before_point(&self) -> usize {
        self.sign + self.whole
    }

    /// Characters of the widest entry, without marks.
    pub(super) fn width(&self) -> usize {
        let with_space = |part: usize| if part == 0 { 0 } else { part + 1 };
        let number = self.before_point() + self.fraction;
        (number + with_space(self.beside) + with_space(self.count)).max(self.range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Digits;

    #[test]
    fn numbers_come_apart_at_their_point() {
        let parts = |text| {
            let Number { sign, whole, fraction, .. } = Number::of(text);
            (sign, whole.to_owned(), fraction.to_owned())
        };
        assert_eq!(parts("85.63"), (None, "85".to_owned(), ".63".to_owned()));
        assert_eq!(parts("-7"), (Some('-'), "7".to_owned(), String::new()));
        assert_eq!(parts("<0.001"), (Some('<'), "0".to_owned(), ".001".to_owned()));
        assert!(Number::of("-1.50").is_decimal());
        assert!(["<0.1", "inf", "NaN"].iter().all(|text| !Number::of(text).is_decimal()));
    }

    #[test]
    fn the_extent_is_that_of_the_widest_parts() {
        let digits = |text: &str| Digits { text: text.to_owned(), exact: 0.0 };
        let spread = |value: &str, std: &str| Cell {
            spread: Spread::Std(digits(std)),
            ..Cell::plain(value)
        };
        let cells = [spread("-9.5", "10.25"), spread("100.25", "0.5"), Cell::plain("1.0")];
        let extent = Extent::of(cells.iter());
        assert_eq!((extent.sign, extent.whole, extent.fraction), (1, 3, 3));
        assert_eq!((extent.beside, extent.count, extent.range), (7, 0, 0));
        // `-100.25 (10.25)`
        assert_eq!(extent.width(), 15);
    }
}
