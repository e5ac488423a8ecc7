//! A table as plain data, before it becomes Markdown, LaTeX, HTML, CSV or Typst.

use crate::number::Mark;
use crate::significance::Verdict;

/// One table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    /// What the table shows, below its title; plain text, one sentence each.
    pub(crate) caption: Vec<String>,
    /// Headers of the columns of labels, outermost first; at least one.
    pub(crate) row_headers: Vec<String>,
    /// The columns of numbers.
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
    /// Whether a last column counts runs, because the rows differ in them.
    pub(crate) counts_runs: bool,
    /// Plain text, one sentence each.
    pub(crate) notes: Vec<String>,
    /// What the signs of significance mean, in plain text; none without tests.
    pub(crate) signs: Option<String>,
}

/// A column of numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    /// One text per level, outermost first; all columns of a table have as many, at least one.
    /// The arrows `↑` and `↓` in a text say which values are better.
    pub(crate) headers: Vec<String>,
}

/// One row of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// One text per row header, outermost first.
    pub(crate) labels: Vec<String>,
    /// One per column.
    pub(crate) cells: Vec<Cell>,
    /// Runs behind the row; none where nobody counted them (published numbers) or where its
    /// entries differ.
    pub(crate) runs: Option<u32>,
    /// Where the numbers come from.
    pub(crate) origin: Origin,
    /// Whether a rule separates the row from the one before it.
    pub(crate) rule_above: bool,
}

/// Where the numbers of a row come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Runs of this experiment.
    Measured,
    /// A publication; a note names it.
    Published,
}

/// One entry; without a value it is undefined or missing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cell {
    pub(crate) value: Option<Digits>,
    pub(crate) spread: Spread,
    /// How many repetitions are behind the value, where the entry itself says it (`n = 2`),
    /// because the entries of its row differ.
    pub(crate) n: Option<u32>,
    pub(crate) mark: Mark,
    pub(crate) verdict: Verdict,
}

/// A number as it is printed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Digits {
    /// Decimal digits, as many after the point as in the rest of its column.
    pub(crate) text: String,
    /// The same number in full precision, in the unit that is printed.
    pub(crate) exact: f64,
}

/// What stands beside a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Spread {
    /// Nothing: a single repetition, or a statistic without one.
    None,
    /// A standard deviation.
    Std(Digits),
    /// From and to: quartiles, or a confidence interval.
    Range(Digits, Digits),
}

/// Neighbouring columns under one header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeaderSpan<'a> {
    /// The header.
    pub(crate) text: &'a str,
    /// The first column, from 0.
    pub(crate) first: usize,
    /// How many columns.
    pub(crate) columns: usize,
}

impl Table {
    /// Levels of column headers.
    pub(crate) fn levels(&self) -> usize {
        self.columns.iter().map(|column| column.headers.len()).max().unwrap_or(1)
    }

    /// The headers of a level, from 0, the outermost: neighbours with the same texts down to this
    /// level share one; on the last level every column has its own.
    pub(crate) fn header_spans(&self, level: usize) -> Vec<HeaderSpan<'_>> {
        let last = level + 1 == self.levels();
        let mut spans: Vec<HeaderSpan<'_>> = Vec::new();
        for (at, column) in self.columns.iter().enumerate() {
            let joins = at > 0
                && !last
                && self.columns[at - 1].headers.get(..=level) == column.headers.get(..=level);
            match spans.last_mut() {
                Some(span) if joins => span.columns += 1,
                _ => {
                    let text = column.headers.get(level).map_or("", String::as_str);
                    spans.push(HeaderSpan { text, first: at, columns: 1 });
                }
            }
        }
        spans
    }

    /// The labels of a row that differ from those of the row above, none where one repeats; the
    /// innermost is always there, and below a rule all are.
    pub(crate) fn shown_labels(&self, row: usize) -> Vec<Option<&str>> {
        let labels = &self.rows[row].labels;
        let above = row.checked_sub(1).map(|above| &self.rows[above].labels);
        let repeats = |level: usize| {
            level + 1 < labels.len()
                && !self.rows[row].rule_above
                && above.is_some_and(|above| above[..=level] == labels[..=level])
        };
        let labels = labels.iter().enumerate();
        labels.map(|(level, label)| (!repeats(level)).then_some(label.as_str())).collect()
    }
}

#[cfg(test)]
impl Cell {
    /// An entry without spread or mark.
    pub(crate) fn plain(text: &str) -> Self {
        let exact = text.parse().expect("a number");
        Self {
            value: Some(Digits { text: text.to_owned(), exact }),
            spread: Spread::None,
            n: None,
            mark: Mark::None,
            verdict: Verdict::Untested,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(headers: &[&[&str]], labels: &[(&[&str], bool)]) -> Table {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let row = |(labels, rule_above): &(&[&str], bool)| Row {
            labels: texts(labels),
            cells: headers.iter().map(|_| Cell::plain("1.0")).collect(),
            runs: None,
            origin: Origin::Measured,
            rule_above: *rule_above,
        };
        Table {
            caption: Vec::new(),
            row_headers: texts(&["a", "b"]),
            columns: headers.iter().map(|headers| Column { headers: texts(headers) }).collect(),
            rows: labels.iter().map(row).collect(),
            counts_runs: false,
            notes: Vec::new(),
            signs: None,
        }
    }

    #[test]
    fn neighbours_share_the_headers_of_outer_levels() {
        let table = table(&[&["Dice", "RV"], &["Dice", "RV"], &["HD", "RV"], &["Dice", "LV"]], &[]);
        let spans = |level| {
            let spans = table.header_spans(level);
            spans.iter().map(|span| (span.text, span.first, span.columns)).collect::<Vec<_>>()
        };
        assert_eq!(table.levels(), 2);
        assert_eq!(spans(0), [("Dice", 0, 2), ("HD", 2, 1), ("Dice", 3, 1)]);
        assert_eq!(spans(1), [("RV", 0, 1), ("RV", 1, 1), ("RV", 2, 1), ("LV", 3, 1)]);
    }

    #[test]
    fn a_label_that_repeats_is_shown_once_in_a_group() {
        let rows: [(&[&str], bool); 4] = [
            (&["5 %", "ours"], false),
            (&["5 %", "ours"], false),
            (&["5 %", "full"], true),
            (&["10 %", "full"], false),
        ];
        let table = table(&[&["RV"]], &rows);
        let shown: Vec<_> = (0..4).map(|row| table.shown_labels(row)).collect();
        assert_eq!(shown[0], [Some("5 %"), Some("ours")]);
        assert_eq!(shown[1], [None, Some("ours")]);
        assert_eq!(shown[2], [Some("5 %"), Some("full")]);
        assert_eq!(shown[3], [Some("10 %"), Some("full")]);
    }
}
