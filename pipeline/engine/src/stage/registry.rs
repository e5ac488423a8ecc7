//! The list of stages a program knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::{
    ActionContext, CommandLine, Job, ParamProblem, Ports, Resources, SourceContext, SourceFile,
    Stage, StageError, StageInfo,
};

/// The stages a program knows, by name.
#[derive(Clone, Default)]
pub struct Registry {
    stages: BTreeMap<&'static str, Arc<dyn ErasedStage>>,
    documents: BTreeMap<&'static str, fn() -> schemars::Schema>,
}

impl Registry {
    /// Knows no stages.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a stage; a second one of the same name replaces the first.
    #[must_use]
    pub fn with<S: Stage>(mut self, stage: S) -> Self {
        self.stages.insert(stage.info().name, Arc::new(Arc::new(stage)));
        self
    }

    /// Adds the schema of a kind of file that stages read, such as a data manifest.
    #[must_use]
    pub fn with_document(mut self, name: &'static str, schema: fn() -> schemars::Schema) -> Self {
        self.documents.insert(name, schema);
        self
    }

    /// The kinds of files that stages read, by name, with what makes their schemas.
    pub fn documents(&self) -> &BTreeMap<&'static str, fn() -> schemars::Schema> {
        &self.documents
    }

    /// The stage of this name.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn ErasedStage>> {
        self.stages.get(name)
    }

    /// Every stage, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn ErasedStage>> {
        self.stages.values()
    }

    /// Every name, for messages.
    pub fn names(&self) -> Vec<&'static str> {
        self.stages.keys().copied().collect()
    }
}

/// A [`Stage`] whose parameter type is forgotten.
pub trait ErasedStage: Send + Sync {
    /// Name, version, summary and placement.
    fn info(&self) -> StageInfo;
    /// JSON Schema of the parameters.
    fn schema(&self) -> schemars::Schema;
    /// Reads the parameters and binds the stage to them.
    fn configure(&self, raw: &Value) -> Result<Arc<dyn ConfiguredStage>, Vec<ParamProblem>>;
}

/// A stage bound to its parameters: what a node of the graph holds.
pub trait ConfiguredStage: Send + Sync {
    /// Name, version, summary and placement.
    fn info(&self) -> StageInfo;
    /// All parameters, defaults filled in.
    fn params(&self) -> &Value;
    /// The names of parameters that are not part of the key: they only say where something lies.
    fn location_params(&self) -> &'static [&'static str];
    /// Inputs and outputs.
    fn ports(&self) -> &Ports;
    /// What an action asks for.
    fn resources(&self) -> Resources;
    /// The files outside the store that an action reads.
    fn sources(&self, context: &SourceContext) -> Result<Vec<SourceFile>, StageError>;
    /// The program that carries out one action.
    fn command(&self, job: &Job) -> Result<CommandLine, StageError>;
    /// Does the work of one action.
    fn run(&self, context: &ActionContext<'_>) -> Result<(), StageError>;
}

struct Configured<S: Stage> {
    stage: Arc<S>,
    params: S::Params,
    value: Value,
    ports: Ports,
}

impl<S: Stage> ErasedStage for Arc<S> {
    fn info(&self) -> StageInfo {
        Stage::info(self.as_ref())
    }

    fn schema(&self) -> schemars::Schema {
        schemars::schema_for!(S::Params)
    }

    fn configure(&self, raw: &Value) -> Result<Arc<dyn ConfiguredStage>, Vec<ParamProblem>> {
        let params: S::Params = pipeline_spec::read_value(raw)
            .map_err(|problems| problems.into_iter().map(ParamProblem::from).collect::<Vec<_>>())?;
        let problems = self.check(&params);
        if !problems.is_empty() {
            return Err(problems);
        }
        let value = serde_json::to_value(&params)
            .map_err(|error| vec![ParamProblem::new("", error.to_string())])?;
        let ports = self.ports(&params);
        Ok(Arc::new(Configured { stage: Self::clone(self), params, value, ports }))
    }
}

impl<S: Stage> ConfiguredStage for Configured<S> {
    fn info(&self) -> StageInfo {
        self.stage.info()
    }

    fn params(&self) -> &Value {
        &self.value
    }

    fn location_params(&self) -> &'static [&'static str] {
        self.stage.location_params()
    }

    fn ports(&self) -> &Ports {
        &self.ports
    }

    fn resources(&self) -> Resources {
        self.stage.resources(&self.params)
    }

    fn sources(&self, context: &SourceContext) -> Result<Vec<SourceFile>, StageError> {
        self.stage.sources(&self.params, context)
    }

    fn command(&self, job: &Job) -> Result<CommandLine, StageError> {
        self.stage.command(&self.params, job)
    }

    fn run(&self, context: &ActionContext<'_>) -> Result<(), StageError> {
        self.stage.run(&self.params, context)
    }
}

impl From<pipeline_spec::FieldProblem> for ParamProblem {
    fn from(problem: pipeline_spec::FieldProblem) -> Self {
        Self {
            code: problem.code,
            path: problem.path.to_string(),
            message: problem.message,
            help: problem.help,
        }
    }
}
