//! Any program as a stage: what it reads and writes is declared, the rest is its own business.
//!
//! An experiment says which program to run, on which inputs, and which files it is made of. The
//! parameters become a command line by filling in *placeholders* such as `{inputs.slices}`; the
//! program's own files are listed as *sources*, so that a change of one of them makes its results
//! old. The protocol for programs is in `docs/protocol.md`.

mod check;
mod command;
mod glob;
mod listing;
mod one_of;
mod params;
mod placeholder;
mod port;
mod run;
mod source_dir;
mod stage;

pub use params::CommandParams;
pub use port::{InputParams, OutputParams};
pub use run::Run;
pub use stage::Command;
