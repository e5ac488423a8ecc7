//! Measures the repository's programs beside others: the program behind `cargo xtask bench`.
//!
//! All contestants get the same work, and all of them are measured in one run, turn by turn, so that
//! whatever else the machine does falls on all alike. Only ratios within one run mean something.
//! `session` and `part` are about the engine beside other tools for graphs of commands, `train` is
//! about a training step beside PyTorch's, `mi` about one of its losses beside the published form,
//! `imaging` about volumes, slices and metrics beside Python's libraries, `tables` about a table over
//! many rows beside Python's.

mod arguments;
mod bare_loop;
mod dag;
mod device;
mod error;
mod experiment;
mod imaging;
mod machine;
mod measure;
mod mi;
mod part;
mod places;
mod race;
mod render;
mod report;
mod session;
mod statistics;
mod stepper;
mod surroundings;
mod tables;
mod target;
mod tool;
mod train;
mod version;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Benchmark};

fn main() -> ExitCode {
    let result = match Arguments::parse().benchmark {
        Benchmark::Engine(options) => session::run(&options),
        Benchmark::Train(options) => train::run(&options),
        Benchmark::Mi(options) => mi::run(&options),
        Benchmark::Imaging(options) => imaging::run(&options),
        Benchmark::Tables(options) => tables::run(&options),
        Benchmark::BareLoop { stages, cpus } => bare_loop::run(stages, cpus),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when standard error is closed.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            error.exit_code()
        }
    }
}
