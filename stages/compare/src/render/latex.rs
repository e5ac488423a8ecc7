//! LaTeX tables for a paper, with the booktabs package.

use std::fmt::Write;

use crate::layout::{Block, Cell, Spread, Table};
use crate::number::Mark;

/// All tables as one file to `\input`; needs `\usepackage{booktabs}`.
pub(crate) fn latex(blocks: &[Block]) -> String {
    let mut text =
        "% Needs \\usepackage{booktabs}. Best in bold, second best underlined.\n".to_owned();
    for block in blocks {
        put_table(&mut text, &block.title, &block.main, &format!("tab:{}", block.label));
        if let Some(second) = &block.second {
            put_table(&mut text, &block.title, second, &format!("tab:{}-settings", block.label));
        }
    }
    text
}

fn put_table(text: &mut String, title: &str, table: &Table, label: &str) {
    let signs = table.signs.iter().map(|sentence| with_signs(&escape(sentence)));
    let sentences = table.caption.iter().chain(&table.notes).map(|sentence| escape(sentence));
    let sentences: Vec<_> = sentences.chain(signs).collect();
    let mut headers: Vec<String> = table.row_headers.iter().map(|name| escape(name)).collect();
    headers.extend(table.columns.iter().map(|column| escape(&column.headers.join(" / "))));
    headers.extend(table.counts_runs.then(|| "runs".to_owned()));
    let mut put = |line: std::fmt::Arguments<'_>| {
        writeln!(text, "{line}").expect("writing to a string never fails");
    };
    put(format_args!("\n\\begin{{table}}[t]"));
    put(format_args!("  \\centering"));
    put(format_args!("  \\caption{{{}. {}}}", escape(title), sentences.join(" ")));
    put(format_args!("  \\label{{{label}}}"));
    put(format_args!("  \\begin{{tabular}}{{l{}}}", "c".repeat(headers.len() - 1)));
    put(format_args!("    \\toprule"));
    put(format_args!("    {} \\\\", headers.join(" & ")));
    put(format_args!("    \\midrule"));
    for row in &table.rows {
        let mut cells: Vec<String> = row.labels.iter().map(|label| escape(label)).collect();
        cells.extend(row.cells.iter().map(cell));
        cells.extend(
            table
                .counts_runs
                .then(|| row.runs.map_or_else(|| "--".to_owned(), |runs| runs.to_string())),
        );
        put(format_args!("    {} \\\\", cells.join(" & ")));
    }
    put(format_args!("    \\bottomrule"));
    put(format_args!("  \\end{{tabular}}"));
    put(format_args!("\\end{{table}}"));
}

fn cell(cell: &Cell) -> String {
    let number = match (&cell.value, &cell.spread) {
        (None, _) => "--".to_owned(),
        (Some(value), Spread::None) => value.text.clone(),
        (Some(value), Spread::Std(std)) => format!("{} ({})", value.text, std.text),
        (Some(value), Spread::Range(low, high)) => {
            format!("{} [{}, {}]", value.text, low.text, high.text)
        }
    };
    let number = match cell.mark {
        Mark::Best => format!("\\textbf{{{number}}}"),
        Mark::Second => format!("\\underline{{{number}}}"),
        Mark::None => number,
    };
    format!("{number}{}", sign(cell.verdict.sign()))
}

/// A sign of significance that takes no room, so that the numbers of a column stay aligned.
pub(super) fn sign(sign: Option<char>) -> String {
    let command = match sign {
        Some('†') => "\\dagger",
        Some('‡') => "\\ddagger",
        Some(other) => return format!("\\rlap{{{}}}", escape(&other.to_string())),
        None => return String::new(),
    };
    format!("\\rlap{{$^{{{command}}}$}}")
}

/// Escaped text whose signs of significance every engine and font has.
pub(super) fn with_signs(text: &str) -> String {
    text.replace('†', "$\\dagger$").replace('‡', "$\\ddagger$")
}

/// Text in which nothing is a command, on one line.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\textbackslash{}"),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '<' => escaped.push_str("\\textless{}"),
            '>' => escaped.push_str("\\textgreater{}"),
            '|' => escaped.push_str("\\textbar{}"),
            '"' => escaped.push_str("''"),
            // At the start of a row these would belong to the line break before it.
            '[' | ']' | '*' => escaped.extend(['{', c, '}']),
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => escaped.extend(['\\', c]),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn escapes_every_special_character() {
        assert_eq!(escape("50% of $x_1 & #2"), "50\\% of \\$x\\_1 \\& \\#2");
        assert_eq!(escape("\\input{a}"), "\\textbackslash{}input\\{a\\}");
        assert_eq!(escape("a~b^c"), "a\\textasciitilde{}b\\textasciicircum{}c");
        assert_eq!(escape("[2mm]*"), "{[}2mm{]}{*}");
        assert_eq!(escape("two\nlines"), "two lines");
    }
}
