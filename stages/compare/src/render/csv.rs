//! Comma-separated values, as RFC 4180 says: for programs, in full precision.
//!
//! A spreadsheet takes a field that begins with `=`, `+`, `-` or `@` for a formula and runs it.
//! Labels (names that somebody chose) that begin so, or with a space, a tab or an apostrophe,
//! therefore get an apostrophe before them, which a spreadsheet does not show; taking one leading
//! apostrophe away gives the label back. A label that is a number stays as it is.

use crate::layout::{Cell, Column, Origin, Spread, Table};

/// One field, quoted where its content needs it.
pub(crate) fn csv_field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// A field that holds a label: no formula, and no control character but line breaks and tabs.
pub(crate) fn csv_label(label: &str) -> String {
    let clean = |c: char| if c.is_control() && !matches!(c, '\n' | '\r' | '\t') { ' ' } else { c };
    let label: String = label.chars().map(clean).collect();
    let is_formula = label.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', ' ', '\'',
        // What some spreadsheets read as these.
        '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\u{2212}',
    ]);
    if is_formula && !is_number(&label) {
        return csv_field(&format!("'{label}"));
    }
    csv_field(&label)
}

fn is_number(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    text.bytes().all(plain) && text.parse::<f64>().is_ok()
}

/// A table with a line per row and one or more fields per column: the value in full precision, and
/// where a column has them, the standard deviation (`… std`), the ends of the range (`… low`,
/// `… high`), the repetitions behind an entry (`… n`) and the verdict of its test (`… verdict`).
/// The levels of a header are joined by ` / `. The last fields count the runs of the row and say
/// whether it was `measured` or `published`.
pub(crate) fn table_csv(table: &Table) -> String {
    let fields: Vec<Vec<Field>> =
        (0..table.columns.len()).map(|at| Field::of_column(table, at)).collect();
    let header = |(column, fields): (&Column, &Vec<Field>)| {
        let name = column.headers.join(" / ");
        let header = |field: &Field| csv_label(&format!("{name}{}", field.suffix()));
        fields.iter().map(header).collect::<Vec<_>>()
    };
    let headers = table.columns.iter().zip(&fields).flat_map(header);
    let labels = table.row_headers.iter().map(|header| csv_label(header));
    let last = ["runs", "origin"].map(str::to_owned);
    let mut text = line(labels.chain(headers).chain(last));
    for row in &table.rows {
        let labels = row.labels.iter().map(|label| csv_label(label));
        let cells = row.cells.iter().zip(&fields);
        let numbers = cells.flat_map(|(cell, fields)| fields.iter().map(|field| field.of(cell)));
        let origin = match row.origin {
            Origin::Measured => "measured",
            Origin::Published => "published",
        };
        let last = [row.runs.map(|runs| runs.to_string()).unwrap_or_default(), origin.to_owned()];
        text.push_str(&line(labels.chain(numbers).chain(last)));
    }
    text
}

fn line(fields: impl Iterator<Item = String>) -> String {
    format!("{}\n", fields.collect::<Vec<_>>().join(","))
}

/// What a field says of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Value,
    Std,
    Low,
    High,
    Count,
    Verdict,
}

impl Field {
    /// The value, and what else an entry of the column has.
    fn of_column(table: &Table, at: usize) -> Vec<Self> {
        let all = [Self::Value, Self::Std, Self::Low, Self::High, Self::Count, Self::Verdict];
        let has = |field: &Self, cell: &Cell| match field {
            Self::Value => true,
            Self::Std => matches!(cell.spread, Spread::Std(_)),
            Self::Low | Self::High => matches!(cell.spread, Spread::Range(..)),
            Self::Count => cell.n.is_some(),
            Self::Verdict => cell.verdict.sign().is_some(),
        };
        let there = |field: &Self| table.rows.iter().any(|row| has(field, &row.cells[at]));
        all.into_iter().filter(there).collect()
    }

    /// What stands in the header behind the column's name.
    fn suffix(self) -> &'static str {
        match self {
            Self::Value => "",
            Self::Std => " std",
            Self::Low => " low",
            Self::High => " high",
            Self::Count => " n",
            Self::Verdict => " verdict",
        }
    }

    fn of(self, cell: &Cell) -> String {
        let number = match (self, &cell.spread) {
            (Self::Value, _) => cell.value.as_ref(),
            (Self::Std, Spread::Std(digits))
            | (Self::Low, Spread::Range(digits, _))
            | (Self::High, Spread::Range(_, digits)) => Some(digits),
            (Self::Count, _) => return cell.n.map(|n| n.to_string()).unwrap_or_default(),
            (Self::Verdict, _) => return cell.verdict.as_str().to_owned(),
            _ => None,
        };
        number.map(|digits| digits.exact.to_string()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{csv_field, csv_label};

    #[test]
    fn quotes_only_what_needs_it() {
        assert_eq!(csv_field("Ours (KL)"), "Ours (KL)");
        assert_eq!(csv_field("a,b"), "\"a,b\"");
        assert_eq!(csv_field("say \"ja\""), "\"say \"\"ja\"\"\"");
        assert_eq!(csv_field("two\nlines"), "\"two\nlines\"");
    }

    #[test]
    fn a_label_is_never_a_formula() {
        for label in ["=1+1", "+x", "-x", "@SUM(A1)", "\t=1", " =1", "＝1", "-inf", "+nan", "'=1"]
        {
            assert_eq!(csv_label(label), format!("'{label}"));
        }
        assert_eq!(csv_label("=HYPERLINK(\"a\",\"b\")"), "\"'=HYPERLINK(\"\"a\"\",\"\"b\"\")\"");
        assert_eq!(csv_label("\r=1"), "\"'\r=1\"");
    }

    #[test]
    fn numbers_and_names_stay_as_they_are() {
        for label in ["-1", "+0.5", "1e-5", "-2.5e3", "a=b", "x-y", "a@b", "5 %", "µ"] {
            assert_eq!(csv_label(label), label);
        }
        assert_eq!(csv_label("a\u{0}b\u{1b}[31m"), "a b [31m");
    }
}
