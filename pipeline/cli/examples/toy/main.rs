//! A whole program with toy stages: what a binary that uses this library looks like.
//!
//! `cargo run -p pipeline-cli --example toy -- stages`

mod count;
mod nodes;
mod word;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use pipeline_cli::About;
use pipeline_engine::{
    ActionContext, CommandLine, Job, ParamProblem, Placement, Ports, Registry, SourceContext,
    SourceFile, SourceOrigin, Stage, StageError, StageInfo,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

fn main() -> ExitCode {
    // The program is its own worker: with `--job FILE` it carries out one action.
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, job] = arguments.as_slice()
        && flag == "--job"
    {
        return ExitCode::from(count::work(Path::new(job)));
    }
    let registry = Registry::new()
        .with(Say)
        .with(Collect)
        .with(Trip)
        .with(Wait)
        .with(Gate)
        .with(Read)
        .with(Lift)
        .with(Call)
        .with(count::Count)
        .with_document("words", || schemars::schema_for!(Vec<SayParams>));
    let about = About { name: "toy", version: "1.2.3", summary: "Writes and collects words" };
    pipeline_cli::main(&registry, &[&word::Word, &nodes::Made], &[&nodes::NodeList], about)
}

/// Writes a word into a file.
struct Say;

/// Parameters of `say`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SayParams {
    /// The word to write; not empty.
    word: String,
    /// How often, from 1; default 1.
    #[serde(default = "once")]
    times: u32,
    /// How it is written; default `plain`.
    #[serde(default)]
    style: Style,
    /// Seed of nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Style {
    /// As it is.
    #[default]
    Plain,
    /// Between two texts.
    Framed(Frame),
}

/// Parameters of `framed`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Frame {
    /// Before and after the word.
    border: String,
}

fn once() -> u32 {
    1
}

impl Stage for Say {
    type Params = SayParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "say",
            version: 1,
            summary: "writes a word into a file",
            placement: Placement::InProcess,
        }
    }

    fn ports(&self, _params: &SayParams) -> Ports {
        Ports::new().output("text", "text")
    }

    fn check(&self, params: &SayParams) -> Vec<ParamProblem> {
        let mut problems = Vec::new();
        if params.word.is_empty() {
            problems.push(ParamProblem::new("word", "the word is empty").with_help("write a word"));
        }
        if params.times == 0 {
            problems.push(ParamProblem::new("times", "found 0").with_help("1 or more"));
        }
        problems
    }

    fn run(&self, params: &SayParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        let border = match &params.style {
            Style::Plain => "",
            Style::Framed(frame) => &frame.border,
        };
        let word = format!("{border}{}{border} ", params.word);
        for done in 0..params.times {
            context.progress(u64::from(done), u64::from(params.times), "writing");
        }
        if params.word == "leak" {
            context.warn("the word is a leak");
        }
        let text = word.repeat(params.times as usize);
        fs_err::write(context.output("text")?.join("word.txt"), text.trim())
            .map_err(StageError::new)
    }
}

/// Collects the words of all variants.
struct Collect;

/// It has none.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CollectParams {}

impl Stage for Collect {
    type Params = CollectParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "collect",
            version: 1,
            summary: "collects words",
            placement: Placement::InProcess,
        }
    }

    fn ports(&self, _params: &CollectParams) -> Ports {
        Ports::new().many_input("texts", "text").shown_output("list", "list", "words.md")
    }

    fn run(&self, _params: &CollectParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        let mut text = String::new();
        for input in context.inputs("texts") {
            let word =
                fs_err::read_to_string(input.dir.join("word.txt")).map_err(StageError::new)?;
            text = format!("{text}- {word} {:?}\n", input.coordinates);
        }
        fs_err::write(context.output("list")?.join("words.md"), text).map_err(StageError::new)
    }
}

/// Fails.
struct Trip;

/// Parameters of `trip`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct TripParams {
    /// Panic instead of failing in an orderly way; default false.
    panic: bool,
}

impl Stage for Trip {
    type Params = TripParams;

    fn info(&self) -> StageInfo {
        StageInfo { name: "trip", version: 1, summary: "fails", placement: Placement::InProcess }
    }

    fn ports(&self, _params: &TripParams) -> Ports {
        Ports::new().input("text", "text").output("nothing", "nothing")
    }

    fn run(&self, params: &TripParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        assert!(!params.panic, "tripped over an invariant");
        context.info("about to trip");
        Err(StageError::message("tripped over 2 stones")
            .with_detail("stone a")
            .with_detail("stone b")
            .with_help("remove the stones"))
    }
}

/// Waits until it is stopped.
struct Wait;

/// Parameters of `wait`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct WaitParams {
    /// Do not stop when asked to; default false.
    stubborn: bool,
}

impl Stage for Wait {
    type Params = WaitParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "wait",
            version: 1,
            summary: "waits until it is stopped",
            placement: Placement::InProcess,
        }
    }

    fn ports(&self, _params: &WaitParams) -> Ports {
        Ports::new().input("text", "text").output("nothing", "nothing")
    }

    fn run(&self, params: &WaitParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        loop {
            if !params.stubborn {
                context.check_cancelled()?;
            }
            std::thread::park_timeout(std::time::Duration::from_millis(1));
        }
    }
}

/// Says how far it is and waits until a file is there.
struct Gate;

/// Parameters of `gate`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GateParams {
    /// The file that opens the gate.
    key: PathBuf,
}

impl Stage for Gate {
    type Params = GateParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "gate",
            version: 1,
            summary: "waits for a file",
            placement: Placement::InProcess,
        }
    }

    fn ports(&self, _params: &GateParams) -> Ports {
        Ports::new().input("text", "text").output("nothing", "passage")
    }

    fn run(&self, params: &GateParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        context.metric("height", 1, 2.5);
        context.progress(1, 4, "waiting");
        context.info("the gate is closed");
        while !params.key.exists() {
            context.check_cancelled()?;
            std::thread::park_timeout(std::time::Duration::from_millis(1));
        }
        context.warn("the gate is open");
        fs_err::write(context.output("nothing")?.join("passage.txt"), "through")
            .map_err(StageError::new)
    }
}

/// Reads files beside the experiment.
struct Read;

/// Parameters of `read`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReadParams {
    /// The files.
    files: Vec<String>,
}

impl Stage for Read {
    type Params = ReadParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "read",
            version: 1,
            summary: "reads files beside the experiment",
            placement: Placement::InProcess,
        }
    }

    fn ports(&self, _params: &ReadParams) -> Ports {
        Ports::new().output("text", "text")
    }

    fn location_params(&self) -> &'static [&'static str] {
        &["files"]
    }

    fn sources(
        &self,
        params: &ReadParams,
        context: &SourceContext,
    ) -> Result<Vec<SourceFile>, StageError> {
        context.decided_by([]);
        let file = |name: &String| SourceFile {
            name: name.clone(),
            origin: SourceOrigin::Path(context.experiment_dir.join(name)),
        };
        Ok(params.files.iter().map(file).collect())
    }

    fn run(&self, params: &ReadParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        let text = params.files.join(" ");
        fs_err::write(context.output("text")?.join("word.txt"), text).map_err(StageError::new)
    }
}

/// Is done by another program.
struct Lift;

/// It has none.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LiftParams {}

impl Stage for Lift {
    type Params = LiftParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "lift",
            version: 1,
            summary: "is done by another program",
            placement: Placement::Worker("toy-worker"),
        }
    }

    fn ports(&self, _params: &LiftParams) -> Ports {
        Ports::new().output("weight", "weight")
    }
}

/// Runs a shell script.
struct Call;

/// Parameters of `call`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CallParams {
    /// The script; `$1` is the folder of its output.
    script: String,
}

impl Stage for Call {
    type Params = CallParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "call",
            version: 1,
            summary: "runs a shell script",
            placement: Placement::Command,
        }
    }

    fn ports(&self, _params: &CallParams) -> Ports {
        Ports::new().output("text", "text")
    }

    fn command(&self, params: &CallParams, job: &Job) -> Result<CommandLine, StageError> {
        let output = job.outputs.get("text").map(|dir| dir.display().to_string());
        Ok(CommandLine {
            program: "sh".to_owned(),
            arguments: ["-c", &params.script, "call", &output.unwrap_or_default()]
                .map(str::to_owned)
                .to_vec(),
            ..CommandLine::default()
        })
    }
}
