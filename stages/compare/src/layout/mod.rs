//! The tables as a person reads them, before they become Markdown or LaTeX.
//!
//! Every combination of a dataset and of the variables that are neither rows nor averaged over is
//! a block: the main table (class scores on one grid, of one checkpoint) and a second one (the
//! mean over classes on every grid and of every checkpoint).

mod block;
mod caption;
mod rows;
mod sections;
mod table;

pub(crate) use block::{Block, blocks};
pub(crate) use caption::{
    checkpoint_note, grid_note, listed as listed_runs, metric_and_unit, of_literature,
    scoring_notes, slug,
};
pub(crate) use rows::{RowValue, unknown_values};
pub(crate) use sections::{Section, Sections};
pub(crate) use table::{Cell, Column, Digits, Origin, Row, Spread, Table};
