//! `cargo xtask bench`: an optimized build, handed to the program that measures.

use std::ffi::{OsStr, OsString};
use std::process::{Command, ExitCode};

use crate::cargo;
use crate::environment::Environment;
use crate::error::Error;

/// The crate that measures. It is one of its own so that this one, which everybody waits for,
/// stays nearly without dependencies.
const PACKAGE: &str = "xtask-bench";

/// Builds `orchestrate` and the toy program unless `--program` names one, and becomes the program
/// that measures.
///
/// # Errors
/// What set-up and build report.
pub(crate) fn bench(environment: &Environment, rest: &[OsString]) -> Result<ExitCode, Error> {
    let mut arguments = rest.to_vec();
    if builds(rest) {
        let libtorch = cargo::set_up(environment)?;
        cargo::build_optimized(environment, &libtorch, &[])?;
        // What an action inside the process costs is seen on stages that do nothing.
        cargo::build_optimized(
            environment,
            &libtorch,
            &["-p", "pipeline-cli", "--example", "toy"],
        )?;
        let programs = cargo::optimized_programs(environment);
        arguments.push("--program".into());
        arguments.push(programs.join("orchestrate").into());
        if !names(rest, "--toy") {
            arguments.push("--toy".into());
            arguments.push(programs.join("examples/toy").into());
        }
    }
    if measures(rest) {
        arguments.push("--root".into());
        arguments.push(environment.root.clone().into());
    }
    let mut command = Command::new(&environment.cargo);
    command.args(["run", "--quiet", "--manifest-path"]).arg(environment.root.join("Cargo.toml"));
    command.args(["--package", PACKAGE, "--"]).args(arguments);
    // Relative paths count from where the caller is.
    command.current_dir(&environment.working_folder);
    cargo::replace_with(command)
}

/// Says whether something is to be measured that must be built first.
fn builds(rest: &[OsString]) -> bool {
    measures(rest) && !names(rest, "--program")
}

/// Says whether anything is to be measured, and not only asked for help.
fn measures(rest: &[OsString]) -> bool {
    let help = |argument: &OsString| argument == "--help" || argument == "-h";
    rest.first().is_some_and(|benchmark| benchmark == "engine") && !rest.iter().any(help)
}

/// Says whether an option is given, in either spelling.
fn names(rest: &[OsString], option: &str) -> bool {
    let with_value = format!("{option}=");
    rest.iter().any(|argument| {
        argument == OsStr::new(option) || argument.to_string_lossy().starts_with(&with_value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builds(arguments: &[&str]) -> bool {
        super::builds(&arguments.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn builds_unless_a_program_is_named() {
        assert!(builds(&["engine", "--only", "plan"]));
        assert!(!builds(&["engine", "--program", "/opt/orchestrate"]));
        assert!(!builds(&["engine", "--program=/opt/orchestrate"]));
    }

    #[test]
    fn builds_nothing_to_print_help() {
        assert!(!builds(&["engine", "--help"]));
        assert!(!builds(&["--help"]));
        assert!(!builds(&[]));
    }
}
