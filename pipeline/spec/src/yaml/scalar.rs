//! Plain scalars: null, booleans, numbers, and text without quotes.

use serde_json::{Number, Value};
use serde_yaml::Value as Yaml;

use super::Tree;
use super::values::finite;

/// Words that are not text.
pub(super) fn is_word(text: &str) -> bool {
    text.len() <= 5
        && matches!(
            text,
            "null" | "Null" | "NULL" | "true" | "True" | "TRUE" | "false" | "False" | "FALSE"
        )
}

/// The plain text that fills the rest of a line; nothing if it is something else.
pub(super) fn plain_text(rest: &str) -> Option<&str> {
    let text = rest.find(" #").map_or(rest, |at| &rest[..at]).trim_end_matches(' ');
    let colon = text.ends_with(':') || text.contains(": ");
    (!colon && starts_plain(text)).then_some(text)
}

/// Whether a text without quotes may begin like this, by all versions of YAML.
pub(super) fn starts_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    match bytes.first() {
        Some(b'-') => bytes.get(1).is_some_and(u8::is_ascii_alphanumeric),
        Some(byte) => byte.is_ascii_alphanumeric() || b"_/$.~+(".contains(byte) || !byte.is_ascii(),
        None => false,
    }
}

/// The value of a plain text.
pub(super) fn resolve(text: &str) -> Option<Tree> {
    let first = *text.as_bytes().first()?;
    if first.is_ascii_alphabetic() || b"_/$(".contains(&first) || !first.is_ascii() {
        return Some(Tree::Scalar(match text {
            "null" | "Null" | "NULL" => Value::Null,
            "true" | "True" | "TRUE" => Value::Bool(true),
            "false" | "False" | "FALSE" => Value::Bool(false),
            text => Value::String(text.to_owned()),
        }));
    }
    if let Some(number) = common_number(text) {
        return Some(Tree::Scalar(Value::Number(number)));
    }
    if is_huge(text) {
        return None;
    }
    // Rare forms, such as `0x10`, `1_000` or `007`, as the full reader takes them.
    match serde_yaml::from_str(text).ok()? {
        Yaml::Null => Some(Tree::Scalar(Value::Null)),
        Yaml::String(text) => Some(Tree::Scalar(Value::String(text))),
        Yaml::Number(number) => finite(&number).map(Tree::Scalar),
        _ => None,
    }
}

/// Whether a text is a whole number of more than 64 bits, which nothing here can keep exactly.
pub(super) fn is_huge(text: &str) -> bool {
    let negative = text.starts_with('-');
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (radix, digits) = match digits.get(..2) {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        _ => (10, digits),
    };
    // With a zero in front it is text.
    let whole = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    if !whole || (radix == 10 && digits.starts_with('0')) {
        return false;
    }
    let number = u64::from_str_radix(digits, radix);
    number.map_or(true, |number| negative && number > i64::MIN.unsigned_abs())
}

/// A number as almost everybody writes it: `12`, `-3`, `0.5`, `1.0e-3`.
fn common_number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let whole = digits.bytes().take_while(u8::is_ascii_digit).count();
    if whole == 0 || whole > 18 || (whole > 1 && digits.starts_with('0')) {
        return None;
    }
    if whole == digits.len() {
        return text.parse::<i64>().ok().map(Number::from);
    }
    let rest = &digits[whole..];
    let only_number = rest.bytes().all(|b| b.is_ascii_digit() || b".eE+-".contains(&b));
    only_number.then(|| text.parse::<f64>().ok().and_then(Number::from_f64)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_of_more_than_64_bits_are_huge() {
        for text in ["18446744073709551616", "-9223372036854775809", "0x10000000000000000"] {
            assert!(is_huge(text), "{text}");
        }
        for text in [
            "18446744073709551615",
            "-9223372036854775808",
            "0xffffffffffffffff",
            "1e30",
            "-",
            "",
            "099999999999999999999",
            "99999999999999999999x",
        ] {
            assert!(!is_huge(text), "{text}");
        }
    }
}
