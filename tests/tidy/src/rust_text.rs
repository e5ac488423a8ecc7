//! Reading Rust text just far enough for the rules: without comments, without test modules.

/// Returns the text with comments replaced by spaces; lines keep their numbers. Strings stay.
pub(crate) fn without_comments(text: &str) -> String {
    without(text, Literals::Keep)
}

/// Returns the text with comments, strings and characters replaced by spaces.
pub(crate) fn code_only(text: &str) -> String {
    without(text, Literals::Blank)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Literals {
    Keep,
    Blank,
}

fn without(text: &str, literals: Literals) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let (length, kept) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), false)
        } else if rest.starts_with("/*") {
            (block_comment(rest), false)
        } else if let Some(length) = literal(rest) {
            (length, literals == Literals::Keep)
        } else if next == '_' || next.is_alphanumeric() {
            // A whole word at once, so that the `r` that ends one does not open a raw string.
            (rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len()), true)
        } else {
            (next.len_utf8(), true)
        };
        let (item, behind) = rest.split_at(length);
        if kept {
            out.push_str(item);
        } else {
            out.extend(item.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        }
        rest = behind;
    }
    out
}

/// Length of the string or character literal that starts here.
fn literal(text: &str) -> Option<usize> {
    match text.chars().next() {
        Some('"') => Some(quoted(text, '"')),
        Some('\'') => character(text),
        _ => raw_string(text),
    }
}

/// Length of a block comment; they nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if text[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// Length of a raw string (`r"…"`, `r##"…"##`, also with `b` or `c` before) that starts here.
fn raw_string(text: &str) -> Option<usize> {
    let body = text.strip_prefix("br").or(text.strip_prefix("cr")).or(text.strip_prefix('r'))?;
    let hashes = body.len() - body.trim_start_matches('#').len();
    let start = text.len() - body.len() + hashes;
    let inner = text[start..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    Some(inner.find(&close).map_or(text.len(), |end| start + 1 + end + close.len()))
}

/// Length of a quoted literal, with escapes.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// Length of a character literal; none for the tick of a lifetime.
fn character(text: &str) -> Option<usize> {
    let mut inner = text[1..].chars();
    match (inner.next(), inner.next()) {
        (Some('\\'), _) | (Some(_), Some('\'')) => Some(quoted(text, '\'')),
        _ => None,
    }
}

/// Returns the text before the file's inline test module (`#[cfg(test)] mod … {`).
pub(crate) fn production(text: &str) -> &str {
    let mut at = 0;
    let mut attributes = None;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        let opens_module = trimmed.starts_with("mod ") && trimmed.ends_with('{');
        if trimmed.starts_with("#[cfg(test)]") || trimmed.starts_with("#[cfg(all(test") {
            attributes = attributes.or(Some(at));
        } else if let (Some(start), true) = (attributes, opens_module) {
            return &text[..start];
        } else if !trimmed.starts_with("#[") {
            attributes = None;
        }
        at += line.len();
    }
    text
}

/// Splits text into lower-case words: `TorchParams`, `torch_params` and `"torch params"` give
/// `torch` and `params`.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut previous_is_lower = false;
    for c in text.chars() {
        let starts_hump = c.is_uppercase() && previous_is_lower;
        if (!c.is_alphabetic() || starts_hump) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphabetic() {
            word.extend(c.to_lowercase());
        }
        previous_is_lower = c.is_lowercase();
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_comments_and_keeps_lines() {
        let text = "a /* b /* c\n */ d */ e // f\n/// g\nh";
        assert_eq!(without_comments(text).replace(' ', ""), "a\ne\n\nh");
    }

    #[test]
    fn keeps_strings_that_look_like_comments() {
        for text in [
            "\"// a \\\" /*\" b",
            "r#\"// \" /*\"# b",
            "br\"//\" b",
            "'\"' b",
            "'\\'' b",
            "for<'a> b",
            "bar\"//\" b",
        ] {
            assert_eq!(without_comments(&format!("{text}// c")), format!("{text}    "), "{text}");
        }
    }

    #[test]
    fn blanks_literals_where_only_code_counts() {
        assert_eq!(
            code_only("a(\"b // c\", 'd', r#\"e\"#); f::<'g>() // h"),
            format!("a({:8}, {:3}, {:6}); f::<'g>() {:4}", "", "", "", "")
        );
    }

    #[test]
    fn ends_the_production_part_at_the_test_module() {
        let code = "fn a() {}\n#[cfg(test)]\nmod tests;\n#[cfg(test)]\nfn b() {}\n";
        assert_eq!(production(code), code);
        let tested = format!("{code}#[cfg(test)]\n#[cfg(unix)]\nmod tests {{\n}}\n");
        assert_eq!(production(&tested), code);
    }

    #[test]
    fn splits_identifiers_into_words() {
        assert_eq!(
            words("TorchParams::torch_log2 \"nii.gz\""),
            ["torch", "params", "torch", "log", "nii", "gz"]
        );
    }
}
