//! What the program sees around itself.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::error::BenchError;

/// What the program sees around itself.
pub(crate) struct Surroundings {
    /// `PATH`.
    pub(crate) path: OsString,
    /// The working folder.
    pub(crate) folder: PathBuf,
    /// The command line as it was typed.
    pub(crate) typed: String,
}

impl Surroundings {
    /// Looks.
    ///
    /// # Errors
    /// The error of asking for the working folder.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place of the program that looks at its surroundings"
    )]
    pub(crate) fn look() -> Result<Self, BenchError> {
        let arguments: Vec<_> = std::env::args().skip(1).collect();
        Ok(Self {
            path: std::env::var_os("PATH").unwrap_or_default(),
            folder: std::env::current_dir()?,
            typed: typed(&arguments),
        })
    }
}

/// Returns the command as a person typed it: without what `cargo xtask` adds, and without folders
/// of this machine.
fn typed(arguments: &[String]) -> String {
    const ADDED: [&str; 6] = ["--root", "--program", "--toy", "--python", "--scratch", "--out"];
    let mut words = vec!["cargo xtask bench"];
    let mut arguments = arguments.iter().map(String::as_str);
    while let Some(argument) = arguments.next() {
        if ADDED.contains(&argument) {
            arguments.next();
        } else if !ADDED.iter().any(|name| argument.starts_with(&format!("{name}="))) {
            words.push(argument);
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_command_without_folders_of_the_machine() {
        let arguments =
            ["engine", "--root", "/r", "--program", "/r/p", "--scratch=/s", "--only", "plan"];
        let arguments: Vec<_> = arguments.into_iter().map(String::from).collect();
        assert_eq!(typed(&arguments), "cargo xtask bench engine --only plan");
    }
}
