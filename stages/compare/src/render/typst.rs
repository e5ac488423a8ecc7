//! Typst tables, as one file to `#include`.
//!
//! All text stands in string literals, where only the backslash and the quote mean anything.

use std::fmt::Write;

use super::entry::{Extent, Number, Shown};
use super::plain::{DASH, notes, one_line, reference};
use crate::layout::{Block, Cell, Origin, Table};
use crate::number::Mark;

/// All tables as one file.
pub(crate) fn typst(blocks: &[Block]) -> String {
    let mut text = "// Needs no package.\n".to_owned();
    for block in blocks {
        put_figure(&mut text, &block.title, &block.main, &block.label);
        if let Some(second) = &block.second {
            put_figure(&mut text, &block.title, second, &format!("{}-settings", block.label));
        }
    }
    text
}

fn put_figure(text: &mut String, title: &str, table: &Table, label: &str) {
    let labels = table.row_headers.len();
    let extents: Vec<Extent> = (0..table.columns.len())
        .map(|at| Extent::of(table.rows.iter().map(|row| &row.cells[at])))
        .collect();
    let columns = labels + table.columns.len() + usize::from(table.counts_runs);
    let caption = string(&format!("{title}. {}", table.caption.join(" ")));
    let notes = notes(table, "underlined").join(" ");
    let mut put = |line: std::fmt::Arguments<'_>| {
        writeln!(text, "{line}").expect("writing to a string never fails");
    };
    put(format_args!("\n#figure("));
    put(format_args!("  kind: table,"));
    put(format_args!("  caption: figure.caption(position: top, {caption}),"));
    put(format_args!("  {{"));
    put(format_args!("    set text(number-width: \"tabular\")"));
    // Cells that do not fit would be broken and lie over each other: the whole table is shrunk.
    put(format_args!("    let shrunk(it) = layout(page => {{"));
    put(format_args!("      let width = measure(it).width"));
    put(format_args!("      if width <= page.width {{ return it }}"));
    put(format_args!(
        "      scale(page.width / width * 100%, reflow: true, box(width: width, it))"
    ));
    put(format_args!("    }})"));
    put(format_args!("    shrunk(table("));
    put(format_args!("      columns: {columns},"));
    put(format_args!("      align: left,"));
    put(format_args!("      stroke: none,"));
    put(format_args!("      table.hline(),"));
    put(format_args!("      table.header("));
    for level in 0..table.levels() {
        put(format_args!("        {},", header(table, level).join(", ")));
        put_rules(&mut put, table, level);
    }
    put(format_args!("      ),"));
    put(format_args!("      table.hline(stroke: 0.5pt),"));
    for (at, row) in table.rows.iter().enumerate() {
        if row.rule_above && at > 0 {
            put(format_args!("      table.hline(stroke: 0.5pt),"));
        }
        let shown = table.shown_labels(at);
        let sign = match row.origin {
            Origin::Measured => "",
            Origin::Published => " + super(\"p\")",
        };
        let label = |(level, label): (usize, Option<&str>)| {
            let sign = if level + 1 == labels { sign } else { "" };
            format!("{}{sign}", string(label.unwrap_or_default()))
        };
        let mut cells: Vec<String> = shown.into_iter().enumerate().map(label).collect();
        cells.extend(row.cells.iter().zip(&extents).map(|(entry, extent)| cell(entry, extent)));
        let runs = || row.runs.map_or_else(|| DASH.to_owned(), |runs| runs.to_string());
        let runs = || format!("table.cell(align: right, \"{}\")", runs());
        cells.extend(table.counts_runs.then(runs));
        put(format_args!("      {},", cells.join(", ")));
    }
    put(format_args!("      table.hline(),"));
    put(format_args!("    ))"));
    if !notes.is_empty() {
        put(format_args!("    align(left, text(size: 0.8em, {}))", string(&notes)));
    }
    put(format_args!("  }},"));
    put(format_args!(") <tab:{}>", reference(label)));
}

/// The headers of a level; those of the labels and of the runs stand in the first and span all.
fn header(table: &Table, level: usize) -> Vec<String> {
    let levels = table.levels();
    let spanning =
        |name: &str| format!("table.cell(rowspan: {levels}, align: bottom, {})", string(name));
    let mut cells = Vec::new();
    if level == 0 {
        cells.extend(table.row_headers.iter().map(|name| spanning(name)));
    }
    cells.extend(table.header_spans(level).into_iter().map(|span| {
        format!("table.cell(colspan: {}, align: center, {})", span.columns, string(span.text))
    }));
    cells.extend((level == 0 && table.counts_runs).then(|| spanning("runs")));
    cells
}

/// A thin rule below every header that several columns share.
fn put_rules(put: &mut impl FnMut(std::fmt::Arguments<'_>), table: &Table, level: usize) {
    let first = table.row_headers.len();
    for span in table.header_spans(level).into_iter().filter(|span| span.columns > 1) {
        let (start, y) = (first + span.first, level + 1);
        let end = start + span.columns;
        put(format_args!(
            "        table.hline(y: {y}, start: {start}, end: {end}, stroke: 0.3pt),"
        ));
    }
}

fn cell(cell: &Cell, extent: &Extent) -> String {
    let sign = cell.verdict.sign();
    // In a box without width, so that the digits of a column stay aligned.
    let sign = sign.map(|sign| format!(" + box(width: 0pt, super(\"{sign}\"))"));
    let sign = sign.unwrap_or_default();
    let (hidden, number) = match Shown::of(cell) {
        Shown::Missing => return format!("table.cell(align: center, \"{DASH}\")"),
        Shown::Range(range) => (String::new(), format!("\"{}\"", minus(&range))),
        Shown::Number(number) => parts(&number, extent),
    };
    let number = match cell.mark {
        Mark::Best => format!("strong({number})"),
        Mark::Second => format!("underline(evade: false, {number})"),
        Mark::None => number,
    };
    format!("{hidden}{number}{sign}")
}

/// What is hidden before a number so that the points of a column line up, and the number.
fn parts(number: &Number<'_>, extent: &Extent) -> (String, String) {
    let sign = number.sign.map_or(String::new(), String::from);
    let missing_sign = extent.sign - sign.len();
    let before = format!("{}{}", "−".repeat(missing_sign), zeros(extent.whole, number.whole));
    let hide = |text: String| if text.is_empty() { text } else { format!("hide(\"{text}\") + ") };
    let text = format!("{sign}{}{}", number.whole, number.fraction);
    let mut shown = format!("\"{}", minus(&text));
    let after = extent.fraction - number.fraction.len();
    let gap = extent.beside.saturating_sub(number.beside.len());
    if !number.beside.is_empty() {
        match after + gap {
            0 => put(&mut shown, format_args!(" {}", minus(&number.beside))),
            hidden => put(
                &mut shown,
                format_args!(
                    " \" + hide(\"{}\") + \"{}",
                    "0".repeat(hidden),
                    minus(&number.beside)
                ),
            ),
        }
    }
    if !number.count.is_empty() {
        put(&mut shown, format_args!(" {}", number.count));
    }
    shown.push('"');
    (hide(before), shown)
}

fn zeros(most: usize, text: &str) -> String {
    "0".repeat(most - text.len())
}

fn minus(digits: &str) -> String {
    digits.replace('-', "−")
}

fn put(text: &mut String, part: std::fmt::Arguments<'_>) {
    text.write_fmt(part).expect("writing to a string never fails");
}

/// A string literal.
pub(super) fn string(text: &str) -> String {
    let mut literal = "\"".to_owned();
    for c in one_line(text) {
        match c {
            '\\' | '"' => literal.extend(['\\', c]),
            c => literal.push(c),
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use super::string;

    #[test]
    fn a_string_ends_where_it_should() {
        assert_eq!(string("Ours (KL)"), "\"Ours (KL)\"");
        assert_eq!(string("a\" + panic(\"b"), "\"a\\\" + panic(\\\"b\"");
        assert_eq!(string("\\"), "\"\\\\\"");
        assert_eq!(string("#$*_`@<a>[x] // y\nz"), "\"#$*_`@<a>[x] // y z\"");
    }
}
