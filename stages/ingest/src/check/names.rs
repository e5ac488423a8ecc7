//! Writing lists, ranges and numbers for people.

/// How many names of a list are written.
const LISTED: usize = 8;

/// `a, b and c`; of a long list the first ones and how many more there are.
pub(crate) fn names<S: AsRef<str>>(all: &[S]) -> String {
    let words: Vec<&str> = all.iter().take(LISTED).map(AsRef::as_ref).collect();
    if all.len() > LISTED {
        return format!("{} and {} more", words.join(", "), all.len() - LISTED);
    }
    match words.as_slice() {
        [] => "none".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `1 case`, `2 cases`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// A number with four digits that count, without an exponent: `1.367`, `250`, `0.0312`.
pub(crate) fn number(value: f64) -> String {
    let magnitude = if value == 0.0 { 0 } else { value.abs().log10().floor() as i32 };
    let decimals = (3 - magnitude).clamp(0, 9) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// `2 x 3 x 4`.
pub(crate) fn dimensions(numbers: impl IntoIterator<Item = f64>) -> String {
    numbers.into_iter().map(number).collect::<Vec<_>>().join(" x ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sentences_and_short() {
        assert_eq!(names(&["a"]), "a");
        assert_eq!(names(&["a", "b", "c"]), "a, b and c");
        let many: Vec<String> = (0..11).map(|n| n.to_string()).collect();
        assert_eq!(names(&many), "0, 1, 2, 3, 4, 5, 6, 7 and 3 more");
        assert_eq!(
            (count(1, "case"), count(0, "case")),
            ("1 case".to_owned(), "0 cases".to_owned())
        );
    }

    #[test]
    fn numbers_keep_what_counts() {
        for (value, text) in [
            (1.367_187_5, "1.367"),
            (250.0, "250"),
            (0.031_25, "0.03125"),
            (0.0, "0"),
            (-1024.0, "-1024"),
            (123_456.7, "123457"),
            (10.0, "10"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!(dimensions([1.5, 1.5, 10.0]), "1.5 x 1.5 x 10");
    }
}
