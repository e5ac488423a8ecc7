//! `orchestrate data`: what people do with a dataset before an experiment.

mod arguments;
mod check;
mod command;
mod list;
mod mistake;
mod preview;
mod show;

pub(crate) use command::Data;
