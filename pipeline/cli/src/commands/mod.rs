//! The commands, each a file.

mod against;
mod completions;
mod doctor;
mod explain;
mod export;
mod gc;
mod graph;
mod logs;
mod man;
mod plan;
mod rerun;
mod run;
mod runs;
mod schema;
mod session;
mod show;
mod stages;
mod status;
mod verify;

pub(crate) use completions::completions;
pub(crate) use doctor::doctor;
pub(crate) use explain::explain;
pub(crate) use gc::gc;
pub(crate) use graph::graph;
pub(crate) use logs::logs;
pub(crate) use man::man;
pub(crate) use plan::plan;
pub(crate) use run::run;
pub(crate) use runs::{experiments, no_run};
pub(crate) use schema::schema;
pub(crate) use session::{Loaded, Session, unknown};
pub(crate) use show::show;
pub(crate) use stages::stages;
pub(crate) use status::status;
pub(crate) use verify::verify;
