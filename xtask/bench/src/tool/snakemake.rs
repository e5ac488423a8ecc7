//! Snakemake: modification times and checksums of small files.

use std::ffi::OsString;
use std::fmt::Write;
use std::path::Path;

use super::{Seat, Tool, TrackedFiles};
use crate::dag::{DEPTH, Dag};
use crate::error::BenchError;

/// Snakemake, with one rule a layer, as a user would write it.
pub(crate) struct Snakemake(pub(crate) Seat);

impl Tool for Snakemake {
    fn name(&self) -> &'static str {
        "snakemake"
    }

    fn seat(&self) -> &Seat {
        &self.0
    }

    fn arguments(&self) -> Vec<String> {
        vec![format!("-c{}", self.0.cpus), "-q".into()]
    }

    fn environment(&self) -> Vec<(String, OsString)> {
        vec![("XDG_CACHE_HOME".into(), self.0.caches.join("snakemake").into())]
    }

    fn write_stages(&self, project: &Path, dag: Dag) -> Result<(), BenchError> {
        let last = DEPTH - 1;
        let mut text = format!(
            "rule all:\n    input: expand('out/s{last}_{{j}}.txt', j=range({}))\n",
            dag.width
        );
        for layer in 0..DEPTH {
            let input = match layer.checked_sub(1) {
                None => "in/{j}.txt".into(),
                Some(before) => format!("out/s{before}_{{j}}.txt"),
            };
            let _ = write!(
                text,
                "\nrule s{layer}:\n    input: '{input}'\n    output: 'out/s{layer}_{{j}}.txt'\n    \
                 shell: 'cat {{input}} > {{output}}'\n"
            );
        }
        Ok(fs_err::write(project.join("Snakefile"), text)?)
    }

    fn write_files(&self, project: &Path, data: &TrackedFiles) -> Result<(), BenchError> {
        let text = format!(
            "import glob\n\nrule count:\n    input: sorted(glob.glob('../{}/*/*.bin'))\n    output: \
             'n.txt'\n    shell: 'echo done > n.txt'\n",
            data.folder
        );
        Ok(fs_err::write(project.join("Snakefile"), text)?)
    }
}
