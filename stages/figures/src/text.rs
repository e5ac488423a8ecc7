//! Names that people or files gave, made fit to be shown: cleaned, shortened, broken into lines.

use crate::font::{Weight, width};

/// Longest text that is kept, in characters; a name of a megabyte helps nobody.
const LONGEST: usize = 400;
const REPLACEMENT: char = '\u{fffd}';
const ELLIPSIS: char = '…';

/// Replaces what XML forbids and what hides or reorders text, and joins white space.
pub(crate) fn clean(text: &str) -> String {
    let mut cleaned = String::new();
    let mut count = 0;
    for letter in text.chars() {
        let letter = match letter {
            letter if letter.is_whitespace() => ' ',
            '\u{200b}' | '\u{feff}' | '\u{ad}' => continue,
            // Marks of direction could make one name look like another.
            '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{fffe}'
            | '\u{ffff}' => REPLACEMENT,
            letter if letter.is_control() => REPLACEMENT,
            letter => letter,
        };
        if letter == ' ' && (cleaned.is_empty() || cleaned.ends_with(' ')) {
            continue;
        }
        if count == LONGEST {
            cleaned.push(ELLIPSIS);
            break;
        }
        cleaned.push(letter);
        count += 1;
    }
    if cleaned.ends_with(' ') {
        cleaned.pop();
    }
    cleaned
}

/// Escapes a cleaned text for XML, in content and in attributes with either quote.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Shortens a text in its middle until it fits: what tells names apart is often at their end.
pub(crate) fn shorten(text: &str, limit: f64, size: f64, weight: Weight) -> String {
    if width(text, size, weight) <= limit {
        return text.into();
    }
    let letters: Vec<_> = text.chars().collect();
    let cut = |kept: usize| -> String {
        let head = kept.div_ceil(2);
        let tail = &letters[letters.len() - (kept - head)..];
        letters[..head].iter().chain([&ELLIPSIS]).chain(tail).collect()
    };
    // The longest that fits; a text gets wider with every letter.
    let (mut fits, mut too_long) = (0, letters.len());
    while too_long - fits > 1 {
        let kept = usize::midpoint(fits, too_long);
        if width(&cut(kept), size, weight) <= limit {
            fits = kept;
        } else {
            too_long = kept;
        }
    }
    cut(fits)
}

/// Breaks a text into at most `lines` lines, after spaces and joining signs; what does not fit is
/// shortened in the last one.
pub(crate) fn wrap(text: &str, limit: f64, lines: usize, size: f64, weight: Weight) -> Vec<String> {
    let mut wrapped = Vec::new();
    let mut rest = text;
    while wrapped.len() + 1 < lines && width(rest, size, weight) > limit {
        let end = line_end(rest, limit, size, weight);
        wrapped.push(rest[..end].trim_end().to_owned());
        rest = rest[end..].trim_start();
    }
    if !rest.is_empty() || wrapped.is_empty() {
        wrapped.push(shorten(rest, limit, size, weight));
    }
    wrapped
}

/// Returns where the first line ends, in bytes; at least one letter stands in it.
fn line_end(text: &str, limit: f64, size: f64, weight: Weight) -> usize {
    let (mut hard, mut soft) = (0, 0);
    for (start, letter) in text.char_indices() {
        let end = start + letter.len_utf8();
        if width(text[..end].trim_end(), size, weight) > limit {
            break;
        }
        hard = end;
        if matches!(letter, ' ' | '-' | '_' | '/' | ',' | ';' | '+') {
            soft = end;
        }
    }
    // A break that leaves less than a quarter of a line costs more than it gives.
    if soft > 0 && width(&text[..soft], size, weight) > limit / 4.0 {
        return soft;
    }
    hard.max(text.chars().next().map_or(0, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cleaning_replaces_what_hides_or_reorders() {
        assert_eq!(
            clean("  a\t\n b\u{0}c \u{202e}d\u{200b}e\u{ffff} "),
            "a b\u{fffd}c \u{fffd}de\u{fffd}"
        );
        assert_eq!(clean(&"x".repeat(1000)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn escaping_serves_content_and_attributes() {
        assert_eq!(escape(r#"<a b="c" & 'd'>"#), "&lt;a b=&quot;c&quot; &amp; &#39;d&#39;&gt;");
    }

    #[test]
    fn shortening_keeps_both_ends() {
        let long = "mean-teacher with a very long explanation, seed 7";
        let short = shorten(long, 120.0, 12.0, Weight::Regular);
        assert!(short.starts_with("mean") && short.ends_with("seed 7") && short.contains('…'));
        assert_eq!(shorten("short", 120.0, 12.0, Weight::Regular), "short");
    }

    #[test]
    fn lines_break_after_joining_signs() {
        let text = "mean-teacher_with/uncertainty and_a+weight";
        let lines = wrap(text, 90.0, 9, 12.0, Weight::Regular);
        assert!(lines.len() > 2, "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        for line in &lines[..lines.len() - 1] {
            assert!(
                line.ends_with(['-', '_', '/', '+']) || line.ends_with("uncertainty"),
                "{lines:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_allowed(text in "\\PC{0,120}", limit in 30.0..200.0f64) {
            let text = clean(&text);
            let lines = wrap(&text, limit, 3, 12.0, Weight::Regular);
            prop_assert!(!lines.is_empty() && lines.len() <= 3);
            for line in &lines {
                prop_assert!(width(line, 12.0, Weight::Regular) <= limit + 1e-9, "{line}");
            }
        }
    }
}
