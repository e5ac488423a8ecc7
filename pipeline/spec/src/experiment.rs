//! What an experiment file asks for.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::Value;

use crate::placeholder::substitute;
use crate::set::{get, merge, set};
use crate::source::Part;
use crate::{Diagnostic, FieldPath, Gpus, SourceMap};

/// An experiment: nodes, and the matrix that multiplies them.
#[derive(Debug, Clone)]
pub struct Experiment {
    /// The name of its folder under `runs/`.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// The matrix, in the order of the file.
    pub matrix: IndexMap<String, MatrixVariable>,
    /// The nodes, in the order of the file.
    pub nodes: IndexMap<String, NodeSpec>,
    /// Where everything was written.
    pub source: SourceMap,
    /// The experiment file, as it was named.
    pub path: PathBuf,
    /// Parameters that the command line gives, by node, in the order given.
    pub(crate) assignments: BTreeMap<String, Vec<Assignment>>,
    /// The plain values of each variable, by label.
    pub(crate) choices: BTreeMap<String, IndexMap<String, Value>>,
    /// The variables that each node uses itself; nodes without are not there.
    pub(crate) variables: BTreeMap<String, BTreeSet<String>>,
}

/// One variable of the matrix.
#[derive(Debug, Clone, PartialEq)]
pub enum MatrixVariable {
    /// Plain values: null, booleans, numbers or text.
    Values(Vec<Value>),
    /// Named bundles: what each lays over the parameters of which node.
    Bundles(IndexMap<String, IndexMap<String, Value>>),
}

/// One node: a step of the experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeSpec {
    /// The stage.
    pub uses: String,
    /// The parameters, always an object, before bundles, `--set` and placeholders.
    pub with: Value,
    /// Ports that are wired by hand: one source each, or several for a port that gathers.
    pub inputs: IndexMap<String, Vec<InputSpec>>,
    /// What the actions may use, where that differs from what the stage asks for.
    pub resources: ResourcesSpec,
    /// What ends an action that takes too much.
    pub limits: LimitsSpec,
    /// How often a failed action is tried again.
    pub retries: u32,
}

/// Where an input port takes its artifact from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputSpec {
    /// The node.
    pub node: String,
    /// Its output port; the one of the right kind if absent.
    pub port: Option<String>,
    /// The variables to gather over; all if absent.
    pub over: Option<Vec<String>>,
    /// Coordinates given to what comes from there, by variable: `as: {method: softmax}`.
    pub labels: BTreeMap<String, String>,
}

/// What the actions of a node may use; never part of a key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ResourcesSpec {
    /// CPU slots, at least 1.
    pub cpus: Option<u32>,
    /// Memory in MiB.
    pub memory_mib: Option<u64>,
    /// Whole GPUs or a share of one.
    pub gpus: Option<Gpus>,
}

/// What ends an action; never part of a key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LimitsSpec {
    /// How long an action may take.
    pub time: Option<Duration>,
    /// How much memory it may take, in MiB.
    pub memory_mib: Option<u64>,
}

/// One parameter that the command line gives.
#[derive(Debug, Clone)]
pub(crate) struct Assignment {
    pub(crate) path: FieldPath,
    pub(crate) value: Value,
}

impl Experiment {
    /// The matrix variables that a node itself uses: those its parameters mention, and those with
    /// a bundle that speaks of it.
    pub fn direct_variables(&self, node: &str) -> BTreeSet<String> {
        self.variables.get(node).cloned().unwrap_or_default()
    }

    /// The labels of a variable's values, in order: the text of a plain value, the name of a bundle.
    pub fn labels(&self, variable: &str) -> Vec<String> {
        match self.matrix.get(variable).and_then(MatrixVariable::bundles) {
            Some(bundles) => bundles.keys().cloned().collect(),
            None => {
                self.choices.get(variable).into_iter().flat_map(|all| all.keys().cloned()).collect()
            }
        }
    }

    /// The parameters of a node at one point of the matrix: `with`, the bundles laid over it in the
    /// order of the matrix, `--set`, and placeholders replaced.
    ///
    /// `coordinates` gives the label of each variable; those that the node does not use may be
    /// absent.
    pub fn params(&self, node: &str, coordinates: &BTreeMap<String, String>) -> Value {
        let mut params = self.layered(node, coordinates);
        for assignment in self.assignments.get(node).into_iter().flatten() {
            // An item that no combination has was reported when the file was read.
            let _ = set(&mut params, &assignment.path, &assignment.value);
        }
        substitute(&mut params, &|variable| self.value_of(variable, coordinates));
        params
    }

    /// The field that a parameter of a node comes from at one point of the matrix: below
    /// `stages.NODE.with`, or below `matrix.VARIABLE.BUNDLE.NODE` if a bundle lays it over.
    pub fn origin(
        &self,
        node: &str,
        coordinates: &BTreeMap<String, String>,
        param: &FieldPath,
    ) -> FieldPath {
        let written = FieldPath::root().key("stages").key(node).key("with").join(param);
        if self.source.is_set(&written) {
            return written;
        }
        for (variable, kind) in self.matrix.iter().rev() {
            let overlay = kind
                .bundles()
                .zip(coordinates.get(variable))
                .and_then(|(bundles, chosen)| Some((chosen, bundles.get(chosen)?.get(node)?)));
            if let Some((chosen, overlay)) = overlay
                && !param.segments().is_empty()
                && get(overlay, param).is_some()
            {
                return FieldPath::root()
                    .key("matrix")
                    .key(variable)
                    .key(chosen)
                    .key(node)
                    .join(param);
            }
        }
        written
    }

    /// A diagnostic about a field, at its place in the file, or at its nearest ancestor's, or at
    /// the `--set` argument that it comes from.
    pub fn diagnostic(
        &self,
        path: &FieldPath,
        code: impl Into<String>,
        message: impl Into<String>,
        help: Option<String>,
    ) -> Diagnostic {
        let code = code.into();
        let part = if code.ends_with("::unknown_field") { Part::Key } else { Part::Value };
        self.source.report(path, part, &code, message, help)
    }

    pub(crate) fn layered(&self, node: &str, coordinates: &BTreeMap<String, String>) -> Value {
        let Some(spec) = self.nodes.get(node) else { return Value::Object(serde_json::Map::new()) };
        let mut params = spec.with.clone();
        for (variable, kind) in &self.matrix {
            let overlay = kind
                .bundles()
                .zip(coordinates.get(variable))
                .and_then(|(bundles, chosen)| bundles.get(chosen)?.get(node));
            if let Some(overlay) = overlay {
                merge(&mut params, overlay);
            }
        }
        params
    }

    fn value_of(
        &self,
        variable: &str,
        coordinates: &BTreeMap<String, String>,
    ) -> Option<Cow<'_, Value>> {
        let chosen = coordinates.get(variable)?;
        match self.choices.get(variable) {
            Some(values) => values.get(chosen).map(Cow::Borrowed),
            None if self.matrix.contains_key(variable) => {
                Some(Cow::Owned(Value::String(chosen.clone())))
            }
            None => None,
        }
    }
}

impl MatrixVariable {
    /// The bundles, if the variable has bundles.
    pub fn bundles(&self) -> Option<&IndexMap<String, IndexMap<String, Value>>> {
        match self {
            Self::Values(_) => None,
            Self::Bundles(bundles) => Some(bundles),
        }
    }
}
