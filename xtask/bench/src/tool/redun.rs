//! redun: hashes of calls, kept in a database.

use std::path::Path;

use super::{Seat, Tool, TrackedFiles};
use crate::dag::{DEPTH, Dag};
use crate::error::BenchError;

/// redun; each stage is a task that returns `script(…)`, its way of running a command.
pub(crate) struct Redun(pub(crate) Seat);

impl Tool for Redun {
    fn name(&self) -> &'static str {
        "redun"
    }

    fn seat(&self) -> &Seat {
        &self.0
    }

    fn arguments(&self) -> Vec<String> {
        ["run", "wf.py", "main"].map(Into::into).into()
    }

    fn write_stages(&self, project: &Path, dag: Dag) -> Result<(), BenchError> {
        // The inputs are arguments of `main`, and given to the script: files made in the body of a
        // task, or named in the command alone, would not be seen to change.
        let width = dag.width;
        let text = format!(
            "from redun import task, File, script\nredun_namespace = 'bench'\n\n\n@task()\n\
             def stage(inp: File, out: str):\n    return script(f'cat {{inp.path}} > {{out}}', \
             inputs=[inp.stage(inp.path)], outputs=File(out))\n\n\n@task()\n\
             def main(ins: list = [File(f'in/{{j}}.txt') for j in range({width})]):\n    \
             outs = []\n    for j in range({width}):\n        f = ins[j]\n        \
             for i in range({DEPTH}):\n            f = stage(f, f'out/s{{i}}_{{j}}.txt')\n        \
             outs.append(f)\n    return outs\n"
        );
        Ok(fs_err::write(project.join("wf.py"), text)?)
    }

    fn write_files(&self, project: &Path, data: &TrackedFiles) -> Result<(), BenchError> {
        let text = format!(
            "from redun import task, File, Dir\nimport glob\nredun_namespace = 'bench'\n\n\n\
             @task()\ndef count(files: list):\n    open('n.txt', 'w').write('done\\n')\n    \
             return len(files)\n\n\n@task()\ndef main(d: Dir = Dir('../{0}')):\n    \
             return count([File(p) for p in sorted(glob.glob('../{0}/*/*.bin'))])\n",
            data.folder
        );
        Ok(fs_err::write(project.join("wf.py"), text)?)
    }
}
