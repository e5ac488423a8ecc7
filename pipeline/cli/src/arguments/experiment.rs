//! Which experiment, with which changes, and where its results are.

use std::path::PathBuf;

use clap::Args;

/// Which experiment, and what it reads.
#[derive(Debug, Args)]
pub(crate) struct ExperimentArguments {
    /// The experiment file
    #[arg(value_name = "EXPERIMENT")]
    pub(crate) file: PathBuf,

    /// Change one value: `NODE.PARAMETER=VALUE`, `matrix.VARIABLE=[VALUES]`, or a path of the file
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) sets: Vec<String>,

    /// Run a parameter with each of several values: `NODE.PARAMETER=V1,V2`; two sweeps multiply
    #[arg(long = "sweep", value_name = "PATH=V1,V2")]
    pub(crate) sweeps: Vec<String>,

    /// A YAML file of changes, `PATH: VALUE` a line, made before those of `--set`
    #[arg(long = "param-file", value_name = "FILE")]
    pub(crate) param_files: Vec<PathBuf>,

    /// The folder that holds the datasets [default: $ORCHESTRATE_DATA]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_root: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) places: PlaceArguments,
}

/// Where results are.
#[derive(Debug, Args)]
pub struct PlaceArguments {
    /// The folder that remembers results [default: $ORCHESTRATE_STORE, else .orchestrate]
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,

    /// The folder for reports and tables, one folder per experiment in it
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
}

/// Which part of an experiment.
#[derive(Debug, Default, Args)]
pub(crate) struct SelectionArguments {
    /// Run nothing but this node; what it reads must be there already; may be repeated
    #[arg(long, value_name = "NODE", conflicts_with = "until")]
    pub(crate) only: Vec<String>,

    /// Run this node and what it needs, nothing after it; may be repeated
    #[arg(long, value_name = "NODE")]
    pub(crate) until: Vec<String>,

    /// Run this node again although its result is there; may be repeated
    #[arg(long, value_name = "NODE")]
    pub(crate) force: Vec<String>,
}
