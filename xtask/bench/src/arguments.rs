//! What was asked for on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::imaging::{self, ImagingArguments};
use crate::mi::{self, MiArguments};
use crate::tables::{self, TablesArguments};
use crate::train::{self, TrainArguments};

/// Measures the repository's programs beside others that do the same.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
pub(crate) struct Arguments {
    /// What to measure.
    #[command(subcommand)]
    pub(crate) benchmark: Benchmark,
}

/// The benchmarks.
#[derive(Debug, Subcommand)]
pub(crate) enum Benchmark {
    /// The engine beside make, ninja, n2, doit, Snakemake, DVC and redun, on the same graphs
    #[command(after_help = EXAMPLES)]
    Engine(Box<EngineArguments>),
    /// A training step of the published method beside the same step in PyTorch
    #[command(after_help = train::EXAMPLES)]
    Train(Box<TrainArguments>),
    /// Local mutual information in its fast form beside the published one
    #[command(after_help = mi::EXAMPLES)]
    Mi(MiArguments),
    /// Reading volumes, preparing slices and scoring label maps beside Python's libraries
    #[command(after_help = imaging::EXAMPLES)]
    Imaging(Box<ImagingArguments>),
    /// A table over many metric rows beside polars, pandas and DuckDB
    #[command(after_help = tables::EXAMPLES)]
    Tables(Box<TablesArguments>),
    /// Runs the programs of the graph one after the other, as the measure of what a tool adds
    #[command(hide = true)]
    BareLoop {
        /// Number of stages
        stages: usize,
        /// How many run at a time
        cpus: usize,
    },
}

const EXAMPLES: &str = "\
A peer that is neither on PATH nor in the folder of --install-peers is listed as absent. Medians
are shown; ratios are to `orchestrate` in the same run. Let the machine rest meanwhile.

Examples:
  cargo xtask bench engine
  cargo xtask bench engine --install-peers
  cargo xtask bench engine --only startup,stages --sizes 1000 --peers make,ninja
  cargo xtask bench engine --patience 2400 --out docs/benchmarks/engine.md";

/// Options of `bench engine`.
#[derive(Debug, Args)]
pub(crate) struct EngineArguments {
    /// Parts to measure [default: all]
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    pub(crate) only: Vec<Part>,
    /// Numbers of stages in the graphs that every tool is given
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [100, 1000])]
    pub(crate) sizes: Vec<usize>,
    /// Numbers of stages in the graphs that only `orchestrate` plans
    #[arg(
        long, value_name = "N", value_delimiter = ',', default_values_t = [1000, 10_000, 100_000]
    )]
    pub(crate) plan_sizes: Vec<usize>,
    /// Peers to measure, or `none`
    #[arg(
        long,
        value_name = "PEER",
        value_delimiter = ',',
        default_value = "make,ninja,n2,doit,snakemake,dvc,redun"
    )]
    pub(crate) peers: Vec<PeerName>,
    /// Put ninja, doit, Snakemake, DVC and redun into a virtual environment first
    #[arg(long)]
    pub(crate) install_peers: bool,
    /// Measure this `orchestrate` instead of building one
    #[arg(long, value_name = "PATH")]
    pub(crate) program: Option<PathBuf>,
    /// Program with toy stages (example `toy` of pipeline-cli) for what an in-process action costs
    #[arg(long, value_name = "PATH")]
    pub(crate) toy: Option<PathBuf>,
    /// Number of files in the folder that every tool tracks
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) files: usize,
    /// Size of that folder in MB
    #[arg(long, value_name = "MB", default_value_t = 2000)]
    pub(crate) megabytes: usize,
    /// How often each quick measurement is repeated
    #[arg(long, value_name = "N", default_value_t = 9)]
    pub(crate) repeats: usize,
    /// Seconds after which one measurement of one tool is not repeated again
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0)]
    pub(crate) spend: f64,
    /// Seconds after which a single command is given up
    #[arg(long, value_name = "SECONDS", default_value_t = 600.0)]
    pub(crate) patience: f64,
    /// Longest wait in seconds for the machine to be idle before each group of measurements
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0)]
    pub(crate) settle: f64,
    /// CPU slots of every tool [default: all cores]
    #[arg(short = 'j', long, value_name = "N")]
    pub(crate) cpus: Option<usize>,
    /// Folder for projects and data; emptied as needed [default: target/bench]
    #[arg(long, value_name = "DIR")]
    pub(crate) scratch: Option<PathBuf>,
    /// Write the result to FILE as Markdown, and beside it as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Folder of the repository; `cargo xtask` gives it
    #[arg(long, value_name = "DIR", hide = true, default_value = ".")]
    pub(crate) root: PathBuf,
}

/// A part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Part {
    /// `--version` of every tool
    Startup,
    /// First run, rerun and rerun after `touch` of N stages
    Stages,
    /// What one action costs beyond its program
    Overhead,
    /// Planning large graphs: time and memory
    Plan,
    /// Tracking thousands of files
    Files,
    /// How busy mixed actions keep the cores
    Slots,
}

/// A tool to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum PeerName {
    /// No peers at all
    None,
    /// GNU make
    Make,
    /// ninja
    Ninja,
    /// n2, ninja's successor
    N2,
    /// doit
    Doit,
    /// Snakemake
    Snakemake,
    /// DVC
    Dvc,
    /// redun
    Redun,
}

impl EngineArguments {
    /// Says whether a part is asked for.
    pub(crate) fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<EngineArguments, String> {
        let all = ["bench", "engine"].iter().chain(arguments);
        let parsed = Arguments::try_parse_from(all).map_err(|error| error.to_string())?;
        match parsed.benchmark {
            Benchmark::Engine(options) => Ok(*options),
            Benchmark::Train(_)
            | Benchmark::Mi(_)
            | Benchmark::Imaging(_)
            | Benchmark::Tables(_)
            | Benchmark::BareLoop { .. } => Err("not the engine".into()),
        }
    }

    #[test]
    fn measures_everything_unless_parts_are_chosen() {
        let all = read(&[]).unwrap();
        assert!(all.wants(Part::Slots) && all.wants(Part::Startup));
        assert_eq!(all.sizes, [100, 1000]);
        assert_eq!(all.peers.len(), 7);
        let some = read(&["--only", "plan,startup", "--sizes", "20"]).unwrap();
        assert!(some.wants(Part::Plan) && !some.wants(Part::Slots));
        assert_eq!(some.sizes, [20]);
    }

    #[test]
    fn names_what_it_would_accept() {
        let message = read(&["--only", "speed"]).unwrap_err();
        assert!(message.contains("overhead"), "{message}");
        assert!(read(&["--peers", "cmake"]).unwrap_err().contains("snakemake"));
    }

    #[test]
    fn help_lists_the_parts() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }
}
