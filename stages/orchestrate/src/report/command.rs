//! `orchestrate report`.

use std::path::{Path, PathBuf};

use clap::{ArgMatches, Args};
use pipeline_cli::{AddedCommand, CommandContext, Ending, PlaceArguments, RecordedRun};
use pipeline_engine::Report;
use pipeline_spec::{Diagnostic, sentence};
use pipeline_store::write_beside;

use super::content::Content;
use super::document::document;
use super::file::FILE;

/// `report`.
pub(crate) struct ReportCommand;

const EXAMPLES: &str = "\
Examples:
  orchestrate report quickstart
  orchestrate report quickstart --out quickstart.html
  orchestrate report quickstart@20260131T100000.000Z --out - > old.html";

/// What `report` is asked.
#[derive(Debug, Args)]
struct ReportArguments {
    /// The run: an experiment's name (its latest run), its file, a run's folder or report, or a
    /// run of the history as EXPERIMENT@ID
    #[arg(value_name = "RUN")]
    run: String,

    /// The file to write; `-` is standard output [default: `report.html` in the run's folder, or
    /// `history/ID.html` for a run that is not the latest]
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,

    #[command(flatten)]
    places: PlaceArguments,
}

impl AddedCommand for ReportCommand {
    fn definition(&self) -> clap::Command {
        ReportArguments::augment_args(clap::Command::new("report"))
            .about("Write a run as one page: what ran, tables, figures, subjects, provenance")
            .long_about(
                "Write a run as one page: what ran and with which parameters, tables, figures, every \
                 subject, provenance. The file needs no network and no other file. `run` writes it \
                 after every run; this writes it for runs of the history, or somewhere else.",
            )
            .after_help(EXAMPLES)
    }

    fn run(
        &self,
        matches: &ArgMatches,
        context: &CommandContext<'_>,
    ) -> Result<Ending, Vec<Diagnostic>> {
        let arguments: ReportArguments = pipeline_cli::arguments(matches)?;
        let run = context.recorded_run(&arguments.places, &arguments.run)?;
        let html = document(&Content::of(&run));
        let path = match arguments.out {
            Some(path) if path == Path::new("-") => {
                context.data(&html);
                return Ok(Ending::Done);
            }
            Some(path) => path,
            None => usual_path(&run),
        };
        write_beside(&path, html.as_bytes()).map_err(|error| unwritable(&path, &error))?;
        context.data(&format!("{}\n", path.display()));
        Ok(Ending::Done)
    }
}

/// Where the page of a run lies unless someone says otherwise.
fn usual_path(run: &RecordedRun) -> PathBuf {
    let id = &run.report().run_id;
    let latest = Report::read(run.folder()).is_none_or(|latest| latest.run_id == *id);
    if latest {
        run.folder().join(FILE)
    } else {
        run.folder().join(Report::HISTORY).join(format!("{id}.html"))
    }
}

/// A page that cannot be written.
pub(super) fn unwritable(path: &Path, error: &std::io::Error) -> Vec<Diagnostic> {
    let message = format!("`{}` cannot be written: {}", path.display(), sentence(error));
    let help = "choose a file in a folder that is writable";
    vec![Diagnostic::new("report::output", message).with_help(help)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound_and_has_examples() {
        let definition = ReportCommand.definition();
        definition.clone().debug_assert();
        let help = definition.get_after_help().map(ToString::to_string).unwrap_or_default();
        assert!(help.contains("orchestrate report quickstart"), "{help}");
        let matches = definition.try_get_matches_from(["report", "tiny", "--out", "-"]).unwrap();
        let arguments: ReportArguments = pipeline_cli::arguments(&matches).unwrap();
        assert_eq!((arguments.run.as_str(), arguments.out), ("tiny", Some("-".into())));
    }
}
