//! Whole tables.

use std::fmt::{Arguments, Write};

use super::column::{ColumnStyle, LatexNumbers};
use super::escape::escape;
use crate::layout::{Block, Column, Origin, Table};
use crate::render::plain::{notes, reference};

/// All tables as one file to `\input`; its first line names the packages it needs.
pub(crate) fn latex(blocks: &[Block], numbers: LatexNumbers) -> String {
    let mut text = String::new();
    for block in blocks {
        put_table(&mut text, &block.title, &block.main, &block.label, numbers);
        if let Some(second) = &block.second {
            let label = format!("{}-settings", block.label);
            put_table(&mut text, &block.title, second, &label, numbers);
        }
    }
    let siunitx =
        (numbers == LatexNumbers::Siunitx).then_some("\\usepackage{siunitx} (3 or later)");
    let graphicx = text.contains(SHRINK).then_some("\\usepackage{graphicx}");
    let needs: Vec<&str> =
        ["\\usepackage{booktabs}"].into_iter().chain(siunitx).chain(graphicx).collect();
    format!("% Needs {}.\n{text}", needs.join(" and "))
}

/// Makes what follows in braces as wide as the text, if it is wider.
const SHRINK: &str = "\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}";

fn put_table(text: &mut String, title: &str, table: &Table, label: &str, numbers: LatexNumbers) {
    let styles: Vec<ColumnStyle> =
        (0..table.columns.len()).map(|at| ColumnStyle::of(table, at, numbers)).collect();
    let caption: Vec<_> = table.caption.iter().map(|sentence| escape(sentence)).collect();
    let notes: Vec<_> = notes(table, "underlined").iter().map(|note| escape(note)).collect();
    let specification: String = styles.iter().map(ColumnStyle::specification).collect();
    let mut put = |line: Arguments<'_>| {
        writeln!(text, "{line}").expect("writing to a string never fails");
    };
    put(format_args!("\n\\begin{{table}}[t]"));
    put(format_args!("  \\centering"));
    // The class `article` leaves no room between a caption and the table below it.
    put(format_args!("  \\setlength{{\\belowcaptionskip}}{{6pt}}"));
    put(format_args!("  \\caption{{{}. {}}}", escape(title), caption.join(" ")));
    put(format_args!("  \\label{{tab:{}}}", reference(label)));
    let fit = Fit::of(table, &styles);
    if let Some(size) = fit.size {
        put(format_args!("  {size}"));
    }
    if numbers == LatexNumbers::Siunitx {
        let options = "detect-weight=true,table-align-text-post=false";
        put(format_args!("  \\sisetup{{{options}}}"));
    }
    if fit.tight {
        put(format_args!("  {SHRINK}{{%"));
    }
    put(format_args!(
        "  \\begin{{tabular}}{{{}{specification}{}}}",
        "l".repeat(table.row_headers.len()),
        if table.counts_runs { "r" } else { "" }
    ));
    put(format_args!("    \\toprule"));
    put_headers(&mut put, table, &styles);
    put(format_args!("    \\midrule"));
    for at in 0..table.rows.len() {
        if table.rows[at].rule_above && at > 0 {
            put(format_args!("    \\midrule"));
        }
        put(format_args!("    {} \\\\", row(table, at, &styles)));
    }
    put(format_args!("    \\bottomrule"));
    put(format_args!("  \\end{{tabular}}{}", if fit.tight { "%\n  }" } else { "" }));
    if !notes.is_empty() {
        put(format_args!("  \\par\\smallskip"));
        put(format_args!("  \\begin{{minipage}}{{\\linewidth}}\\footnotesize"));
        for note in notes {
            put(format_args!("    {note}"));
        }
        put(format_args!("  \\end{{minipage}}"));
    }
    put(format_args!("\\end{{table}}"));
}

/// The lines of headers; those of the labels and of the runs stand in the last one.
fn put_headers(put: &mut impl FnMut(Arguments<'_>), table: &Table, styles: &[ColumnStyle]) {
    // The first column of the tabular behind each column of numbers, from 1, and their end.
    let mut starts = vec![table.row_headers.len() + 1];
    for style in styles {
        starts.push(starts[starts.len() - 1] + style.tabular_columns());
    }
    for level in 0..table.levels() {
        let last = level + 1 == table.levels();
        let own = |header: &String| if last { escape(header) } else { String::new() };
        let mut cells: Vec<String> = table.row_headers.iter().map(own).collect();
        let mut rules = Vec::new();
        for span in table.header_spans(level) {
            let (start, end) = (starts[span.first], starts[span.first + span.columns]);
            cells.push(format!("\\multicolumn{{{}}}{{c}}{{{}}}", end - start, escape(span.text)));
            if span.columns > 1 {
                rules.push(format!("\\cmidrule(lr){{{start}-{}}}", end - 1));
            }
        }
        let runs = if last { "runs" } else { "" };
        cells.extend(table.counts_runs.then(|| runs.to_owned()));
        put(format_args!("    {} \\\\", cells.join(" & ")));
        if !rules.is_empty() {
            put(format_args!("    {}", rules.join(" ")));
        }
    }
}

fn row(table: &Table, at: usize, styles: &[ColumnStyle]) -> String {
    let row = &table.rows[at];
    let labels = table.shown_labels(at);
    let innermost = labels.len().saturating_sub(1);
    let label = |(level, label): (usize, Option<&str>)| {
        let published = level == innermost && row.origin == Origin::Published;
        let sign = if published { "\\textsuperscript{p}" } else { "" };
        format!("{}{sign}", escape(label.unwrap_or_default()))
    };
    let mut cells: Vec<String> = labels.into_iter().enumerate().map(label).collect();
    cells.extend(styles.iter().zip(&row.cells).map(|(style, cell)| style.cell(cell)));
    let runs = || row.runs.map_or_else(|| "--".to_owned(), |runs| runs.to_string());
    cells.extend(table.counts_runs.then(runs));
    cells.join(" & ")
}

/// How a table gets onto a page of the class `article`.
struct Fit {
    /// The largest size of letters at which it should fit, where that is not the size of the text.
    size: Option<&'static str>,
    /// It may not fit even so: what is known of widths are numbers of characters.
    tight: bool,
}

impl Fit {
    fn of(table: &Table, styles: &[ColumnStyle]) -> Self {
        // In points: a character of a 10 pt font (digits are wider, points and brackets narrower),
        // and the width of the text.
        const CHARACTER: f64 = 4.7;
        const PAGE: f64 = 345.0;
        // Wide letters make texts at the most this much wider.
        const SURE: f64 = 0.85;
        let count = |text: &str| text.chars().count();
        let label = |level: usize| {
            let labels = table.rows.iter().map(|row| count(&row.labels[level]));
            labels.max().unwrap_or(0).max(count(&table.row_headers[level]))
        };
        let labels: usize = (0..table.row_headers.len()).map(label).sum();
        let number = |(style, column): (&ColumnStyle, &Column)| {
            style.width().max(column.headers.last().map_or(0, |header| count(header)))
        };
        let numbers: usize = styles.iter().zip(&table.columns).map(number).sum();
        let runs = if table.counts_runs { "runs".len() } else { 0 };
        let columns = table.row_headers.len() + styles.len() + usize::from(table.counts_runs);
        let width = |scale: f64, gap: f64| {
            (labels + numbers + runs) as f64 * CHARACTER * scale + columns as f64 * gap
        };
        let smallest = (0.7, 6.0, Some("\\scriptsize\\setlength{\\tabcolsep}{3pt}"));
        let sizes = [
            (1.0, 12.0, None),
            (0.9, 12.0, Some("\\small")),
            (0.8, 8.0, Some("\\footnotesize\\setlength{\\tabcolsep}{4pt}")),
        ];
        let fits = sizes.into_iter().find(|(scale, gap, _)| width(*scale, *gap) <= PAGE);
        let (scale, gap, size) = fits.unwrap_or(smallest);
        Self { size, tight: width(scale, gap) > PAGE * SURE }
    }
}
