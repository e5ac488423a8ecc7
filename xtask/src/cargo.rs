//! Builds the workspace, and hands over to the program that was asked for.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::environment::Environment;
use crate::error::Error;
use crate::libtorch::{self, Libtorch};
use crate::{python, report, toolchain};

/// Builds, then becomes `orchestrate run EXPERIMENT REST`.
///
/// # Errors
/// [`Error::NoExperiment`] before anything is built; otherwise what set-up and build report.
pub(crate) fn run(
    environment: &Environment,
    experiment: &Path,
    rest: &[OsString],
) -> Result<ExitCode, Error> {
    if !environment.working_folder.join(experiment).is_file() {
        let known = experiments(&environment.root.join("experiments"));
        return Err(Error::NoExperiment { experiment: experiment.into(), known });
    }
    let libtorch = set_up(environment)?;
    build(environment, &libtorch)?;
    let mut command = Command::new(environment.programs.join("orchestrate"));
    command.arg("run").arg(experiment).args(rest).current_dir(&environment.working_folder);
    // The program sees what it would see when started by hand, not what cargo has put there.
    libtorch.apply(&mut command);
    replace_with(command)
}

/// Builds, then becomes the test runner.
///
/// # Errors
/// What set-up and build report.
pub(crate) fn test(environment: &Environment, rest: &[OsString]) -> Result<ExitCode, Error> {
    let libtorch = set_up(environment)?;
    // The end-to-end tests run the binaries, which building the tests alone does not make.
    build(environment, &libtorch)?;
    python::prepare(environment);
    if rest.is_empty() && has_doctests(&environment.root)? {
        let mut command = cargo(environment, &libtorch);
        command.args(["test", "--quiet", "--doc", "--workspace"]);
        step("the documentation tests", command)?;
    }
    let mut command = cargo(environment, &libtorch);
    if has_nextest(environment) {
        command.args(["nextest", "run"]);
    } else {
        report::line("cargo-nextest is not installed, so `cargo test` runs the tests");
        command.args(["test", "--no-fail-fast", "--lib", "--bins", "--tests"]);
    }
    command.args(package_selection(rest)).args(rest);
    if let Some(python) = python::pytorch_at_hand(environment) {
        command.env(python::TORCH_VARIABLE, python);
    }
    replace_with(command)
}

/// Makes the machine ready: compilers, then libtorch.
///
/// # Errors
/// [`Error::Tool`] or [`Error::Libtorch`], with what to do about it.
pub(crate) fn set_up(environment: &Environment) -> Result<Libtorch, Error> {
    toolchain::check_compilers(environment)?;
    libtorch::prepare(environment)
}

/// Starts a cargo command in the workspace, with the libtorch chosen.
pub(crate) fn cargo(environment: &Environment, libtorch: &Libtorch) -> Command {
    let mut command = Command::new(&environment.cargo);
    command.current_dir(&environment.root).stdin(Stdio::null());
    libtorch.apply(&mut command);
    command
}

/// Runs a program that reports for itself.
///
/// # Errors
/// [`Error::Step`] if it ends badly.
pub(crate) fn step(what: &'static str, mut command: Command) -> Result<(), Error> {
    let status = command
        .status()
        .map_err(|source| Error::Start { program: command.get_program().into(), source })?;
    if status.success() { Ok(()) } else { Err(Error::Step { what, status }) }
}

/// Compiles every program. Always the whole workspace: cargo chooses the features of shared
/// dependencies by what is built together, and another choice would compile them a second time.
fn build(environment: &Environment, libtorch: &Libtorch) -> Result<(), Error> {
    let mut command = cargo(environment, libtorch);
    command.args(["build", "--workspace", "--bins"]);
    step("the build", command)
}

/// Compiles the installable programs optimized, always both of them, for the reason above. `also`
/// is added to the selection.
///
/// # Errors
/// [`Error::Step`] if the build fails.
pub(crate) fn build_optimized(
    environment: &Environment,
    libtorch: &Libtorch,
    also: &[&str],
) -> Result<(), Error> {
    let mut command = cargo(environment, libtorch);
    command.args(["build", "--release", "-p", "orchestrate", "-p", "stages-torch"]).args(also);
    step("the optimized build", command)
}

/// Returns the folder that [`build_optimized`] puts programs into. Development binaries lie in
/// `…/debug`, optimized ones beside that.
pub(crate) fn optimized_programs(environment: &Environment) -> PathBuf {
    environment.programs.with_file_name("release")
}

/// Returns `--workspace`, unless the arguments choose packages themselves.
fn package_selection(rest: &[OsString]) -> Option<&'static str> {
    let chooses = rest.iter().take_while(|argument| *argument != "--").any(|argument| {
        let argument = argument.to_string_lossy();
        argument == "-p" || argument == "--package" || argument.starts_with("--package=")
    });
    (!chooses).then_some("--workspace")
}

fn has_nextest(environment: &Environment) -> bool {
    let mut command = Command::new(&environment.cargo);
    command.args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Says whether any library documents itself with code that would run. Asking rustdoc takes some
/// seconds a crate, and most of them have none.
fn has_doctests(root: &Path) -> std::io::Result<bool> {
    let mut folders = vec![root.join("pipeline"), root.join("stages")];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension() == Some(OsStr::new("rs"))
                && contains_doctest(&fs_err::read_to_string(&path)?)
            {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Says whether a doc comment opens a block of code that rustdoc would compile.
fn contains_doctest(source: &str) -> bool {
    let mut inside = false;
    for line in source.lines().map(str::trim_start) {
        let Some(text) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) else {
            inside = false;
            continue;
        };
        let Some(language) = text.trim().strip_prefix("```") else { continue };
        let runs = language
            .split(',')
            .map(str::trim)
            .all(|word| matches!(word, "" | "rust" | "should_panic" | "no_run" | "compile_fail"));
        if !inside && runs {
            return true;
        }
        inside = !inside;
    }
    false
}

fn experiments(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs_err::read_dir(folder) else { return Vec::new() };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let yaml = |name: &String| Path::new(name).extension() == Some(OsStr::new("yaml"));
    let mut names: Vec<_> = names.filter(yaml).map(|name| format!("experiments/{name}")).collect();
    names.sort();
    names
}

/// Becomes another program, so that signals, the terminal and the exit code are its own.
#[cfg(unix)]
pub(crate) fn replace_with(mut command: Command) -> Result<ExitCode, Error> {
    use std::os::unix::process::CommandExt;
    let source = command.exec();
    Err(Error::Start { program: command.get_program().into(), source })
}

#[cfg(not(unix))]
pub(crate) fn replace_with(mut command: Command) -> Result<ExitCode, Error> {
    let status = command
        .status()
        .map_err(|source| Error::Start { program: command.get_program().into(), source })?;
    Ok(crate::error::code_of(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_a_missing_experiment_before_anything_is_built() {
        let folder = tempfile::tempdir().unwrap();
        let experiments = folder.path().join("experiments");
        fs_err::create_dir_all(&experiments).unwrap();
        for name in ["spleen.yaml", "acdc.yaml", "notes.md"] {
            fs_err::write(experiments.join(name), "").unwrap();
        }
        let environment = Environment::bare(folder.path());
        let error = run(&environment, Path::new("experiments/acdx.yaml"), &[]).unwrap_err();
        assert_eq!(error.to_string(), "there is no experiment file `experiments/acdx.yaml`");
        let help = error.help().unwrap();
        assert_eq!(help, "the repository has: experiments/acdc.yaml, experiments/spleen.yaml");
    }

    #[test]
    fn tests_the_whole_workspace_unless_a_package_is_chosen() {
        let selection = |arguments: &[&str]| {
            let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
            package_selection(&arguments)
        };
        assert_eq!(selection(&[]), Some("--workspace"));
        assert_eq!(selection(&["-E", "test(dice)"]), Some("--workspace"));
        assert_eq!(selection(&["-p", "xtask"]), None);
        assert_eq!(selection(&["--package=xtask"]), None);
        assert_eq!(selection(&["--", "-p"]), Some("--workspace"));
    }

    #[test]
    fn tells_doctests_from_other_blocks() {
        assert!(contains_doctest("/// Text.\n/// ```\n/// assert!(true);\n/// ```\n"));
        assert!(contains_doctest("//! ```rust,no_run\n//! main();\n//! ```\n"));
        assert!(!contains_doctest("/// ```text\n/// a: b\n/// ```\nfn f() {}\n"));
        assert!(!contains_doctest("/// ```ignore\n/// a\n/// ```\n// ```\n"));
    }
}
