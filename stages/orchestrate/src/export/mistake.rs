//! Exports that cannot be made, as the command line tells them.

use std::error::Error;
use std::path::Path;

use pipeline_spec::{Diagnostic, sentence};

/// Something that cannot be read or written, with its causes.
pub(super) fn failed(error: &dyn Error) -> Vec<Diagnostic> {
    vec![Diagnostic::new("export::failed", sentence(error))]
}

/// Something that the run does not have.
pub(super) fn missing(message: String, help: &str) -> Vec<Diagnostic> {
    vec![Diagnostic::new("export::missing", message).with_help(help)]
}

/// Checks that nothing lies where files are to be written.
pub(super) fn free(path: &Path) -> Result<(), Vec<Diagnostic>> {
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    let message = format!("`{}` is already there", path.display());
    Err(vec![
        Diagnostic::new("export::in_the_way", message)
            .with_help("name an empty or a new folder; files in the way are never overwritten"),
    ])
}
