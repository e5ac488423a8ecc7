//! A program whose stages and workers can be made to misbehave: what `tests/faults` runs.
//!
//! The stages give the same bytes however often they are disturbed, write their files in two
//! halves, so that there is something half-written to find, and tell a file outside the store
//! whenever they begin and end, so that a test can count. The program is its own worker: with
//! `--job FILE` it carries out one action.

mod forge;
mod program;
mod read;
mod table;
mod tally;
mod text;
mod transform;
mod write;

use std::path::Path;
use std::process::ExitCode;

use pipeline_cli::About;
use pipeline_engine::Registry;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, job] = arguments.as_slice()
        && flag == "--job"
    {
        return ExitCode::from(forge::work(Path::new(job)));
    }
    let registry = Registry::new()
        .with(forge::Forge)
        .with(program::Program)
        .with(read::Read)
        .with(table::Table)
        .with(transform::Transform)
        .with(write::Write);
    let about = About { name: "faulty", version: "1.0.0", summary: "Survives what befalls it" };
    pipeline_cli::main(&registry, &[], &[], about)
}
