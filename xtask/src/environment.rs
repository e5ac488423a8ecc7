//! Everything this program takes from outside, read once and handed down.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::python::TORCH_VARIABLE;

/// The machine and the checkout, as far as the commands need to know them.
#[derive(Debug, Clone)]
pub(crate) struct Environment {
    /// Folder of the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// The caller's working folder; relative paths on the command line count from here.
    pub(crate) working_folder: PathBuf,
    /// The cargo that started this program, else the one on `PATH`.
    pub(crate) cargo: PathBuf,
    /// Folder that cargo puts development binaries into: the one this program lies in.
    pub(crate) programs: PathBuf,
    /// Value of `PATH`.
    pub(crate) path: OsString,
    /// Value of `LIBTORCH`. Cargo sets it from `.cargo/config.toml` where the user did not.
    pub(crate) libtorch: Option<PathBuf>,
    /// Value of `ORCHESTRATE_PYTHON_TORCH`.
    pub(crate) python_torch: Option<PathBuf>,
    /// Value of `CXX`, the C++ compiler that build scripts use instead of `c++`.
    pub(crate) cxx: Option<OsString>,
    /// Value of `HOME`.
    pub(crate) home: Option<PathBuf>,
    /// Value of `CARGO_HOME`.
    pub(crate) cargo_home: Option<PathBuf>,
}

impl Environment {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// [`Error::Io`] if the working folder or this program's own file cannot be found.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place of the program that looks at its surroundings"
    )]
    pub(crate) fn read() -> Result<Self, Error> {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        // Cargo says at run time where the manifest is; the folder known at compile time is for
        // those who start the program file by hand.
        let manifest =
            variable("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest).parent().map(Path::to_path_buf).unwrap_or_default();
        let program = std::env::current_exe()?;
        Ok(Self {
            root,
            working_folder: std::env::current_dir()?,
            cargo: variable("CARGO").map_or_else(|| "cargo".into(), PathBuf::from),
            programs: program.parent().map(Path::to_path_buf).unwrap_or_default(),
            path: variable("PATH").unwrap_or_default(),
            libtorch: variable("LIBTORCH").map(PathBuf::from),
            python_torch: variable(TORCH_VARIABLE).map(PathBuf::from),
            cxx: variable("CXX"),
            home: variable("HOME").map(PathBuf::from),
            cargo_home: variable("CARGO_HOME").map(PathBuf::from),
        })
    }

    /// Returns the first executable file of this name on `PATH`, or the name itself if it is a
    /// path to one.
    pub(crate) fn find_program(&self, name: impl AsRef<OsStr>) -> Option<PathBuf> {
        let name = Path::new(name.as_ref());
        if name.components().count() > 1 {
            let path = self.working_folder.join(name);
            return is_executable(&path).then_some(path);
        }
        std::env::split_paths(&self.path)
            .map(|folder| folder.join(name))
            .find(|path| is_executable(path))
    }

    /// Says whether a folder is on `PATH`.
    pub(crate) fn is_on_path(&self, folder: &Path) -> bool {
        std::env::split_paths(&self.path).any(|entry| entry == folder)
    }

    /// An environment in which nothing is installed, for tests.
    #[cfg(test)]
    pub(crate) fn bare(root: &Path) -> Self {
        Self {
            root: root.into(),
            working_folder: root.into(),
            cargo: "cargo".into(),
            programs: root.join("target/debug"),
            path: root.join("programs").into(),
            libtorch: None,
            python_torch: None,
            cxx: None,
            home: None,
            cargo_home: None,
        }
    }
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs_err::metadata(path)
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file() || path.with_extension("exe").is_file()
}

/// Writes an executable shell script, for tests that stand in for a program. Another process writes
/// it, because a script that this one holds open cannot be started, and a child of another test's
/// thread may still hold the file for a moment.
#[cfg(test)]
#[cfg(unix)]
pub(crate) fn write_script(path: &Path, body: &str) {
    let mut shell = std::process::Command::new("/bin/sh");
    shell.args([
        "-c",
        "mkdir -p \"${1%/*}\" && printf '%s' \"$2\" >\"$1\" && chmod 755 \"$1\"",
        "sh",
    ]);
    shell.arg(path).arg(format!("#!/bin/sh\n{body}\n"));
    assert!(shell.status().unwrap().success(), "cannot write {}", path.display());
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn finds_only_executable_files() {
        let folder = tempfile::tempdir().unwrap();
        let environment = Environment::bare(folder.path());
        let program = folder.path().join("programs/tool");
        assert_eq!(environment.find_program("tool"), None);
        fs_err::create_dir_all(folder.path().join("programs")).unwrap();
        fs_err::write(&program, "text").unwrap();
        assert_eq!(environment.find_program("tool"), None);
        write_script(&program, "exit 0");
        assert_eq!(environment.find_program("tool"), Some(program.clone()));
        assert_eq!(environment.find_program(&program), Some(program.clone()));
        assert_eq!(environment.find_program("./programs/tool").unwrap(), program);
        assert!(environment.is_on_path(&folder.path().join("programs")));
        assert!(!environment.is_on_path(folder.path()));
    }
}
