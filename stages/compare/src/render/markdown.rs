//! Markdown that also reads well as plain text: columns are padded and points line up.
//!
//! Markdown has no underline, so the second best stands in italics: `_84.00_` looks underlined
//! where nobody renders it.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::entry::{Extent, Number, Shown};
use super::plain::{DASH, notes, one_line};
use crate::layout::{Block, Cell, Origin, Row, Table};
use crate::number::Mark;

const BEST: &str = "**";
const SECOND: &str = "_";

/// All blocks as one document. A sentence that holds for both tables of a block is said once.
pub(crate) fn markdown(blocks: &[Block]) -> String {
    let mut paragraphs = Vec::new();
    for block in blocks {
        paragraphs.push(format!("# {}", escape(&block.title)));
        let tables = || [Some(&block.main), block.second.as_ref()].into_iter().flatten();
        let mut said = BTreeSet::new();
        for table in tables() {
            let caption = table.caption.iter().filter(|sentence| said.insert(sentence.as_str()));
            let caption: Vec<_> = caption.map(String::as_str).collect();
            paragraphs.extend([paragraph(&caption.join(" ")), lines(table).join("\n")]);
        }
        let mut notes: Vec<String> =
            tables().flat_map(|table| notes(table, "in italics")).collect();
        let mut seen = BTreeSet::new();
        notes.retain(|note| !said.contains(note.as_str()) && seen.insert(note.clone()));
        let notes: Vec<_> = notes.iter().map(|note| format!("- {}", paragraph(note))).collect();
        paragraphs.push(notes.join("\n"));
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    format!("{}\n", paragraphs.join("\n\n"))
}

/// A column as text, header first.
struct TextColumn {
    lines: Vec<String>,
    left: bool,
}

fn lines(table: &Table) -> Vec<String> {
    let columns = columns(table);
    // Three characters at least, for the rule below the header.
    let width = |column: &TextColumn| {
        column.lines.iter().map(|text| text.chars().count()).max().unwrap_or(0).max(3)
    };
    let widths: Vec<usize> = columns.iter().map(width).collect();
    let line = |line: usize| {
        let cell = |(column, &width): (&TextColumn, &usize)| {
            let text = &column.lines[line];
            if column.left { format!("{text:<width$}") } else { format!("{text:>width$}") }
        };
        format!("| {} |", columns.iter().zip(&widths).map(cell).collect::<Vec<_>>().join(" | "))
    };
    let rule = |(column, width): (&TextColumn, &usize)| {
        let dashes = "-".repeat(width - 1);
        format!("{dashes}{}", if column.left { '-' } else { ':' })
    };
    let rules: Vec<_> = columns.iter().zip(&widths).map(rule).collect();
    let mut lines: Vec<String> = (0..=table.rows.len()).map(line).collect();
    lines.insert(1, format!("| {} |", rules.join(" | ")));
    lines
}

fn columns(table: &Table) -> Vec<TextColumn> {
    let label = |level: usize, header: &String| {
        let innermost = level + 1 == table.row_headers.len();
        let labels = (0..table.rows.len()).map(|at| {
            let shown = table.shown_labels(at)[level].map(escape).unwrap_or_default();
            format!("{shown}{}", if innermost { published(&table.rows[at]) } else { "" })
        });
        TextColumn { lines: [escape(header)].into_iter().chain(labels).collect(), left: true }
    };
    let mut columns: Vec<TextColumn> =
        table.row_headers.iter().enumerate().map(|(level, header)| label(level, header)).collect();
    for (at, column) in table.columns.iter().enumerate() {
        let entries = || table.rows.iter().map(|row| &row.cells[at]);
        let extent = Extent::of(entries());
        let cells = entries().map(|entry| cell(entry, &extent));
        let header = escape(&column.headers.join(" / "));
        columns
            .push(TextColumn { lines: [header].into_iter().chain(cells).collect(), left: false });
    }
    if table.counts_runs {
        let runs = table.rows.iter();
        let runs = runs.map(|row| row.runs.map_or_else(|| DASH.to_owned(), |n| n.to_string()));
        let lines = ["runs".to_owned()].into_iter().chain(runs).collect();
        columns.push(TextColumn { lines, left: false });
    }
    columns
}

fn published(row: &Row) -> &'static str {
    match row.origin {
        Origin::Measured => "",
        Origin::Published => " ᵖ",
    }
}

/// An entry. What others of its column have after their point and it has not, it leaves room for,
/// so that the points line up when the column is flush right.
fn cell(cell: &Cell, extent: &Extent) -> String {
    let number = match Shown::of(cell) {
        Shown::Missing => DASH.to_owned(),
        Shown::Range(range) => range,
        Shown::Number(number) => padded(&number, extent),
    };
    let shown = number.trim_end();
    let mark = match cell.mark {
        Mark::Best => BEST,
        Mark::Second => SECOND,
        Mark::None => "",
    };
    let most = match (extent.has_best, extent.has_second) {
        (true, _) => BEST.len(),
        (false, true) => SECOND.len(),
        (false, false) => 0,
    };
    let sign = cell.verdict.sign().map_or(String::new(), String::from);
    let room = number.chars().count() - shown.chars().count() + most - mark.len();
    let room = room + usize::from(extent.has_verdict && sign.is_empty());
    format!("{mark}{shown}{mark}{sign}{}", " ".repeat(room))
}

/// A number and what stands beside it, with spaces where others of the column have more after the
/// point.
fn padded(number: &Number<'_>, extent: &Extent) -> String {
    let sign = number.sign.map_or(String::new(), String::from);
    let (whole, fraction) = (number.whole, number.fraction);
    let mut text = format!("{sign}{whole}{fraction:<width$}", width = extent.fraction);
    for (part, width) in [(&number.beside, extent.beside), (&number.count, extent.count)] {
        if width > 0 {
            write!(text, " {part:>width$}").expect("writing to a string never fails");
        }
    }
    text
}

/// Escaped text as a paragraph: its first characters begin no heading, list, quote or rule.
fn paragraph(text: &str) -> String {
    let escaped = escape(text);
    let digits = escaped.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
    if digits > 0 && escaped[digits..].starts_with(['.', ')']) {
        return format!("{}\\{}", &escaped[..digits], &escaped[digits..]);
    }
    match escaped.trim_start() {
        start if start.starts_with(['#', '>', '-', '+', '=']) => format!("\\{start}"),
        start => start.to_owned(),
    }
}

/// Text in which nothing is markup, on one line, without control characters.
pub(super) fn escape(text: &str) -> String {
    let characters: Vec<char> = one_line(text).collect();
    let is_word = |at: Option<usize>| {
        at.and_then(|at| characters.get(at)).is_some_and(|c| c.is_alphanumeric())
    };
    let mut escaped = String::new();
    for (at, &c) in characters.iter().enumerate() {
        let markup = match c {
            '\\' | '`' | '*' | '|' | '<' | '[' | ']' | '~' | '$' => true,
            // Inside a word an underscore is only itself; names such as `ours_kl` stay readable.
            '_' => !(is_word(at.checked_sub(1)) && is_word(Some(at + 1))),
            // The start of a character reference.
            '&' => characters[at + 1..].contains(&';'),
            _ => false,
        };
        if markup {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{escape, paragraph};

    #[test]
    fn escapes_markup_and_keeps_names_readable() {
        assert_eq!(escape("ours_kl"), "ours_kl");
        assert_eq!(escape("_x_ a|b *c* `d` $e$"), "\\_x\\_ a\\|b \\*c\\* \\`d\\` \\$e\\$");
        assert_eq!(escape("<b>&lt; & [x](y)"), "\\<b>\\&lt; & \\[x\\](y)");
        assert_eq!(escape("two\nlines \u{1b}[31mred"), "two lines  \\[31mred");
    }

    #[test]
    fn a_paragraph_begins_no_heading_list_or_quote() {
        assert_eq!(paragraph("# a"), "\\# a");
        assert_eq!(paragraph("- a"), "\\- a");
        assert_eq!(paragraph("   > a"), "\\> a");
        assert_eq!(paragraph("12. a"), "12\\. a");
        assert_eq!(paragraph("12 a. b"), "12 a. b");
        assert_eq!(paragraph("Dice"), "Dice");
    }
}
