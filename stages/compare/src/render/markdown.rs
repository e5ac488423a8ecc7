//! Markdown that also reads well as plain text: columns are padded and numbers line up.

use std::collections::BTreeSet;

use crate::layout::{Block, Cell, Spread, Table};
use crate::number::Mark;

/// Stands for a missing or undefined entry.
pub(super) const DASH: &str = "–";
const BOLD: &str = "**";

/// All blocks as one document. A sentence that holds for both tables of a block is said once.
pub(crate) fn markdown(blocks: &[Block]) -> String {
    let mut paragraphs = Vec::new();
    for block in blocks {
        paragraphs.push(format!("# {}", escape(&block.title)));
        let tables = || [Some(&block.main), block.second.as_ref()].into_iter().flatten();
        let mut said = BTreeSet::new();
        for table in tables() {
            let caption = table.caption.iter().filter(|sentence| said.insert(sentence.as_str()));
            let caption: Vec<_> = caption.map(|sentence| escape(sentence)).collect();
            paragraphs.extend([caption.join(" "), lines(table).join("\n")]);
        }
        let notes = tables().flat_map(|table| table.notes.iter().chain(&table.signs));
        let notes = notes.filter(|note| said.insert(note.as_str()));
        let notes: Vec<_> = notes.map(|note| format!("- {}", escape(note))).collect();
        paragraphs.push(notes.join("\n"));
    }
    format!("{}\n", paragraphs.join("\n\n"))
}

fn lines(table: &Table) -> Vec<String> {
    let columns = columns(table);
    let line = |line: usize| {
        let column =
            |(at, column): (usize, &Vec<String>)| pad(&column[line], width(column), at == 0);
        format!("| {} |", columns.iter().enumerate().map(column).collect::<Vec<_>>().join(" | "))
    };
    let rule = |(at, column): (usize, &Vec<String>)| match at {
        0 => "-".repeat(width(column)),
        _ => format!("{}:", "-".repeat(width(column) - 1)),
    };
    let rules: Vec<_> = columns.iter().enumerate().map(rule).collect();
    let mut lines: Vec<String> = (0..=table.rows.len()).map(line).collect();
    lines.insert(1, format!("| {} |", rules.join(" | ")));
    lines
}

/// The text of every column, header first.
fn columns(table: &Table) -> Vec<Vec<String>> {
    let label = |level: usize, header: &String| {
        let labels = table.rows.iter().map(move |row| escape(&row.labels[level]));
        [escape(header)].into_iter().chain(labels).collect()
    };
    let mut columns: Vec<Vec<String>> =
        table.row_headers.iter().enumerate().map(|(level, header)| label(level, header)).collect();
    for (at, column) in table.columns.iter().enumerate() {
        let header = column.headers.join(" / ");
        let has_bold = table.rows.iter().any(|row| row.cells[at].mark == Mark::Best);
        let has_sign = table.rows.iter().any(|row| row.cells[at].verdict.sign().is_some());
        let cells = table.rows.iter().map(|row| cell(&row.cells[at], has_bold, has_sign));
        columns.push([escape(&header)].into_iter().chain(cells).collect());
    }
    if table.counts_runs {
        let runs = table.rows.iter();
        let runs = runs.map(|row| row.runs.map_or_else(|| DASH.to_owned(), |n| n.to_string()));
        columns.push(["runs".to_owned()].into_iter().chain(runs).collect());
    }
    columns
}

/// An entry; in a column with a bold one or a sign, the others leave room where its stars or the
/// sign are.
fn cell(cell: &Cell, has_bold: bool, has_sign: bool) -> String {
    let number = match (&cell.value, &cell.spread) {
        (None, _) => DASH.to_owned(),
        (Some(value), Spread::None) => value.text.clone(),
        (Some(value), Spread::Std(std)) => format!("{} ({})", value.text, std.text),
        (Some(value), Spread::Range(low, high)) => {
            format!("{} [{}, {}]", value.text, low.text, high.text)
        }
    };
    let sign = match cell.verdict.sign() {
        Some(sign) => sign.to_string(),
        None if has_sign => " ".to_owned(),
        None => String::new(),
    };
    match (cell.mark, has_bold) {
        (Mark::Best, _) => format!("{BOLD}{number}{BOLD}{sign}"),
        (_, true) => format!("{number}{sign}  "),
        (_, false) => format!("{number}{sign}"),
    }
}

pub(super) fn width(column: &[String]) -> usize {
    // Three characters at least, for the rule below the header.
    column.iter().map(|text| text.chars().count()).max().unwrap_or(0).max(3)
}

pub(super) fn pad(text: &str, width: usize, left: bool) -> String {
    if left { format!("{text:<width$}") } else { format!("{text:>width$}") }
}

/// Text in which nothing is markup, on one line, without control characters.
pub(super) fn escape(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let is_word = |at: Option<usize>| {
        at.and_then(|at| characters.get(at)).is_some_and(|c| c.is_alphanumeric())
    };
    let mut escaped = String::new();
    for (at, &c) in characters.iter().enumerate() {
        let markup = match c {
            '\\' | '`' | '*' | '|' | '<' | '[' | ']' | '~' => true,
            // Inside a word an underscore is only itself; names such as `ours_kl` stay readable.
            '_' => !(is_word(at.checked_sub(1)) && is_word(Some(at + 1))),
            // The start of a character reference.
            '&' => characters[at + 1..].contains(&';'),
            _ => false,
        };
        if markup {
            escaped.push('\\');
        }
        escaped.push(if c.is_control() { ' ' } else { c });
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn escapes_markup_and_keeps_names_readable() {
        assert_eq!(escape("ours_kl"), "ours_kl");
        assert_eq!(escape("_x_ a|b *c* `d`"), "\\_x\\_ a\\|b \\*c\\* \\`d\\`");
        assert_eq!(escape("<b>&lt; & [x](y)"), "\\<b>\\&lt; & \\[x\\](y)");
        assert_eq!(escape("two\nlines \u{1b}[31mred"), "two lines  \\[31mred");
    }
}
