//! Finding worker programs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pipeline_engine::{Placement, Registry, WorkerPrograms};

use crate::surroundings::Surroundings;

/// Every worker that the stages name: beside this program first, then on `PATH`. One that is not
/// found is left out; only an action that needs it fails.
pub(crate) fn find_workers(registry: &Registry, surroundings: &Surroundings) -> WorkerPrograms {
    let mut programs = WorkerPrograms {
        supervisor: surroundings.program.clone(),
        outer: surroundings.environment.clone(),
        ..WorkerPrograms::default()
    };
    for name in worker_names(registry) {
        if let Some(path) = find_program(name, surroundings) {
            programs.paths.insert(name.to_owned(), path);
        }
    }
    programs
}

/// The worker programs that the stages name.
pub(crate) fn worker_names(registry: &Registry) -> BTreeSet<&'static str> {
    registry
        .iter()
        .filter_map(|stage| match stage.info().placement {
            Placement::Worker(name) => Some(name),
            _ => None,
        })
        .collect()
}

/// A program beside this one, or on `PATH`.
pub(crate) fn find_program(name: &str, surroundings: &Surroundings) -> Option<PathBuf> {
    let folders = surroundings.program_dir.iter().chain(&surroundings.path);
    folders.map(|folder| folder.join(name)).find(|path| is_program(path))
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    fs_err::metadata(path)
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}
