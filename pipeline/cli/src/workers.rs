//! Finding worker programs.

use std::path::{Path, PathBuf};

use pipeline_engine::{Placement, Registry, WorkerPrograms};

use crate::surroundings::Surroundings;

/// Every worker that the stages name: beside this program first, then on `PATH`. One that is not
/// found is left out; only an action that needs it fails.
pub(crate) fn find_workers(registry: &Registry, surroundings: &Surroundings) -> WorkerPrograms {
    let mut programs = WorkerPrograms::default();
    let folders: Vec<&PathBuf> =
        surroundings.program_dir.iter().chain(&surroundings.path).collect();
    for stage in registry.iter() {
        let Placement::Worker(name) = stage.info().placement else { continue };
        let found = folders.iter().map(|folder| folder.join(name)).find(|path| is_program(path));
        if let Some(path) = found {
            programs.paths.insert(name.to_owned(), path);
        }
    }
    programs
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    fs_err::metadata(path)
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}
