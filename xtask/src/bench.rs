//! `cargo xtask bench`: an optimized build, handed to the program that measures.

use std::ffi::{OsStr, OsString};
use std::process::{Command, ExitCode, Stdio};

use crate::environment::Environment;
use crate::error::Error;
use crate::libtorch::Libtorch;
use crate::{cargo, python};

/// The crate that measures. It is one of its own so that this one, which everybody waits for,
/// stays nearly without dependencies.
const PACKAGE: &str = "xtask-bench";
/// The program that does the imaging work of ours.
const IMAGING_PACKAGE: &str = "xtask-bench-imaging";

/// Builds what is to be measured unless `--program` names one, and becomes the program that
/// measures.
///
/// # Errors
/// What set-up and build report.
pub(crate) fn bench(environment: &Environment, rest: &[OsString]) -> Result<ExitCode, Error> {
    let mut arguments = rest.to_vec();
    let measured = measured(rest);
    if let Some(benchmark) = measured.filter(|_| !names(rest, "--program")) {
        build(environment, benchmark)?;
        let programs = cargo::optimized_programs(environment);
        arguments.push("--program".into());
        match benchmark {
            Benchmark::Engine => {
                arguments.push(programs.join("orchestrate").into());
                if !names(rest, "--toy") {
                    arguments.push("--toy".into());
                    arguments.push(programs.join("examples/toy").into());
                }
            }
            Benchmark::Train => arguments.push(programs.join("examples/step_time").into()),
            Benchmark::Mi => arguments.push(programs.join("examples/bench_mi").into()),
            Benchmark::Imaging => arguments.push(programs.join(IMAGING_PACKAGE).into()),
            Benchmark::Tables => {
                arguments.push(environment.programs.join("orchestrate").into());
            }
        }
    }
    if !names(rest, "--python") {
        let python = match measured {
            Some(Benchmark::Train) => Some(python::prepare_pytorch(environment)?),
            Some(Benchmark::Imaging) => Some(python::prepare_imaging(environment)?),
            Some(Benchmark::Tables) => Some(python::prepare_tests(environment)?),
            _ => None,
        };
        arguments.extend(python.into_iter().flat_map(|python| ["--python".into(), python.into()]));
    }
    if measured.is_some() {
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

/// The benchmarks that measure something of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Benchmark {
    Engine,
    Train,
    Mi,
    Imaging,
    Tables,
}

fn build(environment: &Environment, benchmark: Benchmark) -> Result<(), Error> {
    let libtorch = || cargo::set_up(environment);
    match benchmark {
        Benchmark::Engine => {
            let libtorch = libtorch()?;
            cargo::build_optimized(environment, &libtorch, &[])?;
            // What an action inside the process costs is seen on stages that do nothing.
            let toy = ["-p", "pipeline-cli", "--example", "toy"];
            cargo::build_optimized(environment, &libtorch, &toy)
        }
        // The training loop as the worker runs it, held back before every step.
        Benchmark::Train => build_example(environment, &libtorch()?, "step_time"),
        Benchmark::Mi => build_example(environment, &libtorch()?, "bench_mi"),
        // What everybody has after `cargo xtask run`, which is what is to be quick.
        Benchmark::Tables => {
            let mut command = Command::new(&environment.cargo);
            command.current_dir(&environment.root).stdin(Stdio::null());
            command.args(["build", "-p", "orchestrate"]);
            cargo::step("the build", command)
        }
        // Has nothing to do with libtorch.
        Benchmark::Imaging => {
            let mut command = Command::new(&environment.cargo);
            command.current_dir(&environment.root).stdin(Stdio::null());
            command.args(["build", "--release", "-p", IMAGING_PACKAGE]);
            cargo::step("the optimized build", command)
        }
    }
}

/// Compiles an example of the worker's crate without the rest of the workspace, which takes longer.
fn build_example(
    environment: &Environment,
    libtorch: &Libtorch,
    example: &str,
) -> Result<(), Error> {
    let mut command = cargo::cargo(environment, libtorch);
    command.args(["build", "--release", "-p", "stages-torch", "--example", example]);
    cargo::step("the optimized build", command)
}

/// Returns what is to be measured; nothing where only help is asked for.
fn measured(rest: &[OsString]) -> Option<Benchmark> {
    if rest.iter().any(|argument| argument == "--help" || argument == "-h") {
        return None;
    }
    match rest.first()?.to_str()? {
        "engine" => Some(Benchmark::Engine),
        "train" => Some(Benchmark::Train),
        "mi" => Some(Benchmark::Mi),
        "imaging" => Some(Benchmark::Imaging),
        "tables" => Some(Benchmark::Tables),
        _ => None,
    }
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

    fn measured(arguments: &[&str]) -> Option<Benchmark> {
        super::measured(&arguments.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn knows_what_is_to_be_measured() {
        assert_eq!(measured(&["engine", "--only", "plan"]), Some(Benchmark::Engine));
        assert_eq!(measured(&["train", "--threads", "1"]), Some(Benchmark::Train));
        assert_eq!(measured(&["mi"]), Some(Benchmark::Mi));
        assert_eq!(measured(&["imaging", "--only", "read"]), Some(Benchmark::Imaging));
        assert_eq!(measured(&["tables", "--rows", "1000"]), Some(Benchmark::Tables));
    }

    #[test]
    fn builds_nothing_to_print_help() {
        assert_eq!(measured(&["engine", "--help"]), None);
        assert_eq!(measured(&["train", "-h"]), None);
        assert_eq!(measured(&["--help"]), None);
        assert_eq!(measured(&[]), None);
    }

    #[test]
    fn sees_an_option_in_both_spellings() {
        let names = |argument: &str| names(&["engine".into(), argument.into()], "--program");
        assert!(names("--program") && names("--program=/opt/orchestrate"));
        assert!(!names("--programs") && !names("/opt/--program"));
    }
}
