//! Finding the Python that a test needs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder of a Python with these modules: the repository's own, else one on `PATH`; none with a
/// printed reason.
pub(crate) fn python_with(modules: &[&str]) -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.python/bin");
    let outer = outer_path();
    let folders = std::iter::once(own).chain(std::env::split_paths(&outer));
    let import = format!("import {}", modules.join(", "));
    let found = folders
        .filter(|folder| folder.join("python3").is_file())
        .find(|folder| succeeds(Command::new(folder.join("python3")).args(["-c", &import])));
    if found.is_none() {
        let names = modules.join(" ");
        skip(&format!("no python3 with {names} was found (`pip install {names}`)"));
    }
    found
}

/// Whether a command ends well; what it says is not shown.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|ended| ended.success())
}

#[expect(clippy::disallowed_methods, reason = "the test looks for a program as a shell does")]
pub(crate) fn outer_path() -> String {
    std::env::var("PATH").unwrap_or_default()
}

pub(crate) fn skip(reason: &str) {
    eprintln!("skipped: {reason}");
}
