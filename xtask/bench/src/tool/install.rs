//! A virtual environment with the peers that pip has.

use std::path::{Path, PathBuf};

use crate::error::BenchError;
use crate::measure::{Invocation, step};
use crate::report::line;

/// What pip calls them. make comes with the system. n2 is on no registry (the `n2` of the crate registry is
/// another program), so it is measured only where `PATH` has it.
const PACKAGES: [&str; 5] = ["ninja", "doit", "snakemake", "dvc", "redun"];

/// Returns the folder of the virtual environment.
pub(crate) fn peers_folder(scratch: &Path) -> PathBuf {
    scratch.join("peers")
}

/// Installs the peers; what is installed already is left as it is.
///
/// # Errors
/// [`BenchError::Step`] with what Python or pip said.
pub(crate) fn install(scratch: &Path) -> Result<(), BenchError> {
    let folder = peers_folder(scratch);
    fs_err::create_dir_all(scratch)?;
    let python = folder.join("bin/python");
    if !python.is_file() {
        let arguments = ["-m".into(), "venv".into(), folder.clone().into_os_string()];
        let create = Invocation::new(Path::new("python3"), arguments, scratch);
        step("`python3 -m venv`", &create)?;
    }
    line(&format!("installing {}", PACKAGES.join(", ")));
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    let install = Invocation::new(&python, pip.into_iter().chain(PACKAGES), scratch);
    step("`pip install`", &install)?;
    Ok(())
}
