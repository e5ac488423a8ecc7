//! `orchestrate` itself.

use std::ffi::OsString;
use std::path::Path;

use super::{Counted, Seat, Tool, TrackedFiles};
use crate::dag::{Dag, Stage};
use crate::error::BenchError;
use crate::experiment;

/// How the graph is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Every stage for itself, as for the peers.
    Written,
    /// Ten stages and a matrix.
    Matrix,
}

/// `orchestrate` with the stage `command`.
pub(crate) struct Orchestrate {
    /// How the graph is written.
    pub(crate) form: Form,
    /// Where it lies.
    pub(crate) seat: Seat,
}

impl Orchestrate {
    /// The name in the tables of the form that the others are compared with.
    pub(crate) const NAME: &str = "orchestrate";
}

impl Tool for Orchestrate {
    fn name(&self) -> &'static str {
        match self.form {
            Form::Written => Self::NAME,
            Form::Matrix => "orchestrate, matrix",
        }
    }

    fn seat(&self) -> &Seat {
        &self.seat
    }

    fn arguments(&self) -> Vec<String> {
        ["run", "bench.yaml", "-j", &self.seat.cpus.to_string()].map(Into::into).into()
    }

    fn counted(&self) -> Counted {
        Counted::BySummary
    }

    fn export(&self, stage: Stage, folder: &Path) -> Option<Vec<OsString>> {
        let node = match self.form {
            Form::Written => stage.name(),
            Form::Matrix => format!("s{}[chain={}]", stage.layer, stage.chain),
        };
        let words = ["show".into(), "bench".into(), node.into(), "--export".into()];
        Some(words.into_iter().chain([folder.into()]).collect())
    }

    fn write_stages(&self, project: &Path, dag: Dag) -> Result<(), BenchError> {
        let text = match self.form {
            Form::Written => experiment::written(dag),
            Form::Matrix => experiment::matrix(dag),
        };
        Ok(fs_err::write(project.join("bench.yaml"), text)?)
    }

    fn write_files(&self, project: &Path, data: &TrackedFiles) -> Result<(), BenchError> {
        let text = experiment::folder(&format!("../{}", data.folder));
        Ok(fs_err::write(project.join("bench.yaml"), text)?)
    }
}
