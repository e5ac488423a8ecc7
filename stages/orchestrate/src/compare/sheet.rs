//! A table as aligned text and as Markdown.

/// Rows of cells under a heading.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

#[derive(Debug, Clone)]
struct Column {
    heading: String,
    number: bool,
}

impl Sheet {
    /// Adds a column of words.
    pub(super) fn words(&mut self, heading: &str) {
        self.columns.push(Column { heading: heading.to_owned(), number: false });
    }

    /// Adds a column of numbers, which end at the same place.
    pub(super) fn numbers(&mut self, heading: &str) {
        self.columns.push(Column { heading: heading.to_owned(), number: true });
    }

    /// Adds a row, a cell for each column.
    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Aligned columns, two spaces apart.
    pub(super) fn text(&self, indent: &str) -> String {
        let headings: Vec<String> =
            self.columns.iter().map(|column| column.heading.clone()).collect();
        let all: Vec<Vec<String>> = std::iter::once(&headings)
            .chain(&self.rows)
            .map(|row| row.iter().map(|cell| plain(cell)).collect())
            .collect();
        let width = |at: usize| {
            all.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max()
        };
        let widths: Vec<usize> =
            (0..self.columns.len()).map(|at| width(at).unwrap_or_default()).collect();
        let mut text = String::new();
        for row in &all {
            let mut line = indent.to_owned();
            for ((cell, column), width) in row.iter().zip(&self.columns).zip(&widths) {
                let gap = " ".repeat(width - cell.chars().count());
                let cell =
                    if column.number { format!("{gap}{cell}") } else { format!("{cell}{gap}") };
                line.push_str(&cell);
                line.push_str("  ");
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// A table of GitHub's Markdown.
    pub(super) fn markdown(&self) -> String {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let mut text = line(self.columns.iter().map(|column| escaped(&column.heading)).collect());
        let rule = |column: &Column| if column.number { "---:" } else { "---" }.to_owned();
        text.push_str(&line(self.columns.iter().map(rule).collect()));
        for row in &self.rows {
            text.push_str(&line(row.iter().map(|cell| escaped(cell)).collect()));
        }
        text
    }
}

/// A text that does nothing to a terminal, in one line.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}

/// A text that Markdown shows as it is.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in plain(text).chars() {
        if "\\`*_[]<#|~$&".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_end_and_words_begin_at_the_same_place() {
        let mut sheet = Sheet::default();
        sheet.words("a");
        sheet.numbers("number");
        sheet.words("end");
        sheet.row(vec!["é|\u{1b}[1m".to_owned(), "1.5".to_owned(), String::new()]);
        sheet.row(vec!["x".to_owned(), "-10.5".to_owned(), "*y*".to_owned()]);
        let expected = " a       number  end\n é|\u{FFFD}[1m     1.5\n x        -10.5  *y*\n";
        assert_eq!(sheet.text(" "), expected);
        let expected = "| a | number | end |\n| --- | ---: | --- |\n\
                        | é\\|\u{FFFD}\\[1m | 1.5 |  |\n| x | -10.5 | \\*y\\* |\n";
        assert_eq!(sheet.markdown(), expected);
    }
}
