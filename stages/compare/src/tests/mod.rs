//! The whole stage on metrics small enough to average by hand.

mod blocks;
mod documentation;
mod golden;
mod inputs;
pub(crate) mod long;
mod numbers;
mod one_sided;
mod published;
mod schema;
mod significance;
mod tables;
mod toy;
