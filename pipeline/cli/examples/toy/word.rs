//! A command of the program's own: `toy word`.

use std::time::Duration;

use clap::{Arg, ArgMatches, Command};
use pipeline_cli::{AddedCommand, CommandContext, Ending};
use pipeline_spec::Diagnostic;

/// What can be done to a word.
pub(crate) struct Word;

impl AddedCommand for Word {
    fn definition(&self) -> Command {
        let word = Arg::new("word").required(true).help("The word");
        let letters = Command::new("letters").about("Print the letters of a word").arg(word);
        let hold = Command::new("hold").about("Wait until it is stopped");
        Command::new("word")
            .about("Look at a word")
            .subcommand_required(true)
            .subcommands([letters, hold])
            .after_help("Example:\n  toy word letters hello")
    }

    fn run(
        &self,
        matches: &ArgMatches,
        context: &CommandContext<'_>,
    ) -> Result<Ending, Vec<Diagnostic>> {
        let Some(("letters", matches)) = matches.subcommand() else {
            return Ok(hold(context));
        };
        let word: &String = matches.get_one("word").expect("clap requires it");
        if !word.chars().all(char::is_alphabetic) {
            let mistake = Diagnostic::new("toy::word", format!("`{word}` is not a word"));
            return Err(vec![mistake.with_help("letters only")]);
        }
        let progress = context.progress("letters", word.chars().count() as u64);
        for letter in word.chars() {
            progress.advance(&letter.to_string());
            context.data(&format!("{letter}\n"));
        }
        drop(progress);
        let (root, cpus) = (context.data_root().is_some(), context.cpus() > 0);
        context.note(&format!("data root: {root}, processors: {cpus}"));
        Ok(if word == "typpo" { Ending::Failed } else { Ending::Done })
    }
}

fn hold(context: &CommandContext<'_>) -> Ending {
    context.note("holding");
    while !context.cancellation().is_cancelled() {
        std::thread::park_timeout(Duration::from_millis(1));
    }
    Ending::Failed
}
