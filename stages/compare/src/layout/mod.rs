//! The tables as a person reads them, before they become Markdown or LaTeX.
//!
//! Every combination of a dataset and of the variables that are neither rows nor averaged over is
//! a block: the main table (class scores on one grid, of one checkpoint) and a second one (the
//! mean over classes on every grid and of every checkpoint).

mod block;
mod caption;
mod rows;
mod sections;

pub(crate) use block::{Block, blocks};
pub(crate) use caption::{metric_and_unit, of_literature, slug};
pub(crate) use rows::{RowValue, unknown_values};
pub(crate) use sections::{Section, Sections};

use crate::number::Mark;
use crate::significance::Verdict;

/// One table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    /// What the table shows, below the block's title; plain text, one sentence each.
    pub(crate) caption: Vec<String>,
    /// Header of the first column.
    pub(crate) row_header: String,
    /// Headers of the number columns.
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Row>,
    /// Whether the last column counts runs, because the rows differ in them.
    pub(crate) counts_runs: bool,
    /// Plain text, one sentence each.
    pub(crate) notes: Vec<String>,
    /// What the signs of significance mean, in plain text; none without tests.
    pub(crate) signs: Option<String>,
}

/// One row of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) cells: Vec<Cell>,
    /// Runs behind the row.
    pub(crate) runs: u32,
}

/// One entry; without a mean it is undefined or missing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cell {
    pub(crate) mean: Option<String>,
    pub(crate) std: Option<String>,
    pub(crate) mark: Mark,
    pub(crate) verdict: Verdict,
}
