//! The stage `compare`: the metrics of all methods and seeds to one long table, a comparison and
//! the tables of a paper.
//!
//! A class score is the mean over the scans of one run, the headline is the mean over the
//! foreground classes, and both are then averaged over the runs that differ only in the variables
//! `over` (the seeds). Undefined values are left out and counted; the tables of a paper show the
//! ranking value, where a surface distance of a structure that only one mask has counts as the
//! diagonal of the grid.

mod aggregate;
mod collect;
mod comparison;
mod error;
mod frame;
mod groups;
mod layout;
mod long;
mod number;
mod paper;
mod params;
mod published;
mod query;
mod render;
mod schema;
mod significance;
mod stage;
#[cfg(test)]
mod tests;

pub use error::CompareError;
pub use paper::{AcrossName, LayoutParams, MadeTable, StatisticName, TableFormat, TableRequest};
pub use params::{CheckpointName, CompareParams, GridName};
pub use published::{
    Published, PublishedEntry, PublishedRow, PublishedTable, PublishedUnit, UnknownPublished,
    published,
};
pub use query::MetricRows;
pub use schema::{COMPARISON, SIGNIFICANCE};
pub use significance::{
    BootstrapParams, CorrectionName, IntervalName, SignificanceParams, TestName,
};
pub use stage::Compare;
