//! Sorting the values of matrix variables as a person would.

use std::cmp::Ordering;

/// Orders values of a matrix variable: an absent value before all others, then numbers by value
/// (`0.05` before `1` before `10`), then words.
pub fn natural_order(a: Option<&str>, b: Option<&str>) -> Ordering {
    let number = |text: Option<&str>| {
        text.and_then(|text| text.parse::<f64>().ok()).filter(|number| number.is_finite())
    };
    let (Some(_), Some(_)) = (a, b) else { return a.cmp(&b) };
    match (number(a), number(b)) {
        (Some(x), Some(y)) => x.partial_cmp(&y).unwrap_or(Ordering::Equal).then(a.cmp(&b)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(&b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_then_numbers_by_value_then_words() {
        let mut values =
            [Some("ten"), Some("10"), Some("0.05"), None, Some("-1"), Some("1"), Some("nan")];
        values.sort_by(|a, b| natural_order(*a, *b));
        assert_eq!(
            values,
            [None, Some("-1"), Some("0.05"), Some("1"), Some("10"), Some("nan"), Some("ten")]
        );
    }

    #[test]
    fn different_texts_of_one_number_keep_one_order() {
        assert_eq!(natural_order(Some("1"), Some("1.0")), Ordering::Less);
        assert_eq!(natural_order(Some("1.0"), Some("1")), Ordering::Greater);
        assert_eq!(natural_order(Some("1.0"), Some("1.0")), Ordering::Equal);
    }
}
