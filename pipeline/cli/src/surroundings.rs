//! Everything that is read from outside the arguments: environment, clock, machine.

use std::path::{Path, PathBuf};

/// The environment of the process, read once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings {
    /// `ORCHESTRATE_DATA`: the folder of the datasets.
    pub(crate) data_root: Option<PathBuf>,
    /// `ORCHESTRATE_STORE`: the folder that remembers results.
    pub(crate) store: Option<PathBuf>,
    /// `ORCHESTRATE_LOG`: which log lines to print, such as `pipeline_store=trace`.
    pub(crate) log_filter: Option<String>,
    /// `CUDA_VISIBLE_DEVICES`, if it is set.
    pub(crate) visible_gpus: Option<String>,
    /// The folders of `PATH`.
    pub(crate) path: Vec<PathBuf>,
    /// The folder of this program.
    pub(crate) program_dir: Option<PathBuf>,
    /// Whether colour is unwanted: `NO_COLOR` is set or the terminal is dumb.
    pub(crate) plain: bool,
    /// When the program started, RFC 3339 with seconds.
    pub(crate) started_at: String,
}

impl Surroundings {
    /// Reads them.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment; values are passed down"
    )]
    pub(crate) fn read() -> Self {
        let text = |name: &str| {
            std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
        };
        let string = |name: &str| std::env::var(name).ok();
        let now = jiff::Timestamp::now();
        Self {
            data_root: text("ORCHESTRATE_DATA"),
            store: text("ORCHESTRATE_STORE"),
            log_filter: string("ORCHESTRATE_LOG").filter(|filter| !filter.is_empty()),
            visible_gpus: string("CUDA_VISIBLE_DEVICES"),
            path: std::env::var_os("PATH")
                .map(|path| std::env::split_paths(&path).collect())
                .unwrap_or_default(),
            program_dir: std::env::current_exe()
                .ok()
                .and_then(|program| program.parent().map(Path::to_path_buf)),
            plain: text("NO_COLOR").is_some() || string("TERM").is_some_and(|term| term == "dumb"),
            started_at: now.round(jiff::Unit::Second).unwrap_or(now).to_string(),
        }
    }
}
