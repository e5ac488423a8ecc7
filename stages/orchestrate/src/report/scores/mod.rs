//! The values of every subject: read from the run's metrics, averaged over seeds, shown as a table
//! that a script makes sortable.

mod choice;
mod data;
mod read;
mod rows;
#[cfg(test)]
pub(super) mod tests;
mod view;

#[cfg(test)]
pub(super) use choice::Choice;
pub(super) use data::Scores;
pub(super) use read::read_scores;
pub(super) use view::{DATA_ID, drilldown};
