//! Pythons of the repository's own, each in a virtual environment that is made once.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::environment::Environment;
use crate::error::Error;
use crate::libtorch;
use crate::report;

/// The variable that tells the tests where a Python with PyTorch is.
pub(crate) const TORCH_VARIABLE: &str = "ORCHESTRATE_PYTHON_TORCH";
/// Written last: without it the folder is not whole.
const STAMP: &str = "packages.txt";

/// A virtual environment.
struct Python {
    /// Its folder in the repository.
    folder: &'static str,
    /// What pip is asked for.
    packages: Vec<String>,
}

/// What the tests need: the example in `experiments/python`, and the programs and libraries that are
/// to read what we write.
fn of_the_tests() -> Python {
    let packages = [
        "numpy",
        "pyarrow",
        "pandas",
        "polars",
        "duckdb",
        "nibabel",
        "tensorboard",
        "mlflow-skinny",
        "playwright",
        "typst",
    ];
    Python { folder: ".python", packages: packages.map(String::from).to_vec() }
}

/// What `python/` needs: the PyTorch whose libraries the worker is linked to. pip brings what that
/// asks for; on Linux these are CUDA libraries for the most part, without which `import torch` does
/// not work even where nothing is computed with them.
fn with_pytorch() -> Python {
    let torch = format!("torch=={}", libtorch::VERSION);
    Python {
        folder: "target/bench/pytorch",
        packages: vec![torch, "numpy".into(), "safetensors".into()],
    }
}

/// What medical imaging in Python is done with.
fn with_imaging() -> Python {
    let packages =
        ["monai", "nibabel", "SimpleITK", "scipy", "opencv-python-headless", "isal", "numpy"];
    let torch = format!("torch=={}", libtorch::VERSION);
    let packages = packages.map(String::from).into_iter().chain([torch]).collect();
    Python { folder: "target/bench/imaging", packages }
}

/// Makes the Python of the tests. Without one the tests that need it say so and pass, so that nothing
/// of this is an error.
pub(crate) fn prepare(environment: &Environment) {
    let python = of_the_tests();
    if python.is_whole(&environment.root) {
        return;
    }
    report::line(&format!("a Python with {} for the tests, once", python.packages.join(", ")));
    if let Err(what) = python.make(environment) {
        report::line(&format!("without it, tests with Python are skipped: {what}"));
    }
}

/// Makes the Python of the tests, which also makes tables; returns its program.
///
/// # Errors
/// [`Error::Python`] if it cannot be made.
pub(crate) fn prepare_tests(environment: &Environment) -> Result<PathBuf, Error> {
    let python = of_the_tests();
    if !python.is_whole(&environment.root) {
        report::line(&format!("pip installs {}, once", python.packages.join(", ")));
        python.make(environment).map_err(Error::Python)?;
    }
    Ok(python.program(&environment.root))
}

/// Makes the Python that the training step is compared with; returns its program.
///
/// # Errors
/// [`Error::Python`] if it cannot be made.
pub(crate) fn prepare_pytorch(environment: &Environment) -> Result<PathBuf, Error> {
    prepare_large(environment, &with_pytorch())
}

/// Makes the Python whose libraries read volumes, prepare slices and score label maps; returns its
/// program.
///
/// # Errors
/// [`Error::Python`] if it cannot be made.
pub(crate) fn prepare_imaging(environment: &Environment) -> Result<PathBuf, Error> {
    prepare_large(environment, &with_imaging())
}

fn prepare_large(environment: &Environment, python: &Python) -> Result<PathBuf, Error> {
    if !python.is_whole(&environment.root) {
        let size = if cfg!(target_os = "linux") {
            "fetches 2.7 GB and fills 5 GB with it and its CUDA libraries"
        } else {
            "fetches 0.1 GB and fills 0.5 GB"
        };
        report::line(&format!("pip installs {}, once: it {size}", python.packages.join(", ")));
        python.make(environment).map_err(Error::Python)?;
    }
    Ok(python.program(&environment.root))
}

/// Returns the Python that the user names, or that of [`prepare_pytorch`] if it has been made before.
pub(crate) fn pytorch_at_hand(environment: &Environment) -> Option<PathBuf> {
    if let Some(named) = &environment.python_torch {
        return Some(environment.working_folder.join(named));
    }
    let python = with_pytorch();
    python.is_whole(&environment.root).then(|| python.program(&environment.root))
}

impl Python {
    fn program(&self, root: &Path) -> PathBuf {
        root.join(self.folder).join("bin/python3")
    }

    fn stamp(&self) -> String {
        self.packages.join("\n")
    }

    fn is_whole(&self, root: &Path) -> bool {
        let stamp = root.join(self.folder).join(STAMP);
        fs_err::read_to_string(stamp).is_ok_and(|text| text == self.stamp())
    }

    /// Makes it anew.
    fn make(&self, environment: &Environment) -> Result<(), String> {
        let python = environment.find_program("python3").ok_or("there is no python3")?;
        let folder = environment.root.join(self.folder);
        if folder.exists() {
            fs_err::remove_dir_all(&folder).map_err(|error| error.to_string())?;
        }
        let mut venv = Command::new(python);
        venv.args(["-m", "venv"]).arg(&folder);
        quietly(venv, "making a virtual environment")?;
        let mut pip = Command::new(self.program(&environment.root));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
        pip.args(["--only-binary=:all:", "--no-cache-dir"]).args(&self.packages);
        quietly(pip, "installing the packages")?;
        fs_err::write(folder.join(STAMP), self.stamp()).map_err(|error| error.to_string())
    }
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
        let python = of_the_tests();
        let folder = root.path().join(python.folder);
        let environment = Environment::bare(root.path());
        fs_err::create_dir_all(&folder).unwrap();
        assert!(!python.is_whole(root.path()));
        assert_eq!(python.make(&environment), Err("there is no python3".to_owned()));
        fs_err::write(folder.join(STAMP), python.stamp()).unwrap();
        assert!(python.is_whole(root.path()));
        prepare(&environment);
        assert!(folder.join(STAMP).is_file());
        fs_err::write(folder.join(STAMP), "numpy").unwrap();
        assert!(!python.is_whole(root.path()), "it has other packages");
    }

    #[test]
    fn the_one_with_pytorch_is_known_only_when_it_is_whole() {
        let root = tempfile::tempdir().unwrap();
        let mut environment = Environment::bare(root.path());
        assert_eq!(pytorch_at_hand(&environment), None);
        let error = prepare_pytorch(&environment).unwrap_err();
        assert!(error.to_string().ends_with("there is no python3"), "{error}");
        assert!(error.help().unwrap().contains("--python"));
        let folder = root.path().join("target/bench/pytorch");
        fs_err::create_dir_all(&folder).unwrap();
        fs_err::write(folder.join(STAMP), "torch==2.11.0\nnumpy\nsafetensors").unwrap();
        let program = folder.join("bin/python3");
        assert_eq!(pytorch_at_hand(&environment), Some(program.clone()));
        assert_eq!(prepare_pytorch(&environment).unwrap(), program);
        environment.python_torch = Some("own/python3".into());
        assert_eq!(pytorch_at_hand(&environment), Some(root.path().join("own/python3")));
    }

    #[test]
    fn says_why_a_command_failed() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo first; echo why >&2; echo; exit 3"]);
        assert_eq!(quietly(command, "trying"), Err("trying failed: why".to_owned()));
    }
}
