//! Options of `bench tables`.

use std::path::PathBuf;

use clap::Args;

/// Shown at the end of the help.
pub(crate) const EXAMPLES: &str = "\
Measures the program as `cargo xtask run` builds it. The Python is the one of the tests, unless
--python names one with numpy, pyarrow, pandas, polars and duckdb. Let the machine rest meanwhile.

Examples:
  cargo xtask bench tables
  cargo xtask bench tables --rows 1000000 --rounds 15
  cargo xtask bench tables --out docs/benchmarks/tables.md";

/// Options of `bench tables`.
#[derive(Debug, Args)]
pub(crate) struct TablesArguments {
    /// Rows of metrics, rounded up to whole runs
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    pub(crate) rows: u64,
    /// How often each contestant is measured
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub(crate) rounds: usize,
    /// Seconds after which one contestant is not measured again
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0)]
    pub(crate) spend: f64,
    /// Longest wait in seconds for the machine to be idle before the measurements
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0)]
    pub(crate) settle: f64,
    /// A Python with the packages named below, instead of that of the tests
    #[arg(long, value_name = "PATH")]
    pub(crate) python: Option<PathBuf>,
    /// Measure this `orchestrate` instead of building one
    #[arg(long, value_name = "PATH")]
    pub(crate) program: Option<PathBuf>,
    /// Folder for the rows; emptied as needed [default: target/bench]
    #[arg(long, value_name = "DIR")]
    pub(crate) scratch: Option<PathBuf>,
    /// Write the result to FILE as Markdown, and beside it as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Folder of the repository; `cargo xtask` gives it
    #[arg(long, value_name = "DIR", hide = true, default_value = ".")]
    pub(crate) root: PathBuf,
}
