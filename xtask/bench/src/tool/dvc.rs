//! DVC: content hashes, a cache of outputs.

use std::ffi::OsString;
use std::fmt::Write;
use std::path::Path;

use super::{Seat, Tool, TrackedFiles};
use crate::dag::Dag;
use crate::error::BenchError;
use crate::measure::{Invocation, step};

/// DVC in a git repository, which is how it is used.
pub(crate) struct Dvc(pub(crate) Seat);

impl Dvc {
    fn initialize(&self, project: &Path) -> Result<(), BenchError> {
        let git = Path::new("git");
        step("git init", &Invocation::new(git, ["init", "-q"], project))?;
        for arguments in [
            &["init", "-q"][..],
            &["config", "core.analytics", "false"],
            &["config", "core.check_update", "false"],
        ] {
            let mut command = Invocation::new(&self.0.program, arguments.iter().copied(), project);
            command.environment = self.environment();
            step("preparing DVC", &command)?;
        }
        Ok(())
    }
}

impl Tool for Dvc {
    fn name(&self) -> &'static str {
        "dvc"
    }

    fn seat(&self) -> &Seat {
        &self.0
    }

    fn arguments(&self) -> Vec<String> {
        vec!["repro".into()]
    }

    fn environment(&self) -> Vec<(String, OsString)> {
        vec![
            ("DVC_NO_ANALYTICS".into(), "1".into()),
            ("DVC_SITE_CACHE_DIR".into(), self.0.caches.join("dvc").into()),
        ]
    }

    fn write_stages(&self, project: &Path, dag: Dag) -> Result<(), BenchError> {
        self.initialize(project)?;
        let mut text = String::from("stages:\n");
        for stage in dag.stages() {
            let (name, input, output) = (stage.name(), stage.input(), stage.output());
            let _ = write!(
                text,
                "  {name}:\n    cmd: {}\n    deps:\n    - {input}\n    outs:\n    - {output}\n",
                stage.command()
            );
        }
        Ok(fs_err::write(project.join("dvc.yaml"), text)?)
    }

    fn write_files(&self, project: &Path, data: &TrackedFiles) -> Result<(), BenchError> {
        self.initialize(project)?;
        let text = format!(
            "stages:\n  count:\n    cmd: echo done > n.txt\n    deps:\n    - ../{}\n    outs:\n    \
             - n.txt\n",
            data.folder
        );
        Ok(fs_err::write(project.join("dvc.yaml"), text)?)
    }
}
