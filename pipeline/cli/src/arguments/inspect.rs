//! Commands that tell about experiments, runs and stages.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ExperimentArguments, PlaceArguments};

/// `explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    #[command(flatten)]
    pub(crate) experiment: ExperimentArguments,

    /// The node, or one of its variants [default: all]
    pub(crate) node: Option<String>,

    /// Compare with this run instead of the latest one
    #[arg(long, value_name = "RUN")]
    pub(crate) against: Option<String>,
}

/// `graph`.
#[derive(Debug, Args)]
pub(crate) struct GraphArguments {
    #[command(flatten)]
    pub(crate) experiment: ExperimentArguments,

    /// The language to draw in
    #[arg(long, value_enum, default_value_t = GraphFormat::Mermaid)]
    pub(crate) format: GraphFormat,
}

/// Languages for graphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// Shown by GitHub, GitLab and many editors
    Mermaid,
    /// Graphviz
    Dot,
}

/// `stages`.
#[derive(Debug, Args)]
pub(crate) struct StagesArguments {
    /// The stage to describe [default: a list of all]
    pub(crate) name: Option<String>,

    /// Write a reference page in Markdown
    #[arg(long)]
    pub(crate) markdown: bool,
}

/// `show`.
#[derive(Debug, Args)]
pub(crate) struct ShowArguments {
    /// The experiment: its file, or its name under the folder of runs
    #[arg(value_name = "EXPERIMENT")]
    pub(crate) run: String,

    /// One node, or one of its variants, in full
    pub(crate) node: Option<String>,

    #[command(flatten)]
    pub(crate) places: PlaceArguments,

    /// Print the report as JSON
    #[arg(long)]
    pub(crate) json: bool,

    /// Copy the node's outputs out of the store into this folder
    #[arg(long, value_name = "DIR", requires = "node", conflicts_with = "json")]
    pub(crate) export: Option<PathBuf>,
}

/// `status`.
#[derive(Debug, Args)]
pub(crate) struct StatusArguments {
    /// The experiment: its file, or its name under the folder of runs [default: all]
    #[arg(value_name = "EXPERIMENT")]
    pub(crate) run: Option<String>,

    /// The folder for reports and tables, one folder per experiment in it
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub(crate) runs: PathBuf,

    /// Print it again every second until no run is in progress
    #[arg(long, short = 'w', conflicts_with = "json")]
    pub(crate) watch: bool,

    /// Print it as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `runs`.
#[derive(Debug, Args)]
pub(crate) struct RunsArguments {
    /// The experiment: its file, or its name under the folder of runs [default: all]
    #[arg(value_name = "EXPERIMENT")]
    pub(crate) run: Option<String>,

    /// The folder for reports and tables, one folder per experiment in it
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub(crate) runs: PathBuf,

    /// List only so many of the newest runs
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: u32,

    /// List all runs that are remembered
    #[arg(long, conflicts_with = "limit")]
    pub(crate) all: bool,

    /// Print it as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `ui`.
#[derive(Debug, Args)]
pub(crate) struct UiArguments {
    /// The port to listen at; 0 for any that is free
    #[arg(long, value_name = "N", default_value_t = 8460)]
    pub(crate) port: u16,

    /// Listen at `[::1]` too
    #[arg(long)]
    pub(crate) ipv6: bool,

    #[command(flatten)]
    pub(crate) places: PlaceArguments,
}

/// `logs`.
#[derive(Debug, Args)]
pub(crate) struct LogsArguments {
    /// The experiment: its file, or its name under the folder of runs
    #[arg(value_name = "EXPERIMENT")]
    pub(crate) run: String,

    /// The node, or one of its variants
    pub(crate) node: String,

    /// Go on printing until the node ends
    #[arg(long, short = 'f')]
    pub(crate) follow: bool,

    /// Print only so many of the last lines
    #[arg(long, value_name = "N")]
    pub(crate) tail: Option<usize>,

    #[command(flatten)]
    pub(crate) places: PlaceArguments,
}
