//! `orchestrate export`: the results of a run for other programs.

mod arguments;
mod command;
mod folders;
mod labels;
mod lineage;
mod mistake;
mod mlflow;
mod mlflow_run;
mod node_source;
mod predictions;
mod scores;
mod tensorboard;
mod times;

pub(crate) use command::Export;
