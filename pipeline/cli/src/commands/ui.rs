//! `orchestrate ui`.

use std::sync::Arc;

use pipeline_engine::Cancellation;
use pipeline_spec::{Diagnostic, sentence};
use pipeline_ui::{Binding, Server, UiError};

use super::Session;
use crate::arguments::UiArguments;
use crate::error::{CommandError, Exit};
use crate::interrupt;
use crate::surroundings::now;
use crate::ui::Library;

/// Shows the runs as a page, until Ctrl-C.
pub(crate) fn ui(session: &Session<'_>, arguments: &UiArguments) -> Result<Exit, CommandError> {
    let places = &arguments.places;
    let store = session.store_folder(places.store.as_deref());
    let store = store.map_err(pipeline_store::StoreError::Io)?;
    let library = Arc::new(Library::new(&places.runs, store, now));
    let binding = Binding { port: arguments.port, ipv6: arguments.ipv6 };
    let server = Server::bind(binding).map_err(|error| mistake(&error))?;
    let cancellation = Cancellation::new();
    interrupt::watch(session.console, &cancellation, "the page is closed".to_owned());
    let note = "the page of all runs is at this address, on this machine only; Ctrl-C closes it";
    if !session.console.quiet {
        session.console.note(note);
    }
    session.console.data(&format!("{}\n", server.address()));
    let place = places.runs.display().to_string();
    let ended = || cancellation.is_cancelled();
    server.serve(library, session.about.name, &place, &ended).map_err(|error| mistake(&error))?;
    Ok(Exit::Done)
}

fn mistake(error: &UiError) -> CommandError {
    let help = match error {
        UiError::PortInUse { .. } => "choose another with `--port N`; 0 takes any that is free",
        UiError::Listen { .. } => {
            "ports below 1024 belong to the system; choose another with `--port N`"
        }
        UiError::NoSecret | UiError::Start(_) => {
            "`status` and `logs` tell the same in the terminal"
        }
    };
    Diagnostic::new("cli::ui", sentence(error)).with_help(help).into()
}
