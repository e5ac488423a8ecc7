//! Sorting matrix values as a person would: numbers by value and before words.

/// What to sort a value by; absent values come first, then whole numbers, then words.
pub(crate) fn natural(value: Option<&str>) -> (u8, i128, &str) {
    let text = value.unwrap_or_default();
    match (value, text.parse()) {
        (None, _) => (0, 0, text),
        (_, Ok(number)) => (1, number, text),
        _ => (2, 0, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_by_value_then_words() {
        let mut values = [Some("ten"), Some("10"), Some("9"), None, Some("-1"), Some("1e3")];
        values.sort_by_key(|value| natural(*value));
        assert_eq!(values, [None, Some("-1"), Some("9"), Some("10"), Some("1e3"), Some("ten")]);
    }
}
