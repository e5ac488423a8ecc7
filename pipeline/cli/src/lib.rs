//! The command line: how a person talks to the pipeline.
//!
//! A program hands [`main`] its registry of stages, the commands that only it has, and says what it
//! is called; everything else (arguments, environment, clock, terminal, signals, exit status) is
//! handled here, and only here.

mod added;
mod app;
mod arguments;
mod capacity;
mod colour;
mod commands;
mod console;
mod doctor;
mod error;
mod interrupt;
mod journal;
mod logging;
mod pace;
mod progress;
mod recorded;
mod render;
mod surroundings;
mod trace;
mod ui;
mod workers;

pub use added::{AddedCommand, CommandContext, Ending, WorkProgress, arguments};
pub use app::{About, main};
pub use arguments::PlaceArguments;
pub use recorded::{PlacedArtifact, RecordedArtifact, RecordedRun, RunFiles};
pub use render::{command_line, duration};
