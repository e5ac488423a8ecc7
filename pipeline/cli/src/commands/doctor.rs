//! `orchestrate doctor`.

use std::path::Path;

use serde_json::json;

use super::Session;
use crate::arguments::DoctorArguments;
use crate::doctor::{
    Check, Machine, Probe, System, Verdict, ask, folder_checks, machine_checks, system_checks,
    version_check, worker_checks,
};
use crate::error::{CommandError, Exit};
use crate::render::AddLine;
use crate::surroundings::now;
use crate::workers::{find_program, worker_names};

const PYTHON: &str = "python3";

/// Checks programs, machine, folders and system, and says what to do about what is missing.
pub(crate) fn doctor(
    session: &Session<'_>,
    arguments: &DoctorArguments,
) -> Result<Exit, CommandError> {
    let surroundings = session.surroundings;
    let mut checks = programs(session);
    checks.extend(machine_checks(&Machine::read(surroundings)));
    let folder = session
        .store_folder(arguments.places.store.as_deref())
        .map_err(pipeline_store::StoreError::Io)?;
    checks.extend(folder_checks("store", &folder, "--store", &Probe::of(&folder, now), true));
    let runs = &arguments.places.runs;
    checks.extend(folder_checks("runs", runs, "--runs", &Probe::of(runs, now), false));
    checks.push(data(arguments.data_root.as_deref().or(surroundings.data_root.as_deref())));
    checks.extend(system_checks(&System::read(surroundings)));
    let text = if arguments.json { as_json(&checks) } else { as_text(&checks) };
    session.console.data(&text);
    let failed = checks.iter().any(|check| check.state == Verdict::Fail);
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

fn programs(session: &Session<'_>) -> Vec<Check> {
    let about = session.about;
    let itself = session.surroundings.program.as_deref();
    let mut checks = vec![match itself {
        Some(path) => {
            Check::ok("programs", about.name, format!("{} ({})", about.version, path.display()))
        }
        None => Check::warn(
            "programs",
            about.name,
            format!("{}, at an unknown place", about.version),
            "programs of `command` stages cannot be supervised",
        ),
    }];
    for name in worker_names(session.registry) {
        let path = find_program(name, session.surroundings);
        let answer = path.as_deref().map(|path| ask(path, "--describe"));
        checks.extend(worker_checks(name, path.as_deref(), answer.as_ref()));
    }
    let python = find_program(PYTHON, session.surroundings);
    let answer = python.as_deref().map(|path| ask(path, "--version"));
    let help = "only experiments that run Python programs need it";
    checks.push(version_check(PYTHON, python.as_deref().zip(answer.as_ref()), help));
    checks
}

fn data(root: Option<&Path>) -> Check {
    let group = "data";
    match root {
        None => Check::ok(
            group,
            "data root",
            "none is set; only experiments with data of their own need one",
        ),
        Some(root) => match fs_err::read_dir(root) {
            Ok(entries) => {
                let value = format!("{}, {} entries", root.display(), entries.count());
                Check::ok(group, "data root", value)
            }
            Err(error) => {
                let help = "name the folder that holds the datasets' folders with `--data-root DIR` or ORCHESTRATE_DATA";
                Check::fail(group, "data root", error.to_string(), help)
            }
        },
    }
}

fn as_text(checks: &[Check]) -> String {
    let width = checks.iter().map(|check| check.name.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    let mut group = "";
    for check in checks {
        if check.group != group {
            group = check.group;
            text.line(format_args!("{group}"));
        }
        let (word, name) = (check.state.word(), &check.name);
        text.line(format_args!("  {word:<4}  {name:<width$}  {}", check.value));
        if let Some(help) = &check.help {
            text.line(format_args!("        {:<width$}  help: {help}", ""));
        }
    }
    let count = |state| checks.iter().filter(|check| check.state == state).count();
    text.line(format_args!(
        "{} ok, {} to look at, {} failed",
        count(Verdict::Ok),
        count(Verdict::Warn),
        count(Verdict::Fail)
    ));
    text
}

fn as_json(checks: &[Check]) -> String {
    format!("{:#}\n", json!({"checks": checks}))
}
