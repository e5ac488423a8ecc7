//! How things look as text.

mod duration;
mod failure;
mod line;
mod parameters;
mod sample;
mod schema;
mod state;
mod table;

pub(crate) use duration::duration;
pub(crate) use failure::failure;
pub(crate) use line::AddLine;
pub(crate) use parameters::{markdown, text};
pub(crate) use sample::sample;
pub(crate) use schema::{Parameter, parameters};
pub(crate) use state::{counts, node_name, reasons, state_word};
pub(crate) use table::{columns, wrap};
