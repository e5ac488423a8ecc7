//! The arguments.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const EXAMPLES: &str = "\
Examples:
  orchestrate run experiments/quickstart.yaml
  orchestrate plan experiments/acdc-5pct.yaml --data-root /data
  orchestrate run experiments/quickstart.yaml --set train.epochs=5 --set 'matrix.seed=[8]'
  orchestrate explain experiments/quickstart.yaml train
  orchestrate show quickstart compare

Exit status: 0 done, 1 a stage failed or the run was stopped, 2 the request is wrong, 3 a bug.";

/// What was asked for.
#[derive(Debug, Parser)]
#[command(after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Arguments {
    /// Print no progress and no summary, only results, warnings and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Print what actions log; twice for decisions about the cache
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run whatever of an experiment is not done yet, then print its results
    #[command(after_help = "\
What was computed before is taken from the store, whichever experiment computed it. Finished
actions survive anything: after a crash or Ctrl-C run the same command again.

Examples:
  orchestrate run experiments/quickstart.yaml
  orchestrate run experiments/quickstart.yaml --set 'matrix.method=[partial, full]'
  orchestrate run experiments/acdc-5pct.yaml --data-root /data --keep-going --json > events.jsonl")]
    Run(RunArguments),
    /// Say what `run` would do, without running anything
    Plan(PlanArguments),
    /// Say why a node would run again, with old and new values
    #[command(after_help = "\
NODE is the name in the file (all its variants) or one variant:
  orchestrate explain experiments/quickstart.yaml train
  orchestrate explain experiments/quickstart.yaml 'train[method=full,seed=8]'")]
    Explain(ExplainArguments),
    /// Draw the graph of an experiment
    #[command(after_help = "\
Example:
  orchestrate graph experiments/quickstart.yaml --format dot | dot -Tsvg > graph.svg")]
    Graph(GraphArguments),
    /// List the stages, or describe one with its parameters
    Stages(StagesArguments),
    /// Show what the latest run of an experiment did and where its outputs are
    #[command(after_help = "\
Examples:
  orchestrate show quickstart                     by name, as under runs/
  orchestrate show experiments/quickstart.yaml    by file
  orchestrate show quickstart 'train[method=full,seed=8]'
  orchestrate show quickstart 'train[method=full,seed=8]' --export DIR")]
    Show(ShowArguments),
}

/// Which experiment, and what it reads.
#[derive(Debug, Args)]
pub(crate) struct ExperimentArguments {
    /// The experiment file
    #[arg(value_name = "EXPERIMENT")]
    pub(crate) file: PathBuf,

    /// Change one value: `NODE.PARAMETER=VALUE`, `matrix.VARIABLE=[VALUES]`, or a path of the file
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) sets: Vec<String>,

    /// The folder that holds the datasets [default: $ORCHESTRATE_DATA]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_root: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) places: PlaceArguments,
}

/// Where results are.
#[derive(Debug, Args)]
pub(crate) struct PlaceArguments {
    /// The folder that remembers results [default: $ORCHESTRATE_STORE, else .orchestrate]
    #[arg(long, value_name = "DIR")]
    pub(crate) store: Option<PathBuf>,

    /// The folder for reports and tables, one folder per experiment in it
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub(crate) runs: PathBuf,
}

/// `run`.
#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    pub(crate) experiment: ExperimentArguments,

    /// CPU slots that actions share [default: all of the machine]
    #[arg(long, short = 'j', alias = "jobs", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) cpus: Option<u32>,

    /// Memory that actions share, such as `8GiB` [default: nine tenths of the machine's]
    #[arg(long, value_name = "AMOUNT", value_parser = memory)]
    pub(crate) memory: Option<u64>,

    /// GPUs that actions share; 0 for none [default: all that are visible]
    #[arg(long, value_name = "N")]
    pub(crate) gpus: Option<u32>,

    /// After a failure go on with everything that does not depend on it
    #[arg(long, short = 'k')]
    pub(crate) keep_going: bool,

    /// Print one JSON event a line on standard output instead of results
    #[arg(long)]
    pub(crate) json: bool,
}

/// `plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    #[command(flatten)]
    pub(crate) experiment: ExperimentArguments,

    /// Print the plan as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    #[command(flatten)]
    pub(crate) experiment: ExperimentArguments,

    /// The node, or one of its variants
    pub(crate) node: String,
}

/// `graph`.
#[derive(Debug, Args)]
pub(crate) struct GraphArguments {
    #[command(flatten)]
    pub(crate) experiment: ExperimentArguments,

    /// The language to draw in
    #[arg(long, value_enum, default_value_t = GraphFormat::Mermaid)]
    pub(crate) format: GraphFormat,
}

/// Languages for graphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// Shown by GitHub, GitLab and many editors
    Mermaid,
    /// Graphviz
    Dot,
}

/// `stages`.
#[derive(Debug, Args)]
pub(crate) struct StagesArguments {
    /// The stage to describe [default: a list of all]
    pub(crate) name: Option<String>,

    /// Write a reference page in Markdown
    #[arg(long)]
    pub(crate) markdown: bool,
}

/// `show`.
#[derive(Debug, Args)]
pub(crate) struct ShowArguments {
    /// The experiment: its file, or its name under the folder of runs
    #[arg(value_name = "EXPERIMENT")]
    pub(crate) run: String,

    /// One node, or one of its variants, in full
    pub(crate) node: Option<String>,

    #[command(flatten)]
    pub(crate) places: PlaceArguments,

    /// Print the report as JSON
    #[arg(long)]
    pub(crate) json: bool,

    /// Copy the node's outputs out of the store into this folder
    #[arg(long, value_name = "DIR", requires = "node", conflicts_with = "json")]
    pub(crate) export: Option<PathBuf>,
}

fn memory(text: &str) -> Result<u64, String> {
    pipeline_spec::parse_memory(text)
        .map_err(|error| format!("{error}; {}", pipeline_spec::MemoryError::HELP))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn reads_a_long_command_line() {
        let line =
            "o run e.yaml --set a.b=1 --set matrix.seed=[8] -j 2 --memory 4GiB --gpus 0 -k -q";
        let arguments = Arguments::try_parse_from(line.split(' ')).unwrap();
        assert!(arguments.quiet);
        let Command::Run(run) = arguments.command else { panic!("not run") };
        assert_eq!(run.experiment.sets, ["a.b=1", "matrix.seed=[8]"]);
        assert_eq!((run.cpus, run.memory, run.gpus), (Some(2), Some(4096), Some(0)));
        assert!(run.keep_going && !run.json);
        assert_eq!(run.experiment.places.runs, PathBuf::from("runs"));
    }

    #[test]
    fn refuses_amounts_it_cannot_read() {
        for wrong in ["run e --memory 4096", "run e --cpus 0", "run e --gpus -1", "run", "rum e"] {
            let line = format!("o {wrong}");
            assert!(Arguments::try_parse_from(line.split(' ')).is_err(), "{wrong}");
        }
    }
}
