//! `meta.yaml`, the file by which MLflow's folder store knows experiments and runs.

use std::fmt::Write;

/// Text as YAML, in double quotes and ASCII, so that every reader understands the same.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        // Writing into a string cannot fail.
        let _ = match c {
            '"' | '\\' => write!(quoted, "\\{c}"),
            ' '..='~' => write!(quoted, "{c}"),
            c if u32::from(c) <= 0xffff => write!(quoted, "\\u{:04X}", u32::from(c)),
            c => write!(quoted, "\\U{:08X}", u32::from(c)),
        };
    }
    quoted.push('"');
    quoted
}

/// The text of one field of a `meta.yaml`; none if there is no such field or it is not text that
/// MLflow would write: plain, or in quotes, folded over several lines if it is long.
pub(crate) fn field(meta: &str, name: &str) -> Option<String> {
    let mut lines = meta
        .lines()
        .skip_while(|line| !line.strip_prefix(name).is_some_and(|rest| rest.starts_with(':')));
    let first = lines.next()?[name.len() + 1..].trim();
    let folded = lines.take_while(|line| line.starts_with(' ') || line.is_empty());
    let mut text = first.to_owned();
    let mut blank = false;
    for line in folded {
        let line = line.trim();
        if line.is_empty() {
            text.push('\n');
            blank = true;
        } else if let Some(open) = text.strip_suffix('\\').filter(|_| first.starts_with('"')) {
            // The line break is escaped, and so are spaces at the beginning of the next line.
            text = format!(
                "{open}{}",
                line.strip_prefix("\\ ").map_or(line.to_owned(), |l| format!(" {l}"))
            );
        } else {
            let space = if blank { "" } else { " " };
            text = format!("{text}{space}{line}");
            blank = false;
        }
    }
    if let Some(inside) = text.strip_prefix('\'') {
        return Some(inside.strip_suffix('\'')?.replace("''", "'"));
    }
    match text.strip_prefix('"') {
        Some(inside) => unescaped(inside.strip_suffix('"')?),
        None => Some(text),
    }
}

fn unescaped(text: &str) -> Option<String> {
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        let digits = match chars.next()? {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            'n' => {
                plain.push('\n');
                continue;
            }
            't' => {
                plain.push('\t');
                continue;
            }
            'e' => {
                plain.push('\u{1b}');
                continue;
            }
            'r' => {
                plain.push('\r');
                continue;
            }
            '0' => {
                plain.push('\0');
                continue;
            }
            other => {
                plain.push(other);
                continue;
            }
        };
        let code: String = chars.by_ref().take(digits).collect();
        plain.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?)?);
    }
    Some(plain)
}

/// A path as the address of a file.
pub(crate) fn file_address(path: &str) -> String {
    format!("file://{}", percent_encoded(path))
}

/// Everything but letters, digits and `-._~/` as its bytes in hexadecimal.
pub(crate) fn percent_encoded(path: &str) -> String {
    let mut address = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            address.push(char::from(byte));
        } else {
            let _ = write!(address, "%{byte:02X}");
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_mlflow_writes_is_read() {
        // As PyYAML's `safe_dump` wrote them.
        let meta = "experiment_id: '676'\nlifecycle_stage: active\nname: a b\n";
        assert_eq!(field(meta, "name").unwrap(), "a b");
        assert_eq!(field(meta, "experiment_id").unwrap(), "676");
        assert_eq!(field(meta, "names"), None);
        assert_eq!(field("name: 'it''s: # x'\n", "name").unwrap(), "it's: # x");
        assert_eq!(field("name: \"tab\\t \\xE4 \\u2028\"\n", "name").unwrap(), "tab\t ä \u{2028}");
        let folded = "name: word word\n  word word\nother: 1\n";
        assert_eq!(field(folded, "name").unwrap(), "word word word word");
        let folded = "name: \"a\\n b\\\n  \\ c\"\n";
        assert_eq!(field(folded, "name").unwrap(), "a\n b c");
    }

    #[test]
    fn addresses_of_files_are_encoded() {
        assert_eq!(file_address("/a b/ä#1"), "file:///a%20b/%C3%A4%231");
    }

    proptest! {
        #[test]
        fn quoted_text_comes_back(text in ".{0,40}") {
            let meta = format!("id: 1\nname: {}\nend: 2\n", quoted(&text));
            prop_assert_eq!(field(&meta, "name"), Some(text));
        }
    }
}
