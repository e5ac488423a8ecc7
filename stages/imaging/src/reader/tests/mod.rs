//! Readers against files made here byte by byte, against the `nifti` crate, against damage, and
//! against real releases.

mod damage;
mod metaimage;
mod nifti;
mod nifti_crate;
mod places;
mod real;
mod round_trip;
mod space;

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::ImagingError;

/// A temporary folder with one file in it.
struct OneFile {
    _dir: TempDir,
    path: PathBuf,
}

impl OneFile {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        fs_err::write(&path, bytes).unwrap();
        Self { _dir: dir, path }
    }
}

/// The header field an error is about.
fn field_of<T: std::fmt::Debug>(result: Result<T, ImagingError>) -> &'static str {
    match result.unwrap_err() {
        ImagingError::Header { field, .. } => field,
        other => panic!("expected an error about a header field, found {other}"),
    }
}

/// The folder of real volumes, if there is one.
fn data_root() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if root.is_dir() {
        return Some(root);
    }
    #[expect(clippy::disallowed_methods, reason = "tells a test where real volumes are, if any")]
    let root = std::env::var_os("ORCHESTRATE_DATA").map(PathBuf::from);
    if root.is_none() {
        println!("skipped: no real volumes (set ORCHESTRATE_DATA to a folder that holds them)");
    }
    root
}
