//! Commands that look after the store, the machine and the shell.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::PlaceArguments;
use super::values::{age, bytes};

/// `verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// The folder that remembers results [default: $ORCHESTRATE_STORE, else .orchestrate]
    #[arg(long, value_name = "DIR")]
    pub(crate) store: Option<PathBuf>,

    /// Name what is damaged and remove nothing
    #[arg(long, short = 'n')]
    pub(crate) dry_run: bool,

    /// Print the findings as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `gc`.
#[derive(Debug, Args)]
pub(crate) struct GcArguments {
    /// The folder that remembers results [default: $ORCHESTRATE_STORE, else .orchestrate]
    #[arg(long, value_name = "DIR")]
    pub(crate) store: Option<PathBuf>,

    /// Of each experiment keep only what the latest report and the newest N runs refer to [default: all]
    #[arg(long, value_name = "N")]
    pub(crate) keep_runs: Option<usize>,

    /// Remove only results that are so old, such as `12h` or `30d` [default: 1d]
    #[arg(long, value_name = "AGE", value_parser = age)]
    pub(crate) older_than: Option<Duration>,

    /// Remove the oldest results that no run refers to until no more than this is left, such as
    /// `50GiB`; `0` removes all of them
    #[arg(long, value_name = "AMOUNT", value_parser = bytes)]
    pub(crate) max_size: Option<u64>,

    /// Say what would be removed and remove nothing
    #[arg(long, short = 'n')]
    pub(crate) dry_run: bool,

    /// Print what is removed as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `doctor`.
#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    #[command(flatten)]
    pub(crate) places: PlaceArguments,

    /// The folder that holds the datasets [default: $ORCHESTRATE_DATA]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_root: Option<PathBuf>,

    /// Print the checks as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `schema`.
#[derive(Debug, Args)]
pub(crate) struct SchemaArguments {
    /// The kind of file
    #[arg(default_value = "experiment")]
    pub(crate) subject: String,

    /// List the kinds of files
    #[arg(long)]
    pub(crate) list: bool,
}

/// `completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// `man`.
#[derive(Debug, Args)]
pub(crate) struct ManArguments {
    /// Write one page per command into this folder
    pub(crate) dir: Option<PathBuf>,
}
