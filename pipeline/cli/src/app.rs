//! From `main` to a command and back to an exit status.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::FromArgMatches;
use pipeline_engine::Registry;

use crate::arguments::{Arguments, Command, definition};
use crate::colour::ColourChoice;
use crate::commands::{self, Session};
use crate::console::Console;
use crate::error::Exit;
use crate::logging;
use crate::surroundings::Surroundings;

/// What the program is called.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// The program's name.
    pub name: &'static str,
    /// Its version, which goes into reports.
    pub version: &'static str,
    /// One sentence on what it does.
    pub summary: &'static str,
}

/// Runs the program: reads its arguments, does what they ask, prints what went wrong.
///
/// Exit status: 0 done, 1 a stage failed or the run was stopped, 2 the request is wrong, 3 a bug.
pub fn main(registry: &Registry, about: About) -> ExitCode {
    if let Some(status) = supervised() {
        return status;
    }
    std::panic::set_hook(Box::new(on_panic));
    catch_unwind(AssertUnwindSafe(|| start(registry, about))).unwrap_or(Exit::Bug).into()
}

/// The orchestrator starts this program again for each program of a user's, to stand between the
/// two. No more is done for that than has to be: it happens once for every action.
fn supervised() -> Option<ExitCode> {
    if std::env::args_os().nth(1)? != pipeline_engine::SUPERVISE {
        return None;
    }
    let complain = |what: &str| {
        // Nobody listening is no reason to stop.
        let _ = writeln!(std::io::stderr(), "{what}");
    };
    Some(pipeline_engine::supervise(&complain).into())
}

fn start(registry: &Registry, about: About) -> Exit {
    let surroundings = Surroundings::read();
    let command = definition(about).color(ColourChoice::among(&surroundings.command).into());
    let parsed =
        command.try_get_matches().and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are errors to clap, with status 0; a closed pipe is no concern.
            let _ = error.print();
            return if error.exit_code() == 0 { Exit::Done } else { Exit::Request };
        }
    };
    let (choice, quiet) = (arguments.color, arguments.quiet);
    let console = Console::new(&surroundings, choice, quiet, arguments.verbose);
    logging::start(&console, surroundings.log_filter.as_deref());
    let session = Session { registry, about, surroundings: &surroundings, console: &console };
    let result = match &arguments.command {
        Command::Run(arguments) => commands::run(&session, arguments),
        Command::Plan(arguments) => commands::plan(&session, arguments),
        Command::Explain(arguments) => commands::explain(&session, arguments),
        Command::Graph(arguments) => commands::graph(&session, arguments),
        Command::Stages(arguments) => commands::stages(&session, arguments),
        Command::Show(arguments) => commands::show(&session, arguments),
        Command::Status(arguments) => commands::status(&session, arguments),
        Command::Logs(arguments) => commands::logs(&session, arguments),
        Command::Verify(arguments) => commands::verify(&session, arguments),
        Command::Gc(arguments) => commands::gc(&session, arguments),
        Command::Doctor(arguments) => commands::doctor(&session, arguments),
        Command::Schema(arguments) => commands::schema(&session, arguments),
        Command::Completions(arguments) => commands::completions(&session, arguments),
        Command::Man(arguments) => commands::man(&session, arguments),
    };
    result.unwrap_or_else(|error| {
        console.mistakes(&error);
        Exit::Request
    })
}

/// Says that it is a bug, without a backtrace. A panic of an action is that action's failure and
/// is reported with it.
fn on_panic(info: &std::panic::PanicHookInfo<'_>) {
    let thread = std::thread::current();
    if thread.name().is_some_and(|name| name.starts_with("action")) {
        return;
    }
    let place =
        info.location().map(|at| format!(" ({}:{})", at.file(), at.line())).unwrap_or_default();
    let _ = writeln!(
        std::io::stderr(),
        "error: {}{place}\n  help: this is a bug; please report it with the experiment file and the command line",
        panic_message(info),
    );
}

fn panic_message(info: &std::panic::PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("unknown panic")
        .to_owned()
}
