//! Tables of a layout of one's own: which fields are rows and columns, which rows count, which
//! statistic stands in the entries.
//!
//! A number of a table comes about in this order: the values of a class in a run are averaged over
//! its scans; for the mean over classes, these scores are averaged over the classes; and the
//! statistic is taken over the runs that differ only in `over`. With `across: subjects` it is taken
//! over subjects instead, each of which is the mean over its scans in a run, then over the runs.

mod arrow;
mod axis;
mod caption;
mod cells;
mod layout;
mod make;
mod marks;
mod names;
mod plan;
mod published_rows;
mod statistic;
mod tested;
#[cfg(test)]
mod tests;

pub use layout::{AcrossName, LayoutParams, StatisticName};
pub(crate) use make::warnings_of;
pub use make::{MadeTable, TableFormat, TableRequest};
