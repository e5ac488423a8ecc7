//! What all formats agree on: text that somebody else chose, and what is said about marks.

use crate::layout::{Origin, Table};
use crate::number::Mark;

/// The characters of a text on one line: control characters and separators of lines become
/// spaces, what turns the direction of the text after it is left out, and what is no character
/// becomes the replacement character.
pub(super) fn one_line(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter_map(|c| match c {
        '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => None,
        '\u{fdd0}'..='\u{fdef}' => Some('\u{fffd}'),
        c if u32::from(c) & 0xfffe == 0xfffe => Some('\u{fffd}'),
        c if c.is_control() => Some(' '),
        c => Some(c),
    })
}

/// A name for references: letters, digits, dashes and points; anything else becomes a dash.
pub(super) fn reference(label: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    label.chars().map(plain).collect()
}

/// Stands for a missing or undefined entry.
pub(super) const DASH: &str = "–";

/// What stands below a table: its notes, and what its signs and marks mean. `second` says how the
/// second best of a column is drawn.
pub(super) fn notes(table: &Table, second: &str) -> Vec<String> {
    let mut notes: Vec<String> = table.notes.iter().chain(&table.signs).cloned().collect();
    let has = |mark| table.rows.iter().flat_map(|row| &row.cells).any(|cell| cell.mark == mark);
    if has(Mark::Best) {
        let second =
            if has(Mark::Second) { format!(", second best {second}") } else { String::new() };
        notes.push(format!("Best in bold{second}."));
    }
    if table.rows.iter().any(|row| row.origin == Origin::Published) {
        notes.push("p: published, not run here.".to_owned());
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::{one_line, reference};

    #[test]
    fn text_stays_on_its_line_and_in_its_direction() {
        let shown = |text: &str| one_line(text).collect::<String>();
        assert_eq!(shown("a\r\nb\tc\u{2028}d\u{0}e\u{85}f"), "a  b c d e f");
        assert_eq!(shown("\u{feff}ab\u{202e}c\u{2066}d"), "abcd");
        assert_eq!(
            shown("\u{ffff}\u{fdd0}\u{1fffe}ok µ 中 é"),
            "\u{fffd}\u{fffd}\u{fffd}ok µ 中 é"
        );
    }

    #[test]
    fn references_are_letters_digits_dashes_and_points() {
        assert_eq!(reference("a b}\\c.1"), "a-b--c.1");
    }
}
