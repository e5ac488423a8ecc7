//! The commands, each a file.

mod explain;
mod export;
mod graph;
mod plan;
mod run;
mod session;
mod show;
mod stages;

pub(crate) use explain::explain;
pub(crate) use graph::graph;
pub(crate) use plan::plan;
pub(crate) use run::run;
pub(crate) use session::{Loaded, Session};
pub(crate) use show::show;
pub(crate) use stages::stages;
