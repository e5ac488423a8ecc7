//! One pass over metric rows, many or few: every combination of the wanted fields to the mean of its
//! values.
//!
//! Text columns become numbers once per dictionary, a row becomes one number made of those of its
//! fields, and rows are then counted into groups. Only the columns that are needed are read. The
//! values of a group are added in ascending order, so that a mean depends neither on the order of
//! the rows nor on how they are cut into batches nor on threads.

mod coded;
mod groups;
mod keys;
mod meaning;
mod pass;
mod request;
mod scores;
mod source;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use pass::scores;
pub(crate) use request::Request;
pub(crate) use scores::{Score, Scores, Tally};
pub use source::MetricRows;
pub(crate) use words::Words;
