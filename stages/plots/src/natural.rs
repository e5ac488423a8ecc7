//! Sorting matrix values as a person would: numbers by value and before words.

use std::cmp::Ordering;

/// A value to sort by; absent ones come first, then numbers, then words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Natural<'a> {
    text: Option<&'a str>,
    number: Option<f64>,
}

impl<'a> Natural<'a> {
    pub(crate) fn of(text: Option<&'a str>) -> Self {
        let number =
            text.and_then(|text| text.parse().ok()).filter(|number: &f64| !number.is_nan());
        Self { text, number }
    }
}

impl Ord for Natural<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let rank = |value: &Self| match (value.text, value.number) {
            (None, _) => 0,
            (_, Some(_)) => 1,
            _ => 2,
        };
        let by_number = || match (self.number, other.number) {
            (Some(one), Some(other)) => one.total_cmp(&other),
            _ => Ordering::Equal,
        };
        rank(self).cmp(&rank(other)).then_with(by_number).then_with(|| self.text.cmp(&other.text))
    }
}

impl PartialOrd for Natural<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Natural<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Natural<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_by_value_then_words() {
        let mut values = [Some("ten"), Some("10"), Some("9"), None, Some("-1"), Some("0.5")];
        values.sort_by_key(|value| Natural::of(*value));
        assert_eq!(values, [None, Some("-1"), Some("0.5"), Some("9"), Some("10"), Some("ten")]);
    }
}
