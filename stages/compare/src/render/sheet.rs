//! A plain table of texts and numbers, as Markdown and LaTeX.

use std::fmt::Write;

use super::{latex, markdown};

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sheet {
    /// Plain text.
    pub(crate) title: String,
    /// For LaTeX: lower-case letters, digits and dashes.
    pub(crate) label: String,
    /// Plain text, one sentence each.
    pub(crate) caption: Vec<String>,
    /// Header of every column.
    pub(crate) headers: Vec<String>,
    pub(crate) rows: Vec<Vec<Entry>>,
}

/// An entry.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Entry {
    /// A name.
    Text(String),
    /// A number in digits and the sign of its significance.
    Number(String, Option<char>),
    /// Two numbers in digits.
    Range(String, String),
    /// Undefined.
    Missing,
}

/// All sheets as one document.
pub(crate) fn sheets_markdown(sheets: &[Sheet]) -> String {
    let mut text = String::new();
    for sheet in sheets {
        let caption: Vec<_> = sheet.caption.iter().map(|line| markdown::escape(line)).collect();
        let gap = if text.is_empty() { "" } else { "\n" };
        put(&mut text, format_args!("{gap}# {}\n", markdown::escape(&sheet.title)));
        put(&mut text, format_args!("{}\n", caption.join(" ")));
        for line in lines(sheet) {
            put(&mut text, format_args!("{line}"));
        }
    }
    text
}

fn lines(sheet: &Sheet) -> Vec<String> {
    let in_markdown = |entry: &Entry| match entry {
        Entry::Text(name) => markdown::escape(name),
        Entry::Number(digits, sign) => {
            format!("{digits}{}", sign.map_or(String::new(), String::from))
        }
        Entry::Range(low, high) => format!("{low} to {high}"),
        Entry::Missing => markdown::DASH.to_owned(),
    };
    let mut columns: Vec<Vec<String>> =
        sheet.headers.iter().map(|header| vec![markdown::escape(header)]).collect();
    for row in &sheet.rows {
        for (column, entry) in columns.iter_mut().zip(row) {
            column.push(in_markdown(entry));
        }
    }
    // Numbers of a column that has a sign leave room for it.
    for (at, column) in columns.iter_mut().enumerate() {
        let has_sign = |entry: &Entry| matches!(entry, Entry::Number(_, Some(_)));
        if sheet.rows.iter().any(|row| has_sign(&row[at])) {
            for (cell, row) in column[1..].iter_mut().zip(&sheet.rows) {
                cell.push_str(if has_sign(&row[at]) { "" } else { " " });
            }
        }
    }
    let left = |at: usize| sheet.rows.first().is_some_and(|row| matches!(row[at], Entry::Text(_)));
    let widths: Vec<usize> = columns.iter().map(|column| markdown::width(column)).collect();
    let line = |line: usize| {
        let cells = columns.iter().enumerate();
        let cells = cells.map(|(at, column)| markdown::pad(&column[line], widths[at], left(at)));
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    };
    let rule_of = |(at, width): (usize, &usize)| {
        if left(at) { "-".repeat(*width) } else { format!("{}:", "-".repeat(width - 1)) }
    };
    let rules = widths.iter().enumerate().map(rule_of);
    let rule = format!("| {} |", rules.collect::<Vec<_>>().join(" | "));
    let mut lines: Vec<String> = (0..=sheet.rows.len()).map(line).collect();
    lines.insert(1, rule);
    lines
}

/// All sheets as one file to `\input`; needs `\usepackage{booktabs}`.
pub(crate) fn sheets_latex(sheets: &[Sheet]) -> String {
    let mut text = "% Needs \\usepackage{booktabs}.\n".to_owned();
    for sheet in sheets {
        let caption: Vec<_> =
            sheet.caption.iter().map(|line| latex::with_signs(&latex::escape(line))).collect();
        let headers: Vec<_> = sheet.headers.iter().map(|header| latex::escape(header)).collect();
        let is_text = |at: usize| sheet.rows.iter().any(|row| matches!(row[at], Entry::Text(_)));
        let align: String =
            (0..headers.len()).map(|at| if is_text(at) { 'l' } else { 'r' }).collect();
        put(&mut text, format_args!("\n\\begin{{table}}[t]"));
        put(&mut text, format_args!("  \\centering"));
        let title = latex::escape(&sheet.title);
        put(&mut text, format_args!("  \\caption{{{title}. {}}}", caption.join(" ")));
        put(&mut text, format_args!("  \\label{{tab:{}}}", sheet.label));
        put(&mut text, format_args!("  \\begin{{tabular}}{{{align}}}"));
        put(&mut text, format_args!("    \\toprule"));
        put(&mut text, format_args!("    {} \\\\", headers.join(" & ")));
        put(&mut text, format_args!("    \\midrule"));
        for row in &sheet.rows {
            let cells: Vec<_> = row.iter().map(in_latex).collect();
            put(&mut text, format_args!("    {} \\\\", cells.join(" & ")));
        }
        put(&mut text, format_args!("    \\bottomrule"));
        put(&mut text, format_args!("  \\end{{tabular}}"));
        put(&mut text, format_args!("\\end{{table}}"));
    }
    text
}

fn in_latex(entry: &Entry) -> String {
    match entry {
        Entry::Text(name) => latex::escape(name),
        Entry::Number(digits, sign) => format!("${digits}${}", latex::sign(*sign)),
        Entry::Range(low, high) => format!("${low}$ to ${high}$"),
        Entry::Missing => "--".to_owned(),
    }
}

fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("writing to a string never fails");
}
