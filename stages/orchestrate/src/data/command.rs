//! The command and its commands.

use clap::{ArgMatches, Subcommand};
use pipeline_cli::{AddedCommand, CommandContext, Ending};
use pipeline_spec::Diagnostic;

use super::arguments::DataCommand;
use super::{check, list, preview, show};

/// `data`.
pub(crate) struct Data;

const EXAMPLES: &str = "\
Examples:
  orchestrate data list --data-root /data
  orchestrate data show acdc
  orchestrate data check acdc --data-root /data
  orchestrate data check ./mine.yaml --root /data/mine --table mine.arrow
  orchestrate data preview acdc --root /data/acdc --out acdc.png";

impl AddedCommand for Data {
    fn definition(&self) -> clap::Command {
        DataCommand::augment_subcommands(clap::Command::new("data"))
            .about("Look at a dataset: list, show, check, preview")
            .subcommand_required(true)
            .arg_required_else_help(true)
            .after_help(EXAMPLES)
    }

    fn run(
        &self,
        matches: &ArgMatches,
        context: &CommandContext<'_>,
    ) -> Result<Ending, Vec<Diagnostic>> {
        let command: DataCommand = pipeline_cli::arguments(matches)?;
        match command {
            DataCommand::List(arguments) => list::list(&arguments, context),
            DataCommand::Show(arguments) => show::show(&arguments, context),
            DataCommand::Check(arguments) => check::check(&arguments, context),
            DataCommand::Preview(arguments) => preview::preview(&arguments, context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound_and_every_command_has_an_example() {
        let definition = Data.definition();
        definition.clone().debug_assert();
        let about = definition.get_about().map(ToString::to_string).unwrap_or_default();
        assert!(about.starts_with("Look at a dataset"), "{about}");
        for command in definition.get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("orchestrate data "), "{} has no example", command.get_name());
        }
    }
}
