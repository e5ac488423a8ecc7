//! Sorting the values of matrix variables as a person would.

use std::cmp::Ordering;

/// A value of a matrix variable to sort by: absent ones come first, then numbers by value (`0.05`
/// before `1` before `10`), then words. Different texts of one number are told apart.
#[derive(Debug, Clone, Copy)]
pub struct Natural<'a> {
    text: Option<&'a str>,
    number: Option<f64>,
}

impl<'a> Natural<'a> {
    /// What to sort `text` by.
    pub fn of(text: Option<&'a str>) -> Self {
        let number =
            text.and_then(|text| text.parse().ok()).filter(|number: &f64| number.is_finite());
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
    fn absent_then_numbers_by_value_then_words() {
        let mut values =
            [Some("ten"), Some("10"), Some("0.05"), None, Some("-1"), Some("1"), Some("nan")];
        values.sort_by_key(|value| Natural::of(*value));
        assert_eq!(
            values,
            [None, Some("-1"), Some("0.05"), Some("1"), Some("10"), Some("nan"), Some("ten")]
        );
    }

    #[test]
    fn different_texts_of_one_number_keep_one_order() {
        let order = |a, b| Natural::of(Some(a)).cmp(&Natural::of(Some(b)));
        assert_eq!(order("1", "1.0"), Ordering::Less);
        assert_eq!(order("1.0", "1"), Ordering::Greater);
        assert_eq!(order("1.0", "1.0"), Ordering::Equal);
    }
}
