//! Commands that a program has beside the built-in ones.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use pipeline_engine::Cancellation;
use pipeline_spec::Diagnostic;

use crate::arguments::PlaceArguments;
use crate::commands::Session;
use crate::error::{CommandError, Exit};
use crate::interrupt;
use crate::progress::Counter;
use crate::recorded::{RecordedRun, find_run};

/// A command of the program's own. Help, manual pages, completions and global options come with it.
pub trait AddedCommand: Sync {
    /// Its name, arguments, subcommands and examples.
    fn definition(&self) -> clap::Command;

    /// Carries it out.
    ///
    /// # Errors
    /// Everything wrong with the request; at least one mistake.
    fn run(
        &self,
        matches: &clap::ArgMatches,
        context: &CommandContext<'_>,
    ) -> Result<Ending, Vec<Diagnostic>>;
}

/// The arguments of a command that was defined by deriving them.
///
/// # Errors
/// When the definition and the derived type do not belong together.
pub fn arguments<T: clap::FromArgMatches>(
    matches: &clap::ArgMatches,
) -> Result<T, Vec<Diagnostic>> {
    T::from_arg_matches(matches)
        .map_err(|error| vec![Diagnostic::new("cli::arguments", error.to_string())])
}

/// How a command that could be carried out ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Everything is as it should be: status 0.
    Done,
    /// It found something wrong, or was stopped: status 1.
    Failed,
}

/// What a command may use of the terminal and the machine.
pub struct CommandContext<'a> {
    session: &'a Session<'a>,
    cancellation: Cancellation,
    cpus: usize,
}

impl CommandContext<'_> {
    /// `ORCHESTRATE_DATA`: the folder that holds the datasets.
    pub fn data_root(&self) -> Option<&Path> {
        self.session.surroundings.data_root.as_deref()
    }

    /// A run that was recorded: the latest one of an experiment (its name, its file, or a folder or
    /// file with its report), or any that is kept, by its id or as `EXPERIMENT@ID`.
    ///
    /// # Errors
    /// When there is no such run, or no store.
    pub fn recorded_run(
        &self,
        places: &PlaceArguments,
        run: &str,
    ) -> Result<RecordedRun, Vec<Diagnostic>> {
        let (report, folder) = find_run(run, &places.runs).map_err(|error| error.mistakes)?;
        let store = self.session.store(places).map_err(|error| error.mistakes)?;
        Ok(RecordedRun::new(report, folder, Arc::new(store)))
    }

    /// How many processors there are.
    pub fn cpus(&self) -> usize {
        self.cpus
    }

    /// A variable of the environment, if it is set to text. Only what belongs to another program, such
    /// as a token for its server, is asked for like this.
    pub fn environment(&self, name: &str) -> Option<&str> {
        self.session.surroundings.environment.get(name).map(String::as_str)
    }

    /// Writes to standard output.
    pub fn data(&self, text: &str) {
        self.session.console.data(text);
    }

    /// Writes a line for people to standard error.
    pub fn note(&self, line: &str) {
        if !self.session.console.quiet {
            self.session.console.note(line);
        }
    }

    /// From now on Ctrl-C asks the command to stop, and a second one ends the program.
    pub fn cancellation(&self) -> &Cancellation {
        &self.cancellation
    }

    /// Starts to tell how far the command is, on standard error; nothing where that is not wanted.
    pub fn progress(&self, what: &str, total: u64) -> WorkProgress<'_> {
        let counter = Counter::new(self.session.console, what, total);
        WorkProgress { counter, done: AtomicU64::new(0) }
    }
}

/// How far a command is. Its end takes it off the terminal.
pub struct WorkProgress<'a> {
    counter: Counter<'a>,
    done: AtomicU64,
}

impl WorkProgress<'_> {
    /// One more is done, by whichever thread.
    pub fn advance(&self, item: &str) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.counter.set(done, item);
    }
}

/// Runs an added command.
pub(crate) fn run_added(
    session: &Session<'_>,
    command: &dyn AddedCommand,
    matches: &clap::ArgMatches,
) -> Result<Exit, CommandError> {
    let cancellation = Cancellation::new();
    let notice = "stopping; press Ctrl-C again to leave at once";
    interrupt::watch(session.console, &cancellation, notice.to_owned());
    let cpus = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let context = CommandContext { session, cancellation, cpus };
    match command.run(matches, &context) {
        Ok(Ending::Done) => Ok(Exit::Done),
        Ok(Ending::Failed) => Ok(Exit::Failed),
        Err(mistakes) => Err(CommandError { mistakes }),
    }
}
