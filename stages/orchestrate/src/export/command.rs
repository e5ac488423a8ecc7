//! The command and its commands.

use clap::{ArgMatches, Subcommand};
use pipeline_cli::{AddedCommand, CommandContext, Ending};
use pipeline_spec::Diagnostic;

use super::arguments::ExportCommand;
use super::{mlflow, predictions, tensorboard};

/// `export`.
pub(crate) struct Export;

const EXAMPLES: &str = "\
Examples:
  orchestrate export tensorboard quickstart --out tb
  orchestrate export mlflow quickstart --to mlruns
  orchestrate export predictions quickstart --out predictions";

impl AddedCommand for Export {
    fn definition(&self) -> clap::Command {
        ExportCommand::augment_subcommands(clap::Command::new("export"))
            .about("Hand results to other programs: TensorBoard, MLflow, viewers of NIfTI")
            .subcommand_required(true)
            .arg_required_else_help(true)
            .after_help(EXAMPLES)
    }

    fn run(
        &self,
        matches: &ArgMatches,
        context: &CommandContext<'_>,
    ) -> Result<Ending, Vec<Diagnostic>> {
        let command: ExportCommand = pipeline_cli::arguments(matches)?;
        match command {
            ExportCommand::Tensorboard(arguments) => tensorboard::export(&arguments, context),
            ExportCommand::Mlflow(arguments) => mlflow::export(&arguments, context),
            ExportCommand::Predictions(arguments) => predictions::export(&arguments, context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound_and_every_command_has_an_example() {
        let definition = Export.definition();
        definition.clone().debug_assert();
        assert_eq!(definition.get_subcommands().count(), 3);
        for command in definition.get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("orchestrate export "), "{} has no example", command.get_name());
        }
    }
}
