//! Whether rows differ from a reference row by more than chance.
//!
//! Subjects are the unit: the value of a subject is the mean over its scans in a run, then over the
//! runs, and two rows are paired by subject. Seeds are repetitions, not subjects, and add no
//! degrees of freedom. All comparisons on one grid and of one checkpoint (metric by class by row)
//! are one family for the correction.

mod family;
mod note;
mod paired;
mod params;
mod sheets;
mod subjects;
mod table;

pub(crate) use family::Significance;
pub(crate) use note::{correction, note, range, test_name};
pub(crate) use paired::{Verdict, pairs};
pub use params::{BootstrapParams, CorrectionName, IntervalName, SignificanceParams, TestName};
pub(crate) use sheets::sheets;
pub(crate) use subjects::Scores as Subjects;
pub(crate) use table::{csv, significance_batch};
