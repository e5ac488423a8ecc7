//! The program as a whole: global options and the list of commands.

use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand};

use super::{
    CompletionsArguments, DoctorArguments, ExplainArguments, GcArguments, GraphArguments,
    LogsArguments, ManArguments, PlanArguments, RunArguments, RunsArguments, SchemaArguments,
    ShowArguments, StagesArguments, StatusArguments, UiArguments, VerifyArguments,
};
use crate::colour::ColourChoice;
use crate::{About, AddedCommand};

const EXAMPLES: &str = "\
Examples:
  orchestrate run experiments/quickstart.yaml
  orchestrate plan experiments/quickstart.yaml --data-root /data
  orchestrate run experiments/quickstart.yaml --set train.epochs=5 --set 'matrix.seed=[8]'
  orchestrate explain experiments/quickstart.yaml train
  orchestrate show quickstart compare
  orchestrate status --watch
  orchestrate runs quickstart

Exit status: 0 done, 1 a stage failed or the run was stopped, 2 the request is wrong, 3 a bug.";

/// What was asked for.
#[derive(Debug, Parser)]
#[command(after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) globals: GlobalArguments,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct GlobalArguments {
    /// Print no progress and no summary, only results, warnings and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Print what actions log; twice for decisions about the cache
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,

    /// Colour of messages: auto, always or never; auto honours NO_COLOR and CLICOLOR_FORCE
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value_t,
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub(crate) color: ColourChoice,
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
  orchestrate run experiments/quickstart.yaml --sweep train.epochs=2,4 --until evaluate
  orchestrate run experiments/quickstart.yaml --dry-run --force train
  orchestrate run experiments/quickstart.yaml --trace-file trace.json
  orchestrate run experiments/quickstart.yaml --keep-going --json > events.jsonl

Exit status: 0 done, 1 a stage failed or the run was stopped, 2 the request is wrong, 3 a bug.")]
    Run(RunArguments),
    /// Say what `run` would do, without running anything
    #[command(after_help = "\
Each node is one of: cached (its result is there), run (with every reason), depends (on what
nodes before it will give), cannot (something it needs is missing).

Examples:
  orchestrate plan experiments/quickstart.yaml
  orchestrate plan experiments/quickstart.yaml --set train.epochs=5 --json

Exit status: 0, or 1 if something cannot run.")]
    Plan(PlanArguments),
    /// Say why a node would run again, with old and new values
    #[command(after_help = "\
NODE is the name in the file (all its variants) or one variant. RUN is the id of a run of this
experiment, the name of another experiment, or a report or a run folder.

Examples:
  orchestrate explain experiments/quickstart.yaml train
  orchestrate explain experiments/quickstart.yaml 'train[method=full,seed=8]'
  orchestrate explain experiments/quickstart.yaml train --against 20260131T101500Z-1f4267
  orchestrate explain experiments/quickstart.yaml --against other-experiment")]
    Explain(ExplainArguments),
    /// Draw the graph of an experiment
    #[command(after_help = "\
Example:
  orchestrate graph experiments/quickstart.yaml --format dot | dot -Tsvg > graph.svg")]
    Graph(GraphArguments),
    /// List the stages, or describe one with its parameters
    #[command(after_help = "\
Examples:
  orchestrate stages
  orchestrate stages train")]
    Stages(StagesArguments),
    /// Show what the latest run of an experiment did and where its outputs are
    #[command(after_help = "\
Examples:
  orchestrate show quickstart                     by name, as under runs/
  orchestrate show experiments/quickstart.yaml    by file
  orchestrate show quickstart 'train[method=full,seed=8]'
  orchestrate show quickstart 'train[method=full,seed=8]' --export DIR")]
    Show(ShowArguments),
    /// Say how far the runs in progress are
    #[command(after_help = "\
It can be asked from any terminal that sees the folder of runs. A run that ended without saying so
is named as interrupted, with the command that goes on with it.

Examples:
  orchestrate status
  orchestrate status quickstart --watch
  orchestrate status --json")]
    Status(StatusArguments),
    /// List the runs so far, the newest first: when, how they ended, how long they took
    #[command(after_help = "\
A status is done, nothing to do, failed, stopped (by Ctrl-C or a signal), interrupted (its process is
gone) or running. Of each experiment the newest 50 runs that computed something are remembered, and
the latest run whatever it did. What a run is called here is what `compare`, `explain --against` and
others take: NAME@RUN, or the run alone.

Examples:
  orchestrate runs
  orchestrate runs quickstart --all
  orchestrate runs --limit 5 --json")]
    Runs(RunsArguments),
    /// Print the log of a node, also while it runs
    #[command(after_help = "\
Examples:
  orchestrate logs quickstart 'train[method=full,seed=8]'
  orchestrate logs -f quickstart train
  orchestrate logs quickstart train --tail 20")]
    Logs(LogsArguments),
    /// Show running and past runs as a page in the browser
    #[command(after_help = "\
The page follows the runs of this folder, whichever terminal they were started in: the graph with
the state of every node, progress, curves of what is measured, logs, failures, and a button that
stops a run as Ctrl-C would. It listens on this machine only, and only to a browser that was given
the whole address. From elsewhere: `ssh -L 8460:127.0.0.1:8460 MACHINE`, then the same address.

Examples:
  orchestrate ui
  orchestrate ui --port 0 --runs /scratch/runs

Exit status: 0 when Ctrl-C closes it, 2 if the port is taken.")]
    Ui(UiArguments),
    /// Read the whole store again and remove what is damaged
    #[command(after_help = "\
What is removed is computed again by the next run that needs it.

Examples:
  orchestrate verify
  orchestrate verify --dry-run

Exit status: 0 if everything is whole, 1 if something was damaged.")]
    Verify(VerifyArguments),
    /// Remove results that nothing needs any more
    #[command(after_help = "\
What the reports of runs refer to is kept, and what a run in progress uses. Of the rest it removes
what is older than a day, or with --max-size the oldest until the store is small enough. It may be
called while experiments run.

Examples:
  orchestrate gc --dry-run
  orchestrate gc --keep-runs 3 --older-than 30d
  orchestrate gc --max-size 50GiB")]
    Gc(GcArguments),
    /// Check what this machine has, and say what to do about what is missing
    #[command(after_help = "\
Examples:
  orchestrate doctor
  orchestrate doctor --store /scratch/store --json

Exit status: 0 if nothing failed, otherwise 1.")]
    Doctor(DoctorArguments),
    /// Print the JSON Schema of a kind of file, for editors
    #[command(after_help = "\
Examples:
  orchestrate schema > experiment.schema.json
  orchestrate schema --list

An editor with a YAML language server completes and checks a file whose first line is
  # yaml-language-server: $schema=experiment.schema.json
with the path of the schema relative to the file.")]
    Schema(SchemaArguments),
    /// Print a completion script for a shell
    #[command(after_help = "\
Examples:
  orchestrate completions bash > ~/.local/share/bash-completion/completions/orchestrate
  orchestrate completions zsh > ~/.zfunc/_orchestrate
  orchestrate completions fish > ~/.config/fish/completions/orchestrate.fish")]
    Completions(CompletionsArguments),
    /// Print the manual page, or write one page per command into a folder
    #[command(after_help = "\
Examples:
  orchestrate man | man -l -
  orchestrate man ~/.local/share/man/man1")]
    Man(ManArguments),
}

/// The definition of the command line, under the program's own name, with the commands that only it
/// has.
pub(crate) fn definition(about: About, commands: &[&dyn AddedCommand]) -> clap::Command {
    let definition =
        Arguments::command().name(about.name).version(about.version).about(about.summary);
    commands.iter().fold(definition, |all, added| all.subcommand(added.definition()))
}
