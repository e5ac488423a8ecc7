//! The arguments of `orchestrate export`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use pipeline_cli::PlaceArguments;

/// What to export.
#[derive(Debug, Subcommand)]
pub(super) enum ExportCommand {
    /// Training curves, parameters and scores for TensorBoard
    #[command(after_help = "\
One folder per training, `DIR/METHOD/seed=8`: curves by epoch, the scores of its evaluation at the \
last one, its parameters as a table and on the page HPARAMS. Times are those of the training.

Examples:
  orchestrate export tensorboard quickstart --out tb && tensorboard --logdir tb
  orchestrate export tensorboard quickstart@20261124T101500Z-3c8070 --out tb

Exit status: 0 done, 1 stopped, 2 the request is wrong, 3 a bug.")]
    Tensorboard(TensorboardArguments),
    /// Runs with parameters, curves, scores and files for MLflow
    #[command(after_help = "\
One MLflow run per evaluation (method x seed) below one for the experiment, which has the report, \
tables and figures. A run that is there already stays as it is; that of the experiment gets the \
newer files.

A folder is written in the layout of MLflow's file store, which MLflow reads if \
MLFLOW_ALLOW_FILE_STORE=true is set. A server is asked through its REST interface; who asks is taken \
from MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.

Examples:
  orchestrate export mlflow quickstart --to mlruns
  orchestrate export mlflow quickstart --to http://localhost:5000 --experiment hearts

Exit status: 0 done, 1 stopped, 2 the request is wrong or the server refused, 3 a bug.")]
    Mlflow(MlflowArguments),
    /// Predicted label maps as NIfTI, in the geometry of each scan's own image
    #[command(after_help = "\
Every prediction is put back onto the voxels of its scan and written as \
DIR/METHOD/seed=8/CASE.nii.gz, with shape, spacing, qform, sform and units of the image file. Beside \
the files: `dataset.json` (classes, cases and where they come from) and `itksnap-labels.txt` (names \
and colours for ITK-SNAP).

Examples:
  orchestrate export predictions quickstart --out predictions
  orchestrate export predictions quickstart --node predict --subject patient003 --out p

Exit status: 0 done, 1 stopped, 2 the request is wrong, 3 a bug.")]
    Predictions(PredictionsArguments),
}

/// Which run.
#[derive(Debug, Args)]
pub(super) struct RunArguments {
    /// The run: an experiment's name, its file or its folder of results, `NAME@RUN_ID`, or a run's id
    #[arg(value_name = "RUN")]
    pub(super) run: String,

    #[command(flatten)]
    pub(super) places: PlaceArguments,
}

/// `tensorboard`.
#[derive(Debug, Args)]
pub(super) struct TensorboardArguments {
    #[command(flatten)]
    pub(super) run: RunArguments,

    /// The folder to write into; files in the way are never overwritten
    #[arg(long, short = 'o', value_name = "DIR")]
    pub(super) out: PathBuf,
}

/// `mlflow`.
#[derive(Debug, Args)]
pub(super) struct MlflowArguments {
    #[command(flatten)]
    pub(super) run: RunArguments,

    /// A folder, or the address of a server [default: $MLFLOW_TRACKING_URI]
    #[arg(long, value_name = "DIR|URL")]
    pub(super) to: Option<String>,

    /// The experiment in MLflow [default: the experiment's own name]
    #[arg(long, value_name = "NAME")]
    pub(super) experiment: Option<String>,
}

/// `predictions`.
#[derive(Debug, Args)]
pub(super) struct PredictionsArguments {
    #[command(flatten)]
    pub(super) run: RunArguments,

    /// The folder to write into; files in the way are never overwritten
    #[arg(long, short = 'o', value_name = "DIR")]
    pub(super) out: PathBuf,

    /// Only what these nodes predicted: `predict`, or one variant, `predict[seed=8]`
    #[arg(long, value_name = "NODE")]
    pub(super) node: Vec<String>,

    /// Whose predictions, of a training's checkpoints [default: best, or the only one]
    #[arg(long, value_name = "best|last")]
    pub(super) checkpoint: Option<String>,

    /// Only scans of these subjects
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(super) subject: Option<Vec<String>>,

    /// As they were scored: with each class reduced to its largest component, if the evaluation did that
    #[arg(long)]
    pub(super) scored: bool,

    /// Scans that are written at the same time; each is held in memory [default: processors]
    #[arg(long, short = 'j', value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) cpus: Option<u16>,
}
