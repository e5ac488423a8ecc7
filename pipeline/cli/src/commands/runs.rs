//! Which run a person means.

use std::path::Path;

use pipeline_engine::Report;
use pipeline_spec::{Changes, Diagnostic};

use super::session::unknown;
use crate::error::CommandError;

/// The name of an experiment: of the file, if it is one, otherwise what was written.
pub(super) fn experiment_name(run: &str) -> Result<String, CommandError> {
    let path = Path::new(run);
    if path.is_file() {
        return Ok(pipeline_spec::load(path, &Changes::default())?.name);
    }
    let named = path.file_name().and_then(|name| name.to_str());
    Ok(named.filter(|_| path.is_dir()).unwrap_or(run).to_owned())
}

/// Every experiment that has a folder among the runs.
pub(crate) fn experiments(runs: &Path) -> Vec<String> {
    let mut known: Vec<String> = fs_err::read_dir(runs)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    known.sort();
    known
}

/// An experiment that has no run.
pub(crate) fn no_run(name: &str, runs: &Path) -> Diagnostic {
    let known = experiments(runs);
    let file = runs.join(name).join(Report::FILE);
    if file.exists() {
        return Diagnostic::new("cli::report", format!("`{}` cannot be read", file.display()))
            .with_help("run the experiment again to write it anew");
    }
    let known: Vec<&str> =
        known.iter().map(String::as_str).filter(|known| *known != name).collect();
    unknown("cli::unknown_run", &format!("run in `{}` of", runs.display()), name, &known)
}

/// Whether a node is the one that is wanted, or one of its variants.
pub(super) fn is_wanted(node: &str, wanted: &str) -> bool {
    node == wanted || node.split('[').next() == Some(wanted)
}
