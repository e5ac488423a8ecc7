//! A page on this machine that shows runs while they go on: a small HTTP server and what a browser
//! loads from it.
//!
//! The crate knows runs only as plain data ([`RunChange`], [`NodeChange`]) that somebody hands it
//! through [`Runs`]. It answers on loopback addresses alone, to requests that carry the secret of
//! this process and come from its own page.

mod address;
mod answer;
mod asset;
mod body;
mod connection;
mod cookie;
mod deadline;
mod guard;
mod log_line;
mod model;
mod picture;
mod route;
mod runs;
mod secret;
mod serve;
mod service;
mod stream;

pub use address::{Binding, UiError};
pub use log_line::{Level, LogLine};
pub use model::{
    Failure, LogChange, NodeChange, NodeState, Pictures, Point, Progress, RunCard, RunChange,
    RunName, RunState, RunsChange, Tally,
};
pub use picture::pictures;
pub use runs::{Runs, StopRefusal};
pub use serve::Server;
