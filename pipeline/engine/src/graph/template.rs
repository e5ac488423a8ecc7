//! The nodes of the experiment file, before matrix expansion.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use pipeline_spec::{Diagnostic, Experiment, FieldPath, NodeSpec};
use rayon::prelude::*;

use super::mistake::{did_you_mean, report};
use crate::stage::{ConfiguredStage, ErasedStage, ParamProblem, Ports, Registry};

/// A node of the experiment file before matrix expansion.
pub(super) struct Template<'a> {
    pub(super) name: &'a str,
    /// The variables its own parameters use, in the order of the matrix.
    pub(super) variables: Vec<&'a str>,
    /// Bound to the parameters of every combination of these variables, the first slowest; all
    /// have the same ports.
    pub(super) configured: Vec<Arc<dyn ConfiguredStage>>,
}

impl Template<'_> {
    /// What it reads and writes.
    pub(super) fn ports(&self) -> &Ports {
        self.configured[0].ports()
    }
}

/// Fewer than this are bound to their parameters faster than a thread wakes up.
const WORTH_A_THREAD: usize = 32;

/// Looks up every node's stage and reads its parameters for every combination of the variables it
/// uses itself.
pub(super) fn templates<'a>(
    experiment: &'a Experiment,
    registry: &Registry,
    mistakes: &mut Vec<Diagnostic>,
) -> IndexMap<&'a str, Template<'a>> {
    let nodes: Vec<_> = experiment.nodes.iter().collect();
    let found: Vec<(Option<Template<'a>>, Vec<Diagnostic>)> = nodes
        .into_par_iter()
        .with_min_len(WORTH_A_THREAD)
        .map(|(name, spec)| {
            let mut mistakes = Vec::new();
            (template(experiment, name, spec, registry, &mut mistakes), mistakes)
        })
        .collect();
    let mut templates = IndexMap::with_capacity(found.len());
    for (template, its_mistakes) in found {
        templates.extend(template.map(|template| (template.name, template)));
        mistakes.extend(its_mistakes);
    }
    templates
}

/// None if there are mistakes.
fn template<'a>(
    experiment: &'a Experiment,
    name: &'a str,
    spec: &NodeSpec,
    registry: &Registry,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Template<'a>> {
    let Some(stage) = registry.get(&spec.uses) else {
        let names = registry.names();
        mistakes.push(report(
            experiment,
            &["stages", name, "uses"],
            "graph::unknown_stage",
            &format!("node `{name}` uses the stage `{}`, which does not exist", spec.uses),
            Some(&did_you_mean(&spec.uses, &names, "stages")),
        ));
        return None;
    };
    let direct = experiment.direct_variables(name);
    let variables: Vec<&str> = experiment
        .matrix
        .keys()
        .filter(|variable| direct.contains(*variable))
        .map(String::as_str)
        .collect();
    let configured = configure(experiment, name, stage, &variables, mistakes);
    let first = configured.first()?;
    if configured.iter().any(|other| other.ports() != first.ports()) {
        mistakes.push(report(
            experiment,
            &["stages", name],
            "graph::ports_vary",
            &format!("the ports of node `{name}` differ between values of the matrix"),
            Some("give the variants that differ a node of their own"),
        ));
        return None;
    }
    Some(Template { name, variables, configured })
}

/// One configured stage per combination; fewer if there are mistakes.
fn configure(
    experiment: &Experiment,
    name: &str,
    stage: &Arc<dyn ErasedStage>,
    variables: &[&str],
    mistakes: &mut Vec<Diagnostic>,
) -> Vec<Arc<dyn ConfiguredStage>> {
    let labels: Vec<Vec<String>> =
        variables.iter().map(|variable| experiment.labels(variable)).collect();
    let points: Vec<Vec<usize>> =
        points(&labels.iter().map(Vec::len).collect::<Vec<_>>()).collect();
    let results: Vec<_> = points
        .into_par_iter()
        .with_min_len(WORTH_A_THREAD)
        .map(|point| {
            let coordinates: BTreeMap<String, String> = variables
                .iter()
                .zip(&labels)
                .zip(&point)
                .map(|((variable, labels), at)| ((*variable).to_owned(), labels[*at].clone()))
                .collect();
            stage
                .configure(&experiment.params(name, &coordinates))
                .map_err(|problems| (coordinates, problems))
        })
        .collect();
    let mut seen = Vec::new();
    let mut configured = Vec::with_capacity(results.len());
    for result in results {
        match result {
            Ok(stage) => configured.push(stage),
            Err((coordinates, problems)) => {
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
    configured
}

/// Every combination of positions, the first slowest; one empty combination of nothing.
pub(super) fn points(sizes: &[usize]) -> impl Iterator<Item = Vec<usize>> {
    let count = sizes.iter().product();
    (0..count).map(move |mut index| {
        let mut point = vec![0; sizes.len()];
        for (at, size) in point.iter_mut().zip(sizes).rev() {
            *at = index % size;
            index /= size;
        }
        point
    })
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
