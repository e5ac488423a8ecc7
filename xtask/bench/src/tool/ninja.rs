//! ninja, and n2, which reads the same files: modification times.

use std::fmt::Write;
use std::path::Path;

use super::{Seat, Tool, TrackedFiles};
use crate::dag::Dag;
use crate::error::BenchError;

/// ninja or n2.
pub(crate) struct Ninja {
    /// Which of them.
    pub(crate) name: &'static str,
    /// Where it lies.
    pub(crate) seat: Seat,
}

impl Tool for Ninja {
    fn name(&self) -> &'static str {
        self.name
    }

    fn seat(&self) -> &Seat {
        &self.seat
    }

    fn arguments(&self) -> Vec<String> {
        vec![format!("-j{}", self.seat.cpus)]
    }

    fn write_stages(&self, project: &Path, dag: Dag) -> Result<(), BenchError> {
        let mut text = String::from("rule r\n  command = $c\n");
        for stage in dag.stages() {
            let (input, output) = (stage.input(), stage.output());
            let _ = write!(text, "build {output}: r {input}\n  c = {}\n", stage.command());
        }
        Ok(fs_err::write(project.join("build.ninja"), text)?)
    }

    fn write_files(&self, project: &Path, data: &TrackedFiles) -> Result<(), BenchError> {
        let files: Vec<_> = data.seen_from_project().collect();
        let rule = "rule r\n  command = echo done > n.txt\n";
        let text = format!("{rule}build n.txt: r {}\n", files.join(" "));
        Ok(fs_err::write(project.join("build.ninja"), text)?)
    }
}
