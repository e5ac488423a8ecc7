//! What this program says. Its own words go to standard error; standard output belongs to the
//! program that it starts.

use std::io::Write;

use crate::error::Error;

/// Prints one line of progress.
pub(crate) fn line(text: &str) {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(std::io::stderr(), "xtask: {text}");
}

/// Prints an error and, where there is any, what to do about it.
pub(crate) fn error(error: &Error) {
    let mut text = format!("error: {error}\n");
    if let Some(help) = error.help() {
        text.push_str("help: ");
        text.push_str(&help.replace('\n', "\n      "));
        text.push('\n');
    }
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Prints text that was asked for to standard output.
///
/// # Errors
/// The error of writing, unless the reader has closed its end.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
