//! A Python for the tests of methods in Python, in `.python/`.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::environment::Environment;
use crate::report;

/// What the example in `experiments/python` needs.
const PACKAGES: [&str; 2] = ["numpy", "pyarrow"];
/// Written last: without it the folder is not whole.
const STAMP: &str = "packages.txt";

/// Makes a virtual environment with the packages of the example, once. Without one the tests that
/// need it say so and pass, so that nothing of this is an error.
pub(crate) fn prepare(environment: &Environment) {
    let folder = environment.root.join(".python");
    if is_whole(&folder) {
        return;
    }
    report::line(&format!("a Python with {} for the tests, once", PACKAGES.join(" and ")));
    if let Err(what) = make(environment, &folder) {
        report::line(&format!("without it, tests of methods in Python are skipped: {what}"));
    }
}

fn is_whole(folder: &Path) -> bool {
    fs_err::read_to_string(folder.join(STAMP)).is_ok_and(|text| text == packages())
}

fn packages() -> String {
    PACKAGES.join("\n")
}

fn make(environment: &Environment, folder: &Path) -> Result<(), String> {
    let python = environment.find_program("python3").ok_or("there is no python3")?;
    if folder.exists() {
        fs_err::remove_dir_all(folder).map_err(|error| error.to_string())?;
    }
    let mut venv = Command::new(python);
    venv.args(["-m", "venv"]).arg(folder);
    quietly(venv, "making a virtual environment")?;
    let mut pip = Command::new(folder.join("bin/python3"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
    pip.args(["--only-binary=:all:", "--no-cache-dir"]).args(PACKAGES);
    quietly(pip, "installing the packages")?;
    fs_err::write(folder.join(STAMP), packages()).map_err(|error| error.to_string())
}

/// Runs a command; the last line of what it says is why it failed.
fn quietly(mut command: Command, what: &str) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let last = said.lines().map(str::trim).rfind(|line| !line.is_empty());
    Err(format!("{what} failed: {}", last.unwrap_or("without a word")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_made_environment_is_made_again_and_a_whole_one_is_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join(".python");
        let environment = Environment::bare(root.path());
        fs_err::create_dir_all(&folder).unwrap();
        assert!(!is_whole(&folder));
        assert_eq!(make(&environment, &folder), Err("there is no python3".to_owned()));
        fs_err::write(folder.join(STAMP), packages()).unwrap();
        assert!(is_whole(&folder));
        prepare(&environment);
        assert!(folder.join(STAMP).is_file());
        fs_err::write(folder.join(STAMP), "numpy").unwrap();
        assert!(!is_whole(&folder), "it has other packages");
    }

    #[test]
    fn says_why_a_command_failed() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo first; echo why >&2; echo; exit 3"]);
        assert_eq!(quietly(command, "trying"), Err("trying failed: why".to_owned()));
    }
}
