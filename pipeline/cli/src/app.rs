//! From `main` to a command and back to an exit status.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::FromArgMatches;
use pipeline_engine::Registry;

use crate::added::{AddedCommand, run_added};
use crate::arguments::{Arguments, Command, GlobalArguments, definition};
use crate::colour::ColourChoice;
use crate::commands::{self, Session};
use crate::console::Console;
use crate::error::{CommandError, Exit};
use crate::logging;
use crate::recorded::RunFiles;
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

/// Runs the program: reads its arguments, does what they ask, prints what went wrong. `commands` are
/// those that it has beside the built-in ones, `run_files` add files to the folder of every run.
///
/// Exit status: 0 done, 1 a stage failed or the run was stopped, 2 the request is wrong, 3 a bug.
pub fn main(
    registry: &Registry,
    commands: &[&dyn AddedCommand],
    run_files: &[&dyn RunFiles],
    about: About,
) -> ExitCode {
    if let Some(status) = supervised() {
        return status;
    }
    std::panic::set_hook(Box::new(on_panic));
    let program = Program { registry, commands, run_files, about };
    catch_unwind(AssertUnwindSafe(|| start(&program))).unwrap_or(Exit::Bug).into()
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

/// What the program is made of.
struct Program<'a> {
    registry: &'a Registry,
    commands: &'a [&'a dyn AddedCommand],
    run_files: &'a [&'a dyn RunFiles],
    about: About,
}

fn start(program: &Program<'_>) -> Exit {
    let Program { registry, commands, run_files, about } = *program;
    let surroundings = Surroundings::read();
    let definition = definition(about, commands);
    let definition = definition.color(ColourChoice::among(&surroundings.command).into());
    let parsed = definition.try_get_matches().and_then(|matches| Request::read(matches, commands));
    let (globals, request) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            // Help and version are errors to clap, with status 0; a closed pipe is no concern.
            let _ = error.print();
            return if error.exit_code() == 0 { Exit::Done } else { Exit::Request };
        }
    };
    let console = Console::new(&surroundings, globals.color, globals.quiet, globals.verbose);
    logging::start(&console, surroundings.log_filter.as_deref());
    let session = Session {
        registry,
        commands,
        run_files,
        about,
        surroundings: &surroundings,
        console: &console,
    };
    request.carry_out(&session).unwrap_or_else(|error| {
        console.mistakes(&error);
        Exit::Request
    })
}

/// Which command, with its arguments.
enum Request<'a> {
    BuiltIn(Box<Command>),
    Added(&'a dyn AddedCommand, clap::ArgMatches),
}

impl<'a> Request<'a> {
    fn read(
        mut matches: clap::ArgMatches,
        commands: &[&'a dyn AddedCommand],
    ) -> Result<(GlobalArguments, Self), clap::Error> {
        let asked = matches.subcommand_name().unwrap_or_default();
        let added = commands.iter().find(|command| command.definition().get_name() == asked);
        if let Some(added) = added
            && let Some((_, own)) = matches.remove_subcommand()
        {
            return Ok((GlobalArguments::from_arg_matches(&matches)?, Self::Added(*added, own)));
        }
        let arguments = Arguments::from_arg_matches(&matches)?;
        Ok((arguments.globals, Self::BuiltIn(Box::new(arguments.command))))
    }

    fn carry_out(&self, session: &Session<'_>) -> Result<Exit, CommandError> {
        match self {
            Self::BuiltIn(command) => built_in(session, command),
            Self::Added(command, matches) => run_added(session, *command, matches),
        }
    }
}

fn built_in(session: &Session<'_>, command: &Command) -> Result<Exit, CommandError> {
    match command {
        Command::Run(arguments) => commands::run(session, arguments),
        Command::Plan(arguments) => commands::plan(session, arguments),
        Command::Explain(arguments) => commands::explain(session, arguments),
        Command::Graph(arguments) => commands::graph(session, arguments),
        Command::Stages(arguments) => commands::stages(session, arguments),
        Command::Show(arguments) => commands::show(session, arguments),
        Command::Status(arguments) => commands::status(session, arguments),
        Command::Runs(arguments) => commands::runs(session, arguments),
        Command::Logs(arguments) => commands::logs(session, arguments),
        Command::Ui(arguments) => commands::ui(session, arguments),
        Command::Verify(arguments) => commands::verify(session, arguments),
        Command::Gc(arguments) => commands::gc(session, arguments),
        Command::Doctor(arguments) => commands::doctor(session, arguments),
        Command::Schema(arguments) => commands::schema(session, arguments),
        Command::Completions(arguments) => commands::completions(session, arguments),
        Command::Man(arguments) => commands::man(session, arguments),
    }
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
