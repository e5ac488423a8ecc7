//! doit: content hashes, modification times to save reading.

use std::fmt::Write;
use std::path::Path;

use super::{Seat, Tool, TrackedFiles};
use crate::dag::Dag;
use crate::error::BenchError;

/// doit.
pub(crate) struct Doit(pub(crate) Seat);

impl Tool for Doit {
    fn name(&self) -> &'static str {
        "doit"
    }

    fn seat(&self) -> &Seat {
        &self.0
    }

    fn arguments(&self) -> Vec<String> {
        vec!["-n".into(), self.0.cpus.to_string(), "-P".into(), "thread".into()]
    }

    fn write_stages(&self, project: &Path, dag: Dag) -> Result<(), BenchError> {
        let mut text = String::from("TASKS = [\n");
        for stage in dag.stages() {
            let (name, input, output) = (stage.name(), stage.input(), stage.output());
            let _ = writeln!(text, "    ('{name}', '{input}', '{output}', '{}'),", stage.command());
        }
        text.push_str(
            "]\n\n\ndef task_s():\n    for n, i, o, c in TASKS:\n        yield {'name': n, \
             'file_dep': [i], 'targets': [o], 'actions': [c], 'verbosity': 0}\n",
        );
        Ok(fs_err::write(project.join("dodo.py"), text)?)
    }

    fn write_files(&self, project: &Path, data: &TrackedFiles) -> Result<(), BenchError> {
        let text = format!(
            "import glob\n\n\ndef task_count():\n    return {{'file_dep': \
             sorted(glob.glob('../{}/*/*.bin')), 'targets': ['n.txt'], 'actions': ['echo done > \
             n.txt']}}\n",
            data.folder
        );
        Ok(fs_err::write(project.join("dodo.py"), text)?)
    }
}
