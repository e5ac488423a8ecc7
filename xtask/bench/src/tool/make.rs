//! GNU make: modification times.

use std::fmt::Write;
use std::path::Path;

use super::{Seat, Tool, TrackedFiles};
use crate::dag::Dag;
use crate::error::BenchError;

/// GNU make.
pub(crate) struct Make(pub(crate) Seat);

impl Tool for Make {
    fn name(&self) -> &'static str {
        "make"
    }

    fn seat(&self) -> &Seat {
        &self.0
    }

    fn arguments(&self) -> Vec<String> {
        vec!["-s".into(), format!("-j{}", self.0.cpus)]
    }

    fn write_stages(&self, project: &Path, dag: Dag) -> Result<(), BenchError> {
        let last: Vec<_> = dag.last().map(crate::dag::Stage::output).collect();
        let mut text = format!("all: {}\n", last.join(" "));
        for stage in dag.stages() {
            let (input, output) = (stage.input(), stage.output());
            let _ = write!(text, "\n{output}: {input}\n\t{}\n", stage.command());
        }
        Ok(fs_err::write(project.join("Makefile"), text)?)
    }

    fn write_files(&self, project: &Path, data: &TrackedFiles) -> Result<(), BenchError> {
        let files: Vec<_> = data.seen_from_project().collect();
        let text = format!("n.txt: {}\n\techo done > n.txt\n", files.join(" "));
        Ok(fs_err::write(project.join("Makefile"), text)?)
    }
}
