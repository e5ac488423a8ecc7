//! How things look as text.

mod duration;
mod failure;
mod history;
mod line;
mod log;
mod parameters;
mod progress;
mod sample;
mod schema;
mod shell;
mod size;
mod state;
mod status;
mod table;

pub use duration::duration;
pub(crate) use failure::failure;
pub(crate) use history::{history, status_word};
pub(crate) use line::AddLine;
pub(crate) use log::log_line;
pub(crate) use parameters::{markdown, text};
pub(crate) use progress::{metrics, time_left};
pub(crate) use sample::sample;
pub(crate) use schema::{Parameter, parameters};
pub use shell::command_line;
pub(crate) use size::size;
pub(crate) use state::{counts, node_name, reasons, state_word};
pub(crate) use status::{ended, interrupted, running};
pub(crate) use table::{columns, wrap};
