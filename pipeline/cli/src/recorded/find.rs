//! Which run a person means.

use std::path::{Path, PathBuf};

use pipeline_engine::Report;
use pipeline_spec::{Changes, Diagnostic};

use crate::commands::{experiments, no_run, unknown};
use crate::error::CommandError;

/// The report of a run and the folder of its experiment.
///
/// A run is named by its experiment (the latest run), by the experiment's file, by a folder with a
/// report, by a report, by `EXPERIMENT@ID`, or by the id of any run that is kept.
pub(crate) fn find_run(run: &str, runs: &Path) -> Result<(Report, PathBuf), CommandError> {
    let path = Path::new(run);
    if path.is_file() {
        return of_file(path, runs);
    }
    if let Some(report) = Report::read(path) {
        return Ok((report, path.to_owned()));
    }
    let folder = runs.join(run);
    if let Some(report) = Report::read(&folder) {
        return Ok((report, folder));
    }
    if folder.join(Report::FILE).exists() {
        return Err(no_run(run, runs).into());
    }
    if let Some((name, id)) = run.rsplit_once('@') {
        return of_id(name, id, runs);
    }
    let names = experiments(runs);
    let kept = names.iter().find_map(|name| {
        let folder = runs.join(name);
        Some((of_folder(&folder, run)?, folder))
    });
    kept.ok_or_else(|| no_run(run, runs).into())
}

fn of_file(path: &Path, runs: &Path) -> Result<(Report, PathBuf), CommandError> {
    // A page lies beside the report that it tells of.
    let beside = path.with_extension("json");
    let is_page = path.extension().is_some_and(|extension| extension == "html");
    let path = if is_page { beside.as_path() } else { path };
    if path.extension().is_some_and(|extension| extension == "json") {
        let report = Report::read_file(path).ok_or_else(|| {
            Diagnostic::new("cli::report", format!("`{}` is not a report", path.display()))
                .with_help("name a `report.json`, or a report of a run's `history`")
        })?;
        let inside = path.parent().filter(|parent| parent.ends_with(Report::HISTORY));
        let folder = inside.unwrap_or(path).parent().unwrap_or(Path::new("."));
        return Ok((report, folder.to_owned()));
    }
    let name = pipeline_spec::load(path, &Changes::default())?.name;
    let folder = runs.join(&name);
    let report = Report::read(&folder).ok_or_else(|| no_run(&name, runs))?;
    Ok((report, folder))
}

/// The run of an id among those of an experiment. The latest one is kept even if it had nothing to do.
fn of_folder(folder: &Path, id: &str) -> Option<Report> {
    let latest = || Report::read(folder).filter(|report| report.run_id == id);
    Report::read_run(folder, id).or_else(latest)
}

fn of_id(name: &str, id: &str, runs: &Path) -> Result<(Report, PathBuf), CommandError> {
    let folder = runs.join(name);
    if !folder.is_dir() {
        return Err(no_run(name, runs).into());
    }
    let Some(report) = of_folder(&folder, id) else {
        let known = Report::history(&folder);
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        return Err(unknown("cli::unknown_run", &format!("run of `{name}`"), id, &known).into());
    };
    Ok((report, folder))
}
