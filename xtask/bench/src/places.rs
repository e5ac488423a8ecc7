//! Where the things lie that a benchmark beside Python works with.

use std::path::{Path, PathBuf};

use crate::error::BenchError;
use crate::surroundings::Surroundings;

/// What a benchmark says about them.
pub(crate) struct Wanted<'a> {
    /// Its name, as in `cargo xtask bench NAME`; also that of its folder.
    pub(crate) benchmark: &'a str,
    /// The peers' script, from the repository's folder.
    pub(crate) script: &'a str,
    /// The repository's folder, as given.
    pub(crate) root: &'a Path,
    /// Our program, as given.
    pub(crate) program: Option<&'a PathBuf>,
    /// The Python, as given.
    pub(crate) python: Option<&'a PathBuf>,
    /// The folder to write in, as given.
    pub(crate) scratch: Option<&'a PathBuf>,
}

/// Where they lie.
pub(crate) struct Places {
    /// The repository.
    pub(crate) root: PathBuf,
    /// Our program.
    pub(crate) program: PathBuf,
    /// The Python that runs the script.
    pub(crate) python: PathBuf,
    /// The peers' script.
    pub(crate) script: PathBuf,
    /// For what both sides read and write; empty.
    pub(crate) folder: PathBuf,
}

impl Places {
    /// Looks for everything and empties the folder.
    ///
    /// # Errors
    /// [`BenchError::Usage`] if program or Python were not given; otherwise the error of the file
    /// system.
    pub(crate) fn find(wanted: &Wanted<'_>, around: &Surroundings) -> Result<Self, BenchError> {
        let missing = |what| {
            let start = format!("cargo xtask bench {}", wanted.benchmark);
            BenchError::Usage(format!("no {what}: start with `{start}`"))
        };
        let root = fs_err::canonicalize(around.folder.join(wanted.root))?;
        let program = wanted.program.ok_or_else(|| missing("program to measure"))?;
        let python = wanted.python.ok_or_else(|| missing("Python"))?;
        let scratch = wanted.scratch.map(|scratch| around.folder.join(scratch));
        let scratch = scratch.unwrap_or_else(|| root.join("target/bench"));
        let folder = scratch.join(format!("{}-work", wanted.benchmark));
        if folder.exists() {
            fs_err::remove_dir_all(&folder)?;
        }
        fs_err::create_dir_all(&folder)?;
        Ok(Self {
            program: fs_err::canonicalize(around.folder.join(program))?,
            // Not followed: a Python knows its packages by the link that it was started through.
            python: around.folder.join(python),
            script: root.join(wanted.script),
            folder: fs_err::canonicalize(folder)?,
            root,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(around: &Surroundings, program: Option<&PathBuf>) -> Result<Places, BenchError> {
        let python = PathBuf::from("venv/bin/python3");
        let wanted = Wanted {
            benchmark: "train",
            script: "python/train_step.py",
            root: Path::new("."),
            program,
            python: Some(&python),
            scratch: None,
        };
        Places::find(&wanted, around)
    }

    #[test]
    fn what_an_earlier_run_left_is_removed_and_what_is_missing_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let folder = fs_err::canonicalize(dir.path()).unwrap();
        let around = Surroundings {
            path: std::ffi::OsString::new(),
            folder: folder.clone(),
            typed: String::new(),
        };
        let program = PathBuf::from("program");
        fs_err::write(folder.join(&program), "").unwrap();
        let left = folder.join("target/bench/train-work/left");
        fs_err::create_dir_all(&left).unwrap();
        let places = find(&around, Some(&program)).unwrap();
        assert!(!left.exists() && places.folder.is_dir());
        assert_eq!(places.program, folder.join("program"));
        assert_eq!(places.python, folder.join("venv/bin/python3"));
        assert_eq!(places.script, folder.join("python/train_step.py"));
        let message = find(&around, None).err().unwrap().to_string();
        assert_eq!(message, "no program to measure: start with `cargo xtask bench train`");
    }
}
