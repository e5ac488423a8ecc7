//! One column of numbers: its specification and its entries.

use super::escape::escape;
use crate::layout::{Cell, Table};
use crate::number::Mark;
use crate::render::entry::{Extent, Number, Shown};

/// How the numbers of a column line up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LatexNumbers {
    /// By invisible digits where an entry has fewer than others; needs no package.
    Plain,
    /// In `S` columns of siunitx; bold digits line up too.
    Siunitx,
}

impl LatexNumbers {
    /// With siunitx if asked for.
    pub(crate) fn of(siunitx: bool) -> Self {
        if siunitx { Self::Siunitx } else { Self::Plain }
    }
}

/// How a column is set.
pub(super) struct ColumnStyle {
    extent: Extent,
    /// Whether the values stand in an `S` column; what stands beside them has one of its own.
    siunitx: bool,
}

impl ColumnStyle {
    pub(super) fn of(table: &Table, at: usize, numbers: LatexNumbers) -> Self {
        let cells = || table.rows.iter().map(|row| &row.cells[at]);
        // Bounds such as `<0.001` are no numbers to siunitx, and a range has no value.
        let fits = |cell: &Cell| match Shown::of(cell) {
            Shown::Missing => true,
            Shown::Number(number) => number.is_decimal(),
            Shown::Range(_) => false,
        };
        let siunitx = numbers == LatexNumbers::Siunitx && cells().all(fits);
        Self { extent: Extent::of(cells()), siunitx }
    }

    /// How many columns it takes in the `tabular`.
    pub(super) fn tabular_columns(&self) -> usize {
        if self.siunitx && self.extent.beside + self.extent.count > 0 { 2 } else { 1 }
    }

    /// Characters of its widest entry; bold ones are wider by one in six.
    pub(super) fn width(&self) -> usize {
        let width = self.extent.width();
        if self.extent.has_best { width + width.div_ceil(6) } else { width }
    }

    /// What stands for it in the head of the `tabular`.
    pub(super) fn specification(&self) -> String {
        if !self.siunitx {
            return "l".to_owned();
        }
        let sign = if self.extent.sign > 0 { "-" } else { "" };
        let (whole, fraction) = (self.extent.whole.max(1), self.extent.fraction.saturating_sub(1));
        let beside = if self.tabular_columns() == 2 { "@{~}l" } else { "" };
        format!("S[table-format={sign}{whole}.{fraction}]{beside}")
    }

    /// An entry, over all columns of the `tabular` that belong to it.
    pub(super) fn cell(&self, cell: &Cell) -> String {
        match Shown::of(cell) {
            Shown::Missing => self.spanning("--"),
            Shown::Range(range) => format!("{}{}", digits(&range), sign_of(cell)),
            Shown::Number(number) if self.siunitx => self.siunitx_cell(cell, &number),
            Shown::Number(number) => self.plain_cell(cell, &number),
        }
    }

    /// A text in the middle of the column.
    fn spanning(&self, text: &str) -> String {
        format!("\\multicolumn{{{}}}{{c}}{{{text}}}", self.tabular_columns())
    }

    fn plain_cell(&self, cell: &Cell, number: &Number<'_>) -> String {
        let extent = &self.extent;
        let sign = number.sign.map_or(String::new(), String::from);
        let missing_sign = if extent.sign > sign.len() { "$-$" } else { "" };
        let zeros = "0".repeat(extent.whole - number.whole.len());
        let before = phantom(&format!("{missing_sign}{zeros}"));
        let beside = self.beside(number, extent.fraction - number.fraction.len());
        let gap = if beside.is_empty() { "" } else { " " };
        let value = format!("{}{}{}{gap}{beside}", digits(&sign), number.whole, number.fraction);
        let value = match cell.mark {
            Mark::Best => format!("\\textbf{{{value}}}"),
            Mark::Second => format!("\\underline{{{value}}}"),
            Mark::None => value,
        };
        format!("{before}{value}{}", sign_of(cell))
    }

    /// What stands beside a value, behind room for so many digits and for those that others of the
    /// column have.
    fn beside(&self, number: &Number<'_>, mut gap: usize) -> String {
        let parts = [(&number.beside, self.extent.beside), (&number.count, self.extent.count)];
        let mut shown = Vec::new();
        for (part, width) in parts {
            gap += width - part.len();
            if !part.is_empty() {
                shown.push(format!("{}{}", phantom(&"0".repeat(gap)), digits(part)));
                gap = 0;
            }
        }
        shown.join(" ")
    }

    /// A number that siunitx reads, and what it shall not read in a column of its own.
    fn siunitx_cell(&self, cell: &Cell, number: &Number<'_>) -> String {
        let bold = if cell.mark == Mark::Best { "\\bfseries " } else { "" };
        let sign = number.sign.map_or(String::new(), String::from);
        let value = format!("{sign}{}{}", number.whole, number.fraction);
        // An underlined number would be a text to siunitx; its line is drawn below it instead.
        let line = match cell.mark {
            Mark::Second => format!("\\llap{{\\underline{{\\phantom{{\\num{{{value}}}}}}}}}"),
            Mark::Best | Mark::None => String::new(),
        };
        let braced = |text: &str| match text {
            "" => String::new(),
            text => format!("{{{text}}}"),
        };
        let beside = self.beside(number, 0);
        let sign = sign_of(cell);
        if beside.is_empty() {
            let further = if self.tabular_columns() == 2 { " &" } else { "" };
            return format!("{bold}{value}{}{further}", braced(&format!("{line}{sign}")));
        }
        let beside = match cell.mark {
            Mark::Best => format!("\\textbf{{{beside}}}"),
            Mark::Second | Mark::None => beside,
        };
        format!("{bold}{value}{} & {beside}{sign}", braced(&line))
    }
}

/// A sign of significance that takes no room, so that the numbers of a column stay aligned.
fn sign_of(cell: &Cell) -> String {
    match cell.verdict.sign() {
        Some('†') => "\\rlap{$^{\\dagger}$}".to_owned(),
        Some('‡') => "\\rlap{$^{\\ddagger}$}".to_owned(),
        Some(other) => format!("\\rlap{{{}}}", escape(&other.to_string())),
        None => String::new(),
    }
}

fn phantom(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\\phantom{{{text}}}") }
}

/// Digits with the signs of mathematics.
fn digits(text: &str) -> String {
    text.replace('-', "$-$").replace('<', "$<$").replace('=', "$=$")
}
