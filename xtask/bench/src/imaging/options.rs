//! Options of `bench imaging`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Shown at the end of the help.
pub(crate) const EXAMPLES: &str = "\
The first start puts PyTorch, MONAI, nibabel, SimpleITK, SciPy and OpenCV into target/bench/imaging,
6 GB, unless --python names a Python that has them. Let the machine rest meanwhile.

Examples:
  cargo xtask bench imaging
  cargo xtask bench imaging --only metrics --rounds 15
  cargo xtask bench imaging --python ~/venv/bin/python3 --out docs/benchmarks/imaging.md";

/// Options of `bench imaging`.
#[derive(Debug, Args)]
pub(crate) struct ImagingArguments {
    /// What to measure [default: all]
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    pub(crate) only: Vec<Part>,
    /// How often each contestant is measured
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub(crate) rounds: usize,
    /// Seconds after which one contestant is not measured again
    #[arg(long, value_name = "SECONDS", default_value_t = 40.0)]
    pub(crate) spend: f64,
    /// Patients whose slices are prepared: two frames of 12 slices each
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) patients: usize,
    /// Longest wait in seconds for the machine to be idle before each group of measurements
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0)]
    pub(crate) settle: f64,
    /// A Python with the packages named below, instead of one in target/bench/imaging
    #[arg(long, value_name = "PATH")]
    pub(crate) python: Option<PathBuf>,
    /// Measure this program (package xtask-bench-imaging) instead of building it
    #[arg(long, value_name = "PATH")]
    pub(crate) program: Option<PathBuf>,
    /// Folder for volumes and slices; emptied as needed [default: target/bench]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// A compressed volume to voxels in single precision
    Read,
    /// Volumes to normalized slices of one size, written
    Prepare,
    /// Dice, HD95, ASSD and NSD of a pair of label maps
    Metrics,
    /// Memory of `ingest` and `extract` beside the number of scans
    Memory,
}

impl ImagingArguments {
    /// Says whether a part is asked for.
    pub(crate) fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Command {
        #[command(flatten)]
        options: ImagingArguments,
    }

    #[test]
    fn measures_everything_unless_parts_are_chosen() {
        let read = |arguments: &[&str]| {
            Command::try_parse_from(["imaging"].iter().chain(arguments)).map(|read| read.options)
        };
        let all = read(&[]).unwrap();
        assert!(all.wants(Part::Read) && all.wants(Part::Memory));
        let some = read(&["--only", "metrics,prepare"]).unwrap();
        assert!(some.wants(Part::Prepare) && !some.wants(Part::Read));
        assert!(read(&["--only", "speed"]).unwrap_err().to_string().contains("memory"));
    }
}
