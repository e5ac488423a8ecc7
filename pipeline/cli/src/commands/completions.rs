//! `orchestrate completions`.

use super::Session;
use crate::arguments::{CompletionsArguments, definition};
use crate::error::{CommandError, Exit};

/// Prints the script that completes commands and options in a shell.
#[expect(clippy::unnecessary_wraps, reason = "every command has this shape")]
pub(crate) fn completions(
    session: &Session<'_>,
    arguments: &CompletionsArguments,
) -> Result<Exit, CommandError> {
    let mut definition = definition(session.about, session.commands);
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut definition, session.about.name, &mut script);
    session.console.data(&String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}
