//! Toy stages and a workshop that runs experiments made of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pipeline_engine::{
    ActionContext, Cancellation, Capacity, Cpus, Graph, NodePlan, NodeState, ParamProblem,
    Placement, Plan, PlanOptions, Ports, Registry, Report, Resources, RunEvent, RunOptions,
    RunResult, Selection, SourceContext, SourceFile, SourceOrigin, Stage, StageError, StageInfo,
    WorkerPrograms, run,
};
use pipeline_spec::{Changes, Experiment, Override};
use pipeline_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Writes a text.
pub(crate) struct Text;
/// Reads a text and a word, writes the text with the word appended, or fails, or panics.
pub(crate) struct Append;
/// Joins all texts it gathers, with their coordinates.
pub(crate) struct Join;
/// Copies a file from outside the store, by content or by reference.
pub(crate) struct Import;

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TextParams {
    text: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one way to misbehave")]
pub(crate) struct AppendParams {
    word: String,
    repeat: u32,
    fail: bool,
    panic: bool,
    swallow: bool,
    wait_for_cancel: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportParams {
    path: PathBuf,
    #[serde(default)]
    by_reference: bool,
    /// Change the file while it is being read.
    #[serde(default)]
    disturb: bool,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoParams {}

fn info(name: &'static str) -> StageInfo {
    StageInfo { name, version: 1, summary: "A toy.", placement: Placement::InProcess }
}

fn write(context: &ActionContext<'_>, text: &str) -> Result<(), StageError> {
    let path = context.output("out")?.join("text.txt");
    fs_err::write(path, text).map_err(StageError::new)
}

fn read(dir: &Path) -> Result<String, StageError> {
    fs_err::read_to_string(dir.join("text.txt")).map_err(StageError::new)
}

impl Stage for Text {
    type Params = TextParams;

    fn info(&self) -> StageInfo {
        info("text")
    }

    fn ports(&self, _params: &TextParams) -> Ports {
        Ports::new().output("out", "text")
    }

    fn run(&self, params: &TextParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        context.warn("a toy warning");
        write(context, &params.text)
    }
}

impl Stage for Append {
    type Params = AppendParams;

    fn info(&self) -> StageInfo {
        info("append")
    }

    fn ports(&self, _params: &AppendParams) -> Ports {
        Ports::new().input("in", "text").output("out", "longer")
    }

    fn check(&self, params: &AppendParams) -> Vec<ParamProblem> {
        if params.repeat > 9 {
            return vec![
                ParamProblem::new("repeat", format!("{} is too many", params.repeat))
                    .with_help("at most 9"),
            ];
        }
        Vec::new()
    }

    fn resources(&self, _params: &AppendParams) -> Resources {
        Resources { cpus: Cpus::Count(1), ..Resources::default() }
    }

    fn run(&self, params: &AppendParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        context.info("appending");
        if params.fail {
            return Err(StageError::message("the toy failed").with_help("set fail to false"));
        }
        assert!(!params.panic, "the toy panicked");
        if params.wait_for_cancel {
            loop {
                context.check_cancelled()?;
                std::thread::yield_now();
            }
        }
        let text = read(context.input("in")?)?;
        if params.swallow {
            return write(context, "always the same");
        }
        write(context, &format!("{text}{}", params.word))
    }
}

impl Stage for Join {
    type Params = NoParams;

    fn info(&self) -> StageInfo {
        info("join")
    }

    fn ports(&self, _params: &NoParams) -> Ports {
        Ports::new().many_input("in", "longer").shown_output("out", "joined", "text.txt")
    }

    fn run(&self, _params: &NoParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        let mut lines = String::new();
        for input in context.inputs("in") {
            let labels: Vec<_> =
                input.coordinates.iter().map(|(name, label)| format!("{name}={label}")).collect();
            writeln!(lines, "{}: {}", labels.join(","), read(&input.dir)?).unwrap();
        }
        write(context, &lines)
    }
}

impl Stage for Import {
    type Params = ImportParams;

    fn info(&self) -> StageInfo {
        info("import")
    }

    fn ports(&self, _params: &ImportParams) -> Ports {
        Ports::new().output("out", "text")
    }

    fn location_params(&self) -> &'static [&'static str] {
        &["path"]
    }

    fn sources(
        &self,
        params: &ImportParams,
        context: &SourceContext,
    ) -> Result<Vec<SourceFile>, StageError> {
        context.decided_by([]);
        let path = context.experiment_dir.join(&params.path);
        if !path.exists() {
            return Err(StageError::message(format!("{} is missing", params.path.display())));
        }
        Ok(vec![SourceFile { name: "text.txt".to_owned(), origin: SourceOrigin::Path(path) }])
    }

    fn run(&self, params: &ImportParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        if params.disturb {
            fs_err::write(context.source("text.txt")?, "other").map_err(StageError::new)?;
        }
        if params.by_reference {
            context.reference_source("out", "text.txt", "text.txt");
            return Ok(());
        }
        write(context, &fs_err::read_to_string(context.source("text.txt")?).unwrap())
    }
}

/// Every toy.
pub(crate) fn registry() -> Registry {
    Registry::new().with(Text).with(Append).with(Join).with(Import)
}

/// A folder with a store, in which experiments are run.
pub(crate) struct Workshop {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) capacity: Capacity,
    pub(crate) keep_going: bool,
    pub(crate) cancellation: Cancellation,
    pub(crate) workers: WorkerPrograms,
    pub(crate) registry: Registry,
    pub(crate) selection: Selection,
    pub(crate) force: BTreeSet<usize>,
}

/// What a run did, in words a test can compare.
pub(crate) struct Outcome {
    pub(crate) result: RunResult,
    /// Node to `ran`, `cached`, `failed`, `skipped`.
    pub(crate) status: BTreeMap<String, String>,
    pub(crate) events: Vec<RunEvent>,
    /// The most actions that ran at once.
    pub(crate) at_once: usize,
}

impl Workshop {
    pub(crate) fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            capacity: Capacity { cpus: 2, memory_mib: 4096, gpus: Vec::new() },
            keep_going: false,
            cancellation: Cancellation::new(),
            workers: WorkerPrograms::default(),
            registry: registry(),
            selection: Selection::All,
            force: BTreeSet::new(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn experiment(&self, yaml: &str, set: &[&str]) -> Experiment {
        let overrides: Vec<_> = set.iter().map(|text| Override::parse(text).unwrap()).collect();
        let changes = Changes { overrides, ..Changes::default() };
        pipeline_spec::parse(yaml, &self.path("toy.yaml"), &changes)
            .unwrap_or_else(|errors| panic!("{:?}", miette::Report::new(errors)))
    }

    pub(crate) fn graph(&self, yaml: &str, set: &[&str]) -> Graph {
        Graph::build(&self.experiment(yaml, set), &self.registry)
            .unwrap_or_else(|errors| panic!("{:?}", miette::Report::new(errors)))
    }

    pub(crate) fn mistakes(&self, yaml: &str) -> Vec<String> {
        let Err(errors) = Graph::build(&self.experiment(yaml, &[]), &self.registry) else {
            return Vec::new();
        };
        errors
            .mistakes
            .iter()
            .map(|mistake| {
                let help = mistake.help.clone().unwrap_or_default();
                format!("{}: {} ({help})", mistake.code, mistake.message)
            })
            .collect()
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(&self.path("store")).unwrap()
    }

    pub(crate) fn plan(&self, yaml: &str, set: &[&str]) -> BTreeMap<String, NodePlan> {
        let previous = Report::read(&self.path("runs"));
        let graph = self.graph(yaml, set);
        let options = PlanOptions {
            experiment_dir: self.dir.path().to_owned(),
            selection: self.selection.clone(),
            force: self.force.clone(),
            ..PlanOptions::default()
        };
        Plan::resolve(&graph, &self.store(), previous.as_ref(), &options)
            .nodes
            .into_iter()
            .map(|node| (node.id.to_string(), node))
            .collect()
    }

    pub(crate) fn reasons(&self, yaml: &str, set: &[&str], node: &str) -> Vec<String> {
        match &self.plan(yaml, set)[node].state {
            NodeState::Dirty { reasons, .. } => reasons.iter().map(ToString::to_string).collect(),
            other => panic!("{node} is {other:?}"),
        }
    }

    pub(crate) fn run(&self, yaml: &str, set: &[&str]) -> Outcome {
        let graph = self.graph(yaml, set);
        let events = Mutex::new(Vec::new());
        let (running, most) = (Mutex::new(BTreeSet::new()), AtomicUsize::new(0));
        let options = RunOptions {
            run_id: "20260101T000000Z-0001".to_owned(),
            selection: self.selection.clone(),
            force: self.force.clone(),
            capacity: self.capacity.clone(),
            // Long enough for whoever wants to end, short enough to wait for those who do not.
            grace: Duration::from_secs(1),
            keep_going: self.keep_going,
            experiment_dir: self.dir.path().to_owned(),
            experiment_file: "toy.yaml".to_owned(),
            data_root: None,
            run_dir: self.path("runs"),
            workers: self.workers.clone(),
            program: "test".to_owned(),
            started_at: "2026-01-01T00:00:00Z".to_owned(),
        };
        let take = |event: RunEvent| {
            match &event {
                RunEvent::NodeStarted { node, .. } => {
                    let mut running = running.lock().unwrap();
                    running.insert(node.clone());
                    most.fetch_max(running.len(), Ordering::SeqCst);
                }
                RunEvent::NodeFinished { node, .. } => {
                    running.lock().unwrap().remove(node);
                }
                _ => {}
            }
            events.lock().unwrap().push(event);
        };
        let result = run(&graph, &self.store(), &options, &self.cancellation, &take).unwrap();
        let nodes = &result.report.nodes;
        let status =
            nodes.iter().map(|node| (node.node.to_string(), node.status.clone())).collect();
        Outcome { status, result, events: events.into_inner().unwrap(), at_once: most.into_inner() }
    }
}

impl Outcome {
    /// The nodes with this status.
    pub(crate) fn with(&self, status: &str) -> Vec<&str> {
        self.status
            .iter()
            .filter(|(_, found)| *found == status)
            .map(|(node, _)| node.as_str())
            .collect()
    }

    /// The text shown at the end.
    pub(crate) fn shown(&self) -> String {
        fs_err::read_to_string(&self.result.shown[0]).unwrap()
    }
}
