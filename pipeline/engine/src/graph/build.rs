//! Building the graph, reporting every mistake together.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use pipeline_spec::{Diagnostic, Experiment, FieldPath, suggest};

use super::cycle::find_cycle;
use super::expand::expand;
use super::node::Node;
use super::wire::wire;
use crate::stage::{ConfiguredStage, ErasedStage, ParamProblem, Registry};

/// The nodes of an experiment, every node after those it reads.
#[derive(Clone)]
pub struct Graph {
    /// The experiment's name.
    pub experiment: String,
    /// All nodes, in topological order.
    pub nodes: Vec<Node>,
}

/// Everything wrong with an experiment's stages, found in one go.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("the experiment has {} {}", mistakes.len(), if mistakes.len() == 1 { "mistake" } else { "mistakes" })]
pub struct GraphErrors {
    /// One per mistake.
    #[related]
    pub mistakes: Vec<Diagnostic>,
}

/// A node of the experiment file before matrix expansion.
pub(super) struct Template<'a> {
    pub(super) name: &'a str,
    pub(super) stage: Arc<dyn ErasedStage>,
    /// Bound to the parameters of one combination of matrix values; all have the same ports.
    pub(super) sample: Arc<dyn ConfiguredStage>,
}

impl Graph {
    /// Checks parameters, wires ports by artifact kind, and multiplies nodes by the matrix
    /// variables that they or something upstream of them use.
    pub fn build(experiment: &Experiment, registry: &Registry) -> Result<Self, GraphErrors> {
        let mut mistakes = Vec::new();
        let templates = templates(experiment, registry, &mut mistakes);
        // Wiring needs every node's ports; without them it would report consequences as causes.
        fail_if_any(&mut mistakes)?;
        let wires = wire(experiment, &templates, registry, &mut mistakes);
        fail_if_any(&mut mistakes)?;
        if let Some(mistake) = find_cycle(experiment, &wires) {
            mistakes.push(mistake);
        }
        fail_if_any(&mut mistakes)?;
        let nodes = expand(experiment, &templates, &wires, &mut mistakes);
        fail_if_any(&mut mistakes)?;
        Ok(Self { experiment: experiment.name.clone(), nodes })
    }

    /// The position of the node with this id, or of every variant of the node with this name.
    pub fn find(&self, name: &str) -> Vec<usize> {
        let exact = self.nodes.iter().position(|node| node.id.as_str() == name);
        match exact {
            Some(index) => vec![index],
            None => (0..self.nodes.len()).filter(|i| self.nodes[*i].name == name).collect(),
        }
    }

    /// The positions of the nodes that a node reads directly.
    pub fn upstream(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        self.nodes[node].inputs.iter().flat_map(|input| input.from.iter().map(|output| output.node))
    }
}

fn fail_if_any(mistakes: &mut Vec<Diagnostic>) -> Result<(), GraphErrors> {
    if mistakes.is_empty() {
        return Ok(());
    }
    Err(GraphErrors { mistakes: std::mem::take(mistakes) })
}

/// Looks up every node's stage and reads its parameters for every combination of the variables it
/// uses itself.
fn templates<'a>(
    experiment: &'a Experiment,
    registry: &Registry,
    mistakes: &mut Vec<Diagnostic>,
) -> IndexMap<&'a str, Template<'a>> {
    let mut templates = IndexMap::new();
    for (name, spec) in &experiment.nodes {
        let Some(stage) = registry.get(&spec.uses) else {
            let names = registry.names();
            mistakes.push(report(
                experiment,
                &["stages", name, "uses"],
                "graph::unknown_stage",
                &format!("node `{name}` uses the stage `{}`, which does not exist", spec.uses),
                Some(&did_you_mean(&spec.uses, &names, "stages")),
            ));
            continue;
        };
        let direct: Vec<String> = experiment.direct_variables(name).into_iter().collect();
        let mut sample = None;
        let mut seen = Vec::new();
        for coordinates in combinations(experiment, &direct) {
            match stage.configure(&experiment.params(name, &coordinates)) {
                Ok(configured) => sample = sample.or(Some(configured)),
                Err(problems) => {
                    for problem in problems {
                        let (place, mistake) =
                            parameter(experiment, name, &coordinates, stage, &problem);
                        // The same field in every combination is one mistake.
                        if !seen.contains(&place) {
                            mistakes.push(mistake);
                            seen.push(place);
                        }
                    }
                }
            }
        }
        if let Some(sample) = sample {
            templates.insert(name.as_str(), Template { name, stage: Arc::clone(stage), sample });
        }
    }
    templates
}

/// A mistake about a field, given by its keys.
pub(super) fn report(
    experiment: &Experiment,
    keys: &[&str],
    code: &str,
    message: &str,
    help: Option<&str>,
) -> Diagnostic {
    let path = keys.iter().fold(FieldPath::root(), |path, key| path.key(*key));
    experiment.diagnostic(&path, code, message, help.map(str::to_owned))
}

/// Every combination of labels of these variables, the first variable slowest.
pub(super) fn combinations(
    experiment: &Experiment,
    variables: &[String],
) -> Vec<BTreeMap<String, String>> {
    let mut all = vec![BTreeMap::new()];
    for variable in variables {
        let labels = experiment.labels(variable);
        all = all
            .into_iter()
            .flat_map(|known| {
                labels.iter().map(move |label| {
                    let mut next = known.clone();
                    next.insert(variable.clone(), label.clone());
                    next
                })
            })
            .collect();
    }
    all
}

/// A parameter problem as a mistake in the file: in `with`, in the bundle or in the `--set` that
/// it comes from.
fn parameter(
    experiment: &Experiment,
    node: &str,
    coordinates: &BTreeMap<String, String>,
    stage: &Arc<dyn ErasedStage>,
    problem: &ParamProblem,
) -> (FieldPath, Diagnostic) {
    let param = FieldPath::parse(&problem.path);
    let path = experiment.origin(node, coordinates, &param);
    let place = if param.segments().is_empty() {
        "parameters".to_owned()
    } else {
        format!("parameter `{param}`")
    };
    let name = stage.info().name;
    let help = problem.help.clone().unwrap_or_else(|| {
        format!("`orchestrate stages {name}` lists the parameters and what they accept")
    });
    let message = format!("node `{node}`, {place}: {}", problem.message);
    let mistake = experiment.diagnostic(&path, problem.code, message, Some(help));
    (path, mistake)
}

/// "did you mean `x`? stages: `a`, `b`".
pub(super) fn did_you_mean(found: &str, known: &[&str], what: &str) -> String {
    let list = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match suggest(found, known) {
        Some(best) => format!("did you mean `{best}`? {what}: {list}"),
        None => format!("{what}: {list}"),
    }
}
