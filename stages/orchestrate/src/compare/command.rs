//! The command.

use std::collections::BTreeSet;

use clap::{ArgMatches, Args, ValueEnum};
use pipeline_cli::{AddedCommand, CommandContext, Ending, PlaceArguments, RecordedRun};
use pipeline_spec::{Diagnostic, suggest};
use serde_json::{Value, json};
use stages_difference::{Difference, Measured, Question, difference};
use stages_tables::Grid;

use super::metrics::{Metrics, mistake};
use super::moved::moved;
use super::page::{Part, markdown, text};
use super::structure::Structure;
use super::tell;
use super::variables::Variables;

/// `compare`.
pub(crate) struct Compare;

const ABOUT: &str =
    "Compare two runs: what differs, which metrics moved, which subjects moved most";

const EXPLANATION: &str = "\
Compare two runs: which nodes, parameters, inputs, versions and machines differ; which metrics moved
and by how much against the spread over repetitions; which subjects moved most.

This is the command. The stage `compare`, a node of an experiment, makes the paper tables of one run:
`orchestrate stages compare`.";

const EXAMPLES: &str = "\
A run is the name of an experiment or its file (its latest run), NAME@RUN, the id of a run as
`orchestrate runs` lists it, or a report.

Examples:
  orchestrate compare quickstart other-experiment
  orchestrate compare quickstart@20260131T101500Z-1f4267 quickstart
  orchestrate compare baseline quickstart --metric dice,hd95 --grid native --subjects 10
  orchestrate compare baseline quickstart --format md > difference.md

Exit status: 0 whether they differ or not, 2 the request is wrong.";

/// The arguments.
#[derive(Debug, Args)]
struct CompareArguments {
    /// The run before
    #[arg(value_name = "RUN_A")]
    a: String,

    /// The run after
    #[arg(value_name = "RUN_B")]
    b: String,

    /// The metrics that are compared
    #[arg(long, value_name = "A,B", value_delimiter = ',', default_value = "dice")]
    metric: Vec<String>,

    /// The grid it was measured on [default: network, if it was measured there]
    #[arg(long, value_enum)]
    grid: Option<GridArgument>,

    /// The checkpoint that predicted, such as `last` [default: best]
    #[arg(long, value_name = "NAME")]
    checkpoint: Option<String>,

    /// The variables whose values are repetitions of each other
    #[arg(long, value_name = "A,B", value_delimiter = ',', default_value = "seed")]
    over: Vec<String>,

    /// How many subjects are listed that became better, and as many that became worse
    #[arg(long, value_name = "N", default_value_t = 5)]
    subjects: usize,

    /// How it is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Print it as JSON, in full precision
    #[arg(long, conflicts_with = "format")]
    json: bool,

    #[command(flatten)]
    places: PlaceArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum GridArgument {
    /// The network's grid, resampled and cropped
    Network,
    /// The scan's own voxels
    Native,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    #[default]
    Text,
    /// Markdown
    Md,
}

impl AddedCommand for Compare {
    fn definition(&self) -> clap::Command {
        CompareArguments::augment_args(clap::Command::new("compare"))
            .about(ABOUT)
            .long_about(EXPLANATION)
            .after_help(EXAMPLES)
    }

    fn run(
        &self,
        matches: &ArgMatches,
        context: &CommandContext<'_>,
    ) -> Result<Ending, Vec<Diagnostic>> {
        let arguments: CompareArguments = pipeline_cli::arguments(matches)?;
        compare(&arguments, context)?;
        Ok(Ending::Done)
    }
}

fn compare(
    arguments: &CompareArguments,
    context: &CommandContext<'_>,
) -> Result<(), Vec<Diagnostic>> {
    let [a, b] =
        both([&arguments.a, &arguments.b].map(|run| context.recorded_run(&arguments.places, run)))?;
    let variables = Variables::of(a.nodes(), b.nodes());
    let structure = Structure::of(&a, &b, &variables);
    let mut parts = tell::runs(&a, &b);
    parts.extend(tell::structure(&structure));
    let metrics = Metrics::of(&a, &b);
    let mut note = metrics.missing(&a, &b);
    if note.is_none() && metrics.is_same() {
        note = Some("the metrics are the same in both runs".to_owned());
    }
    let found = match &note {
        Some(_) => Ok(Vec::new()),
        None => differences(arguments, variables.ignored, &metrics, [&a, &b]),
    };
    if arguments.json {
        context.data(&as_json(&structure, &found?, note.as_deref(), [&a, &b]));
        return Ok(());
    }
    if let Ok(found) = &found {
        parts.extend(note.map(|note| Part::Line(0, note)));
        for one in found {
            parts.extend(moved(one, arguments.subjects));
        }
    }
    // What differs is worth telling also where the metrics cannot be read.
    context.data(&match arguments.format {
        Format::Text => text(&parts),
        Format::Md => markdown(&parts),
    });
    found.map(|_| ())
}

/// Both runs, or what is wrong with either.
fn both(
    [a, b]: [Result<RecordedRun, Vec<Diagnostic>>; 2],
) -> Result<[RecordedRun; 2], Vec<Diagnostic>> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok([a, b]),
        (Err(mut a), Err(b)) => {
            a.extend(b);
            Err(a)
        }
        (Err(mistakes), Ok(_)) | (Ok(_), Err(mistakes)) => Err(mistakes),
    }
}

/// Repetitions differ in variables that there are; an experiment without seeds has one repetition.
fn check_over<'a>(
    over: &[String],
    measured: impl Iterator<Item = &'a Measured>,
) -> Result<(), Vec<Diagnostic>> {
    let known: BTreeSet<&str> =
        measured.flat_map(|one| one.coordinates.keys()).map(String::as_str).collect();
    let known: Vec<&str> = known.into_iter().collect();
    let is_unknown = |name: &&String| *name != "seed" && !known.contains(&name.as_str());
    let Some(name) = over.iter().find(is_unknown) else { return Ok(()) };
    let message = format!("`--over`: neither run has a variable `{name}`");
    let help = match suggest(name, &known) {
        Some(near) => format!("did you mean `{near}`? There are: {}", known.join(", ")),
        None => format!("there are: {}", known.join(", ")),
    };
    Err(vec![Diagnostic::new("compare::over", message).with_help(help)])
}

fn differences(
    arguments: &CompareArguments,
    ignored: BTreeSet<String>,
    metrics: &Metrics<'_>,
    [a, b]: [&RecordedRun; 2],
) -> Result<Vec<Difference>, Vec<Diagnostic>> {
    let [of_a, of_b] = metrics.read(a, b)?;
    check_over(&arguments.over, of_a.iter().chain(&of_b))?;
    let mut question = Question {
        metric: String::new(),
        grid: arguments.grid.map(|grid| match grid {
            GridArgument::Network => Grid::Network,
            GridArgument::Native => Grid::Native,
        }),
        checkpoint: arguments.checkpoint.clone(),
        over: arguments.over.iter().cloned().collect(),
        ignored,
    };
    let one = |metric: &String| {
        question.metric.clone_from(metric);
        difference(&of_a, &of_b, &question).map_err(|error| mistake(&error))
    };
    arguments.metric.iter().map(one).collect()
}

fn as_json(
    structure: &Structure,
    found: &[Difference],
    note: Option<&str>,
    [a, b]: [&RecordedRun; 2],
) -> String {
    let run = |run: &RecordedRun| -> Value {
        let report = run.report();
        json!({
            "experiment": run.experiment(),
            "run_id": report.run_id,
            "file": report.file,
            "started_at": report.started_at,
            "program": report.program,
        })
    };
    let all = json!({
        "a": run(a),
        "b": run(b),
        "differs": structure,
        "metrics": found,
        "note": note,
    });
    format!("{all:#}\n")
}
