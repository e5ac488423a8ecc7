//! The nodes of the experiment file, before matrix expansion.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use pipeline_spec::{Diagnostic, Experiment, FieldPath};

use super::mistake::{did_you_mean, report};
use crate::stage::{ConfiguredStage, ErasedStage, ParamProblem, Registry};

/// A node of the experiment file before matrix expansion.
pub(super) struct Template<'a> {
    pub(super) name: &'a str,
    pub(super) stage: Arc<dyn ErasedStage>,
    /// Bound to the parameters of one combination of matrix values; all have the same ports.
    pub(super) sample: Arc<dyn ConfiguredStage>,
}

/// Looks up every node's stage and reads its parameters for every combination of the variables it
/// uses itself.
pub(super) fn templates<'a>(
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
