//! What was asked for on the command line.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use crate::error::Error;

/// What `cargo xtask --help` prints.
pub(crate) const HELP: &str = "\
Builds what is needed and runs it. The first start fetches libtorch into .libtorch/.

Usage: cargo xtask <COMMAND>

Commands:
  run EXPERIMENT [ARGS]...   Run an experiment file; ARGS go to `orchestrate run`
  test [ARGS]...             Run all tests; ARGS go to `cargo nextest run` (or to `cargo test`)
  setup                      Fetch or repair libtorch, check compilers, and stop
  install [--prefix DIR]     Build optimized and put `orchestrate` and its worker into DIR/bin
  bench engine [ARGS]...     Measure an optimized build beside make, ninja, DVC and others;
                             `cargo xtask bench engine --help` lists ARGS
  bench train [ARGS]...      Measure a training step beside the same step in PyTorch
  bench mi [ARGS]...         Measure local mutual information beside its published form
  help                       Print this text

Environment:
  LIBTORCH     folder of a libtorch of your own (version 2.11.0), used instead of .libtorch/
  CXX          C++ compiler, instead of `c++`
  PIP_*        read by pip while it fetches libtorch: index, proxy, certificates, PIP_FIND_LINKS
  ORCHESTRATE_PYTHON_TORCH
               a Python with PyTorch 2.11 that reads checkpoints in a test; `bench train` makes one

Examples:
  cargo xtask run experiments/quickstart.yaml
  cargo xtask run experiments/acdc-5pct.yaml --data-root /path/to/datasets
  cargo xtask test -E 'package(pipeline-engine)'
  cargo xtask bench engine --only startup,stages --peers make,ninja
";

/// One command with its arguments.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Print [`HELP`].
    Help,
    /// Make libtorch and the compilers ready, and stop.
    Setup,
    /// Build, then `orchestrate run EXPERIMENT REST`.
    Run {
        /// The experiment file, as typed.
        experiment: PathBuf,
        /// Everything behind it, handed on unread.
        rest: Vec<OsString>,
    },
    /// Build, then run the tests.
    Test {
        /// Handed on to the test runner unread.
        rest: Vec<OsString>,
    },
    /// Build optimized and copy the programs to where `PATH` finds them.
    Install {
        /// The folder that gets `bin` and `lib`; chosen when absent.
        prefix: Option<PathBuf>,
    },
    /// Build optimized, then measure.
    Bench {
        /// Handed on to the benchmark program unread.
        rest: Vec<OsString>,
    },
}

/// Reads the arguments behind `cargo xtask`.
///
/// # Errors
/// [`Error::Usage`] for an unknown command, and for a missing or surplus argument.
pub(crate) fn parse(arguments: &[OsString]) -> Result<Command, Error> {
    let Some((command, rest)) = arguments.split_first() else {
        return Ok(Command::Help);
    };
    let asks_for_help = |argument: &OsString| argument == "--help" || argument == "-h";
    match command.to_string_lossy().as_ref() {
        "help" | "--help" | "-h" => Ok(Command::Help),
        // Behind an experiment or a test filter, `--help` is the business of the program called.
        "run" | "test" | "setup" | "install" if rest.first().is_some_and(asks_for_help) => {
            Ok(Command::Help)
        }
        "run" => parse_run(rest),
        "test" => Ok(Command::Test { rest: rest.to_vec() }),
        "setup" => match rest.first() {
            None => Ok(Command::Setup),
            Some(surplus) => Err(unexpected(surplus, "setup", "no arguments")),
        },
        "install" => parse_install(rest),
        // Its options are the business of the program that measures.
        "bench" => Ok(Command::Bench { rest: rest.to_vec() }),
        other => Err(Error::Usage(format!(
            "unknown command `{other}`; the commands are: run, test, setup, install, bench, help"
        ))),
    }
}

fn parse_run(rest: &[OsString]) -> Result<Command, Error> {
    match rest.split_first() {
        Some((experiment, rest)) if !is_option(experiment) => {
            Ok(Command::Run { experiment: experiment.into(), rest: rest.to_vec() })
        }
        Some((option, _)) => Err(unexpected(option, "run", "the experiment file first")),
        None => Err(Error::Usage(
            "`run` needs an experiment file, for example \
             `cargo xtask run experiments/quickstart.yaml`"
                .into(),
        )),
    }
}

fn parse_install(rest: &[OsString]) -> Result<Command, Error> {
    const WANTED: &str = "nothing or `--prefix DIR`";
    let no_folder = || Error::Usage("`--prefix` needs a folder behind it".into());
    let (prefix, surplus) = match rest {
        [] => return Ok(Command::Install { prefix: None }),
        [first, rest @ ..] if first == "--prefix" => match rest {
            [folder, rest @ ..] => (folder.clone(), rest),
            [] => return Err(no_folder()),
        },
        [first, rest @ ..] => {
            match first.to_str().and_then(|text| text.strip_prefix("--prefix=")) {
                Some(folder) => (folder.into(), rest),
                None => return Err(unexpected(first, "install", WANTED)),
            }
        }
    };
    match surplus.first() {
        Some(surplus) => Err(unexpected(surplus, "install", WANTED)),
        None if prefix.is_empty() => Err(no_folder()),
        None => Ok(Command::Install { prefix: Some(prefix.into()) }),
    }
}

fn is_option(argument: &OsStr) -> bool {
    argument.to_string_lossy().starts_with('-')
}

fn unexpected(found: &OsStr, command: &str, wanted: &str) -> Error {
    let found = found.to_string_lossy();
    Error::Usage(format!("unexpected `{found}`; `{command}` takes {wanted}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Command, String> {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        parse(&arguments).map_err(|error| error.to_string())
    }

    #[test]
    fn hands_everything_behind_the_experiment_on() {
        let expected = Command::Run {
            experiment: "experiments/quickstart.yaml".into(),
            rest: vec!["--set".into(), "seed=[1]".into(), "--help".into()],
        };
        assert_eq!(
            read(&["run", "experiments/quickstart.yaml", "--set", "seed=[1]", "--help"]),
            Ok(expected)
        );
    }

    #[test]
    fn wants_the_experiment_before_the_options() {
        let message = read(&["run", "--json", "a.yaml"]).unwrap_err();
        assert_eq!(message, "unexpected `--json`; `run` takes the experiment file first");
        assert!(read(&["run"]).unwrap_err().contains("experiments/quickstart.yaml"));
    }

    #[test]
    fn hands_test_arguments_on() {
        let expected = Command::Test { rest: vec!["-E".into(), "package(xtask)".into()] };
        assert_eq!(read(&["test", "-E", "package(xtask)"]), Ok(expected));
        assert_eq!(read(&["test"]), Ok(Command::Test { rest: vec![] }));
    }

    #[test]
    fn hands_benchmark_arguments_on() {
        let expected = Command::Bench { rest: vec!["engine".into(), "--help".into()] };
        assert_eq!(read(&["bench", "engine", "--help"]), Ok(expected));
    }

    #[test]
    fn reads_the_prefix_in_both_spellings() {
        let expected = Command::Install { prefix: Some("/opt/orchestrate".into()) };
        assert_eq!(read(&["install", "--prefix=/opt/orchestrate"]).as_ref(), Ok(&expected));
        assert_eq!(read(&["install", "--prefix", "/opt/orchestrate"]).as_ref(), Ok(&expected));
        assert_eq!(read(&["install"]), Ok(Command::Install { prefix: None }));
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        assert!(read(&["launch"]).unwrap_err().starts_with("unknown command `launch`"));
        assert_eq!(
            read(&["setup", "now"]).unwrap_err(),
            "unexpected `now`; `setup` takes no arguments"
        );
        for refused in [
            &["install", "--prefix"][..],
            &["install", "--prefix="],
            &["install", "--prefix", "a", "b"],
            &["install", "/opt"],
        ] {
            assert!(read(refused).is_err(), "{refused:?} was accepted");
        }
    }

    #[test]
    fn prints_help_when_asked_or_when_nothing_is_asked() {
        for arguments in [&[][..], &["help"], &["--help"], &["run", "--help"], &["test", "-h"]] {
            assert_eq!(read(arguments), Ok(Command::Help), "{arguments:?}");
        }
    }
}
