//! What the program knows of runs: a file that it adds to each, and `toy made`.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Args, Command};
use pipeline_cli::{AddedCommand, CommandContext, Ending, PlaceArguments, RecordedRun, RunFiles};
use pipeline_spec::Diagnostic;

/// Adds `nodes.txt`: every node, what it came after, and how it ended.
pub(crate) struct NodeList;

impl RunFiles for NodeList {
    fn write(&self, run: &RecordedRun) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
        let path = run.folder().join("nodes.txt");
        let mut text = String::new();
        for node in run.nodes() {
            let after: Vec<_> = node.after.iter().map(ToString::to_string).collect();
            let line = format!("{} after {}: {}\n", node.node, after.join(" "), node.status);
            text.push_str(&line);
        }
        let written = pipeline_store::write_beside(&path, text.as_bytes());
        written.map_err(|error| vec![Diagnostic::new("toy::nodes", error.to_string())])?;
        Ok(vec![path])
    }
}

/// `toy made`: the files of every artifact of a kind.
pub(crate) struct Made;

impl AddedCommand for Made {
    fn definition(&self) -> Command {
        let run = Arg::new("run").required(true).help("The run");
        let kind = Arg::new("kind").required(true).help("The artifact kind");
        let command = Command::new("made").about("Print what a run has made").args([run, kind]);
        PlaceArguments::augment_args(command).after_help("Example:\n  toy made words text")
    }

    fn run(
        &self,
        matches: &ArgMatches,
        context: &CommandContext<'_>,
    ) -> Result<Ending, Vec<Diagnostic>> {
        let places: PlaceArguments = pipeline_cli::arguments(matches)?;
        let [run, kind]: [&String; 2] =
            ["run", "kind"].map(|name| matches.get_one(name).expect("clap requires it"));
        let run = context.recorded_run(&places, run)?;
        context.data(&format!("{} {}\n", run.experiment(), run.report().run_id));
        for artifact in run.artifacts(kind) {
            let placed = run.place(artifact.digest)?;
            let params = run.parameters(artifact.node).unwrap_or_default();
            let mut files: Vec<_> = fs_err::read_dir(placed.dir())
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| (entry.file_name(), fs_err::read_to_string(entry.path())))
                .map(|(name, text)| format!("{}={:?}", name.display(), text.unwrap_or_default()))
                .collect();
            files.sort();
            let (node, port) = (&artifact.node.node, artifact.port);
            context.data(&format!("{node}.{port} {params}: {}\n", files.join(" ")));
        }
        Ok(Ending::Done)
    }
}
