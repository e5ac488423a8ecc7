//! What every tool must tell to be measured.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::dag::{Dag, Stage};
use crate::error::BenchError;
use crate::measure::Invocation;

/// A tool that brings a graph of commands up to date.
pub(crate) trait Tool {
    /// Returns its name in the tables.
    fn name(&self) -> &'static str;

    /// Returns where the program lies.
    fn seat(&self) -> &Seat;

    /// Returns what brings a project up to date.
    fn arguments(&self) -> Vec<String>;

    /// Writes the project files for the graph. Its inputs are there, and so are the folders.
    ///
    /// # Errors
    /// The error of writing, or of the tool's own initialization.
    fn write_stages(&self, project: &Path, dag: Dag) -> Result<(), BenchError>;

    /// Writes the project files for one stage that depends on many files, in a folder beside the
    /// project, and writes `n.txt`.
    ///
    /// # Errors
    /// The error of writing, or of the tool's own initialization.
    fn write_files(&self, project: &Path, data: &TrackedFiles) -> Result<(), BenchError>;

    /// Returns what is added to the environment.
    fn environment(&self) -> Vec<(String, OsString)> {
        Vec::new()
    }

    /// Returns how to see what was executed.
    fn counted(&self) -> Counted {
        Counted::ByOutputs
    }

    /// Returns what copies the result of a stage into a folder, where the tool keeps results to
    /// itself.
    fn export(&self, _stage: Stage, _folder: &Path) -> Option<Vec<OsString>> {
        None
    }

    /// Returns the command that brings a project up to date.
    fn invocation(&self, project: &Path) -> Invocation {
        let mut invocation = Invocation::new(&self.seat().program, self.arguments(), project);
        invocation.environment = self.environment();
        invocation
    }
}

/// How to see what a tool executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    /// An output file was written again.
    ByOutputs,
    /// The tool says so itself: `3 run, 5 cached, 0 failed`.
    BySummary,
}

/// What every tool is given.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    /// The program file.
    pub(crate) program: PathBuf,
    /// How many programs may run at a time.
    pub(crate) cpus: usize,
    /// A folder for caches that the tool would keep in the user's home.
    pub(crate) caches: PathBuf,
}

/// Many files in one folder beside the projects.
#[derive(Debug, Clone)]
pub(crate) struct TrackedFiles {
    /// The folder's name.
    pub(crate) folder: String,
    /// Every file, relative to the folder.
    pub(crate) files: Vec<String>,
}

impl TrackedFiles {
    /// Lists the files as seen from a project.
    pub(crate) fn seen_from_project(&self) -> impl Iterator<Item = String> {
        self.files.iter().map(|file| format!("../{}/{file}", self.folder))
    }
}
