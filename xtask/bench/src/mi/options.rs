//! Options of `bench mi`.

use std::path::PathBuf;

use clap::Args;

use crate::device::Device;

/// Shown at the end of the help.
pub(crate) const EXAMPLES: &str = "\
Both forms take turns in one process. Let the machine rest meanwhile.

Examples:
  cargo xtask bench mi
  cargo xtask bench mi --threads 1 --repeats 5
  cargo xtask bench mi --out docs/benchmarks/mi.md";

/// Options of `bench mi`.
#[derive(Debug, Args)]
pub(crate) struct MiArguments {
    /// Numbers of threads to measure with
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [1, 2])]
    pub(crate) threads: Vec<usize>,
    /// How often each form is measured at each shape
    #[arg(long, value_name = "N", default_value_t = 21)]
    pub(crate) repeats: usize,
    /// Seconds after which one shape is not measured again
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0)]
    pub(crate) spend: f64,
    /// Where to compute
    #[arg(long, value_name = "DEVICE", default_value = "cpu")]
    pub(crate) device: Device,
    /// Longest wait in seconds for the machine to be idle before each number of threads
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0)]
    pub(crate) settle: f64,
    /// Measure this program (example `bench_mi` of stages-torch) instead of building it
    #[arg(long, value_name = "PATH")]
    pub(crate) program: Option<PathBuf>,
    /// Folder for what the program writes [default: target/bench]
    #[arg(long, value_name = "DIR")]
    pub(crate) scratch: Option<PathBuf>,
    /// Write the result to FILE as Markdown, and beside it as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Folder of the repository; `cargo xtask` gives it
    #[arg(long, value_name = "DIR", hide = true, default_value = ".")]
    pub(crate) root: PathBuf,
}
