//! Options of `bench train`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::device::Device;

/// Shown at the end of the help.
pub(crate) const EXAMPLES: &str = "\
The first start puts PyTorch into target/bench/pytorch, 5 GB with its CUDA libraries, unless --python
names a Python that has torch, numpy and safetensors. Let the machine rest meanwhile.

Examples:
  cargo xtask bench train
  cargo xtask bench train --threads 1 --steps 20 --only step
  cargo xtask bench train --python ~/venv/bin/python3 --out docs/benchmarks/train.md";

/// Options of `bench train`.
#[derive(Debug, Args)]
pub(crate) struct TrainArguments {
    /// Numbers of threads to measure with [default: 1 and all cores]
    #[arg(long, value_name = "N", value_delimiter = ',')]
    pub(crate) threads: Vec<usize>,
    /// How many steps of each contestant are measured
    #[arg(long, value_name = "N", default_value_t = 11)]
    pub(crate) steps: usize,
    /// What to measure [default: both]
    #[arg(long, value_name = "WORK", value_delimiter = ',')]
    pub(crate) only: Vec<Work>,
    /// Where both sides compute
    #[arg(long, value_name = "DEVICE", default_value = "cpu")]
    pub(crate) device: Device,
    /// Longest wait in seconds for the machine to be idle before each group of measurements
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0)]
    pub(crate) settle: f64,
    /// A Python with torch, numpy and safetensors, instead of one in target/bench/pytorch
    #[arg(long, value_name = "PATH")]
    pub(crate) python: Option<PathBuf>,
    /// Measure this program (example `step_time` of stages-torch) instead of building it
    #[arg(long, value_name = "PATH")]
    pub(crate) program: Option<PathBuf>,
    /// Folder for weights and images; emptied as needed [default: target/bench]
    #[arg(long, value_name = "DIR")]
    pub(crate) scratch: Option<PathBuf>,
    /// Write the result to FILE as Markdown, and beside it as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Folder of the repository; `cargo xtask` gives it
    #[arg(long, value_name = "DIR", hide = true, default_value = ".")]
    pub(crate) root: PathBuf,
}

/// What a step consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Work {
    /// The whole step of the published method
    Step,
    /// The same without the mutual information, so that what is left is network and optimizer
    WithoutMi,
}

impl TrainArguments {
    /// Returns what to measure, in order.
    pub(crate) fn work(&self) -> Vec<Work> {
        let all = [Work::Step, Work::WithoutMi];
        all.into_iter().filter(|work| self.only.is_empty() || self.only.contains(work)).collect()
    }

    /// Returns the numbers of threads to measure with on a machine of so many cores.
    pub(crate) fn threads(&self, cores: usize) -> Vec<usize> {
        let mut threads =
            if self.threads.is_empty() { vec![1, cores] } else { self.threads.clone() };
        threads.dedup();
        threads
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Command {
        #[command(flatten)]
        options: TrainArguments,
    }

    fn read(arguments: &[&str]) -> TrainArguments {
        Command::try_parse_from(["train"].iter().chain(arguments)).unwrap().options
    }

    #[test]
    fn measures_one_thread_and_all_cores_unless_told_otherwise() {
        assert_eq!(read(&[]).threads(8), [1, 8]);
        assert_eq!(read(&[]).threads(1), [1]);
        assert_eq!(read(&["--threads", "4,2"]).threads(8), [4, 2]);
    }

    #[test]
    fn measures_all_work_unless_some_is_chosen() {
        assert_eq!(read(&[]).work(), [Work::Step, Work::WithoutMi]);
        assert_eq!(read(&["--only", "without-mi"]).work(), [Work::WithoutMi]);
        let refused = Command::try_parse_from(["train", "--only", "loss"]).unwrap_err();
        assert!(refused.to_string().contains("without-mi"), "{refused}");
    }
}
