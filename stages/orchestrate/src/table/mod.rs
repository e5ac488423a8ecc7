//! `orchestrate table`: tables of any layout over the metrics of runs, without running anything.

mod arguments;
mod command;
mod layout;
mod output;
mod rows;

pub(crate) use command::Table;
