//! The command line: how a person talks to the pipeline.
//!
//! A program hands [`main`] its registry of stages and says what it is called; everything else
//! (arguments, environment, clock, terminal, signals, exit status) is handled here, and only here.

mod app;
mod arguments;
mod capacity;
mod commands;
mod console;
mod error;
mod interrupt;
mod logging;
mod progress;
mod render;
mod surroundings;
mod workers;

pub use app::{About, main};
