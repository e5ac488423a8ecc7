//! `run` and `plan`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::values::{age, memory_mib};
use super::{ExperimentArguments, SelectionArguments};

/// `run`.
#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    pub(crate) experiment: ExperimentArguments,

    #[command(flatten)]
    pub(crate) selection: SelectionArguments,

    /// Say what would run, like `plan`, and run nothing
    #[arg(long, short = 'n', conflicts_with = "trace_file")]
    pub(crate) dry_run: bool,

    /// CPU slots that actions share [default: all of the machine]
    #[arg(long, short = 'j', alias = "jobs", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) cpus: Option<u32>,

    /// Memory that actions share, such as `8GiB` [default: nine tenths of the machine's]
    #[arg(long, value_name = "AMOUNT", value_parser = memory_mib)]
    pub(crate) memory: Option<u64>,

    /// GPUs that actions share; 0 for none [default: all that are visible]
    #[arg(long, value_name = "N")]
    pub(crate) gpus: Option<u32>,

    /// After a failure go on with everything that does not depend on it
    #[arg(long, short = 'k')]
    pub(crate) keep_going: bool,

    /// How long a program that is stopped has to save its work before it is killed [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = age)]
    pub(crate) grace: Option<Duration>,

    /// Write when each action ran, as a trace for ui.perfetto.dev or chrome://tracing
    #[arg(long, value_name = "FILE")]
    pub(crate) trace_file: Option<PathBuf>,

    /// Print one JSON event a line on standard output instead of results
    #[arg(long)]
    pub(crate) json: bool,
}

/// `plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    #[command(flatten)]
    pub(crate) experiment: ExperimentArguments,

    #[command(flatten)]
    pub(crate) selection: SelectionArguments,

    /// Print the plan as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
