//! Runs experiments in semi-supervised medical image segmentation.

mod columns;
mod compare;
mod data;
mod export;
mod registry;
mod report;
mod results;
mod table;

use std::process::ExitCode;

use mimalloc::MiMalloc;
use pipeline_cli::About;

/// A rerun with nothing to do is mostly the making of small objects.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    pipeline_cli::main(
        &registry::registry(),
        &[
            &data::Data,
            &compare::Compare,
            &export::Export,
            &columns::Columns,
            &table::Table,
            &report::ReportCommand,
        ],
        &[&results::RunTables, &report::ReportFile],
        About {
            name: "orchestrate",
            version: env!("CARGO_PKG_VERSION"),
            summary: "Runs experiments in semi-supervised medical image segmentation",
        },
    )
}
