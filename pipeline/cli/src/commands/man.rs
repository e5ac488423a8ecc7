//! `orchestrate man`.

use std::path::Path;

use pipeline_spec::Diagnostic;

use super::Session;
use crate::arguments::{ManArguments, definition};
use crate::error::{CommandError, Exit};

/// Prints the page of the program, or writes one page per command.
pub(crate) fn man(session: &Session<'_>, arguments: &ManArguments) -> Result<Exit, CommandError> {
    let definition = definition(session.about, session.commands).disable_help_subcommand(true);
    let Some(dir) = &arguments.dir else {
        let mut page = Vec::new();
        clap_mangen::Man::new(definition).render(&mut page).map_err(|error| refused(&error))?;
        session.console.data(&String::from_utf8_lossy(&page));
        return Ok(Exit::Done);
    };
    let count = write_pages(definition, dir).map_err(|error| refused(&error))?;
    session.console.data(&format!("{count} pages in {}\n", dir.display()));
    Ok(Exit::Done)
}

fn write_pages(definition: clap::Command, dir: &Path) -> std::io::Result<usize> {
    fs_err::create_dir_all(dir)?;
    let count = pages(&definition);
    clap_mangen::generate_to(definition, dir)?;
    Ok(count)
}

/// The page of a command and those of its commands.
fn pages(command: &clap::Command) -> usize {
    let visible = command.get_subcommands().filter(|command| !command.is_hide_set());
    1 + visible.map(pages).sum::<usize>()
}

fn refused(error: &std::io::Error) -> Diagnostic {
    Diagnostic::new("cli::man", format!("the pages cannot be written: {error}"))
        .with_help("choose a folder that is writable")
}
