//! Runs experiments in semi-supervised medical image segmentation.

mod registry;

use std::process::ExitCode;

use pipeline_cli::About;

fn main() -> ExitCode {
    pipeline_cli::main(
        &registry::registry(),
        About {
            name: "orchestrate",
            version: env!("CARGO_PKG_VERSION"),
            summary: "Runs experiments in semi-supervised medical image segmentation",
        },
    )
}
