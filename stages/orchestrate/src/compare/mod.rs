//! `orchestrate compare RUN_A RUN_B`: two runs beside each other. The stage of the same name makes
//! the tables of one run.

mod command;
mod metrics;
mod moved;
mod page;
mod reasons;
mod sheet;
mod structure;
mod tell;
#[cfg(test)]
mod tests;
mod variables;

pub(crate) use command::Compare;
