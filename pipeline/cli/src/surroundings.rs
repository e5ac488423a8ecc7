//! Everything that is read from outside the arguments: environment, clock, machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::colour::ColourWishes;

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
    /// All variables that are text, for the programs of users.
    pub(crate) environment: BTreeMap<String, String>,
    /// This program.
    pub(crate) program: Option<PathBuf>,
    /// What `NO_COLOR`, `CLICOLOR_FORCE` and `TERM` say.
    pub(crate) colour: ColourWishes,
    /// The command line, with the program's name.
    pub(crate) command: Vec<String>,
    /// This process.
    pub(crate) pid: u32,
    /// When the program started, RFC 3339 with seconds.
    pub(crate) started_at: String,
    /// What a run of this process is called.
    pub(crate) run_id: String,
}

/// The clock.
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Where the clock of this machine's user is: `TZ`, else what the system says.
pub(crate) fn time_zone() -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::system()
}

/// A name that sorts by time: the second, then the millisecond and the process as six digits.
fn run_id(now: Timestamp, pid: u32) -> String {
    let millisecond = now.subsec_millisecond();
    format!("{}-{millisecond:03x}{:03x}", now.strftime("%Y%m%dT%H%M%SZ"), pid % 0x1000)
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
        let (now, pid) = (now(), std::process::id());
        let program = std::env::current_exe().ok();
        Self {
            data_root: text("ORCHESTRATE_DATA"),
            store: text("ORCHESTRATE_STORE"),
            log_filter: string("ORCHESTRATE_LOG").filter(|filter| !filter.is_empty()),
            visible_gpus: string("CUDA_VISIBLE_DEVICES"),
            path: std::env::var_os("PATH")
                .map(|path| std::env::split_paths(&path).collect())
                .unwrap_or_default(),
            environment: std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
            program_dir: program.as_deref().and_then(Path::parent).map(Path::to_path_buf),
            program,
            colour: ColourWishes {
                none: text("NO_COLOR").is_some(),
                force: string("CLICOLOR_FORCE").is_some_and(|value| !matches!(&*value, "" | "0")),
                dumb: string("TERM").is_some_and(|term| term == "dumb"),
            },
            command: std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect(),
            pid,
            run_id: run_id(now, pid),
            started_at: now.round(jiff::Unit::Second).unwrap_or(now).to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_runs_sort_by_time_and_differ_between_processes() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let id = run_id(at("2026-01-31T10:15:00.500Z"), 4711);
        assert_eq!(id, "20260131T101500Z-1f4267");
        assert_ne!(id, run_id(at("2026-01-31T10:15:00.500Z"), 4712));
        assert!(run_id(at("2026-01-31T10:15:00.499Z"), 4712) < id);
        assert!(id < run_id(at("2026-01-31T10:15:00.501Z"), 1));
        assert!(id < run_id(at("2026-01-31T10:15:01Z"), 1));
    }
}
