//! Which output feeds which input, before matrix expansion.

use indexmap::IndexMap;
use pipeline_spec::{Diagnostic, Experiment, InputSpec};

use super::mistake::{did_you_mean, report};
use super::template::Template;
use crate::stage::{Arity, InputPort, OutputPort, Registry};

/// One connection between two nodes of the experiment file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wire {
    /// The input port.
    pub(super) port: &'static str,
    /// How many artifacts it takes.
    pub(super) arity: Arity,
    /// The node that produces.
    pub(super) from: String,
    /// Its output port.
    pub(super) output: &'static str,
    /// The variables a gathering port collects over; none for all.
    pub(super) over: Option<Vec<String>>,
}

/// The inputs of every node: the explicit ones checked, the others found by artifact kind.
pub(super) fn wire(
    experiment: &Experiment,
    templates: &IndexMap<&str, Template<'_>>,
    registry: &Registry,
    mistakes: &mut Vec<Diagnostic>,
) -> IndexMap<String, Vec<Wire>> {
    let mut wires = IndexMap::new();
    for template in templates.values() {
        let spec = &experiment.nodes[template.name];
        let ports = template.sample.ports();
        for name in spec.inputs.keys() {
            if !ports.inputs.iter().any(|port| port.name == name) {
                let known: Vec<&str> = ports.inputs.iter().map(|port| port.name).collect();
                mistakes.push(report(
                    experiment,
                    &["stages", template.name, "inputs", name],
                    "graph::unknown_port",
                    &format!("node `{}` has no input `{name}`", template.name),
                    Some(&did_you_mean(name, &known, "inputs")),
                ));
            }
        }
        let mut inputs = Vec::new();
        for port in &ports.inputs {
            let found = match spec.inputs.get(port.name) {
                Some(input) => explicit(experiment, templates, template.name, port, input),
                None => by_kind(experiment, templates, registry, template.name, port),
            };
            match found {
                Ok(Some(wire)) => inputs.push(wire),
                Ok(None) => {}
                Err(mistake) => mistakes.push(*mistake),
            }
        }
        wires.insert(template.name.to_owned(), inputs);
    }
    wires
}

fn explicit(
    experiment: &Experiment,
    templates: &IndexMap<&str, Template<'_>>,
    node: &str,
    port: &InputPort,
    input: &InputSpec,
) -> Result<Option<Wire>, Box<Diagnostic>> {
    let fail = |code: &str, message: String, help: String| {
        let path = ["stages", node, "inputs", port.name];
        Box::new(report(experiment, &path, code, &message, Some(&help)))
    };
    let Some(from) = templates.get(input.node.as_str()) else {
        let known: Vec<&str> = templates.keys().copied().collect();
        return Err(fail(
            "graph::unknown_node",
            format!(
                "input `{}` of node `{node}` comes from `{}`, which does not exist",
                port.name, input.node
            ),
            did_you_mean(&input.node, &known, "nodes"),
        ));
    };
    let outputs = &from.sample.ports().outputs;
    let output = match &input.port {
        Some(name) => outputs.iter().find(|output| output.name == name),
        None => outputs.iter().find(|output| output.kind == port.kind).or_else(|| outputs.first()),
    };
    let Some(output) = output else {
        let known: Vec<&str> = outputs.iter().map(|output| output.name).collect();
        let name = input.port.as_deref().unwrap_or_default();
        return Err(fail(
            "graph::unknown_port",
            format!("node `{}` has no output `{name}`", input.node),
            did_you_mean(name, &known, "outputs"),
        ));
    };
    if output.kind != port.kind {
        return Err(fail(
            "graph::wrong_kind",
            format!(
                "input `{}` of node `{node}` takes `{}`, but `{}.{}` is `{}`",
                port.name, port.kind, input.node, output.name, output.kind
            ),
            producers_help(&producers(templates, node, port.kind), port.kind),
        ));
    }
    for variable in input.over.iter().flatten() {
        if !experiment.matrix.contains_key(variable) {
            let known: Vec<&str> = experiment.matrix.keys().map(String::as_str).collect();
            return Err(fail(
                "graph::unknown_variable",
                format!(
                    "input `{}` of node `{node}` gathers over `{variable}`, which is no matrix variable",
                    port.name
                ),
                did_you_mean(variable, &known, "variables"),
            ));
        }
    }
    Ok(Some(Wire {
        port: port.name,
        arity: port.arity,
        from: input.node.clone(),
        output: output.name,
        over: input.over.clone(),
    }))
}

fn by_kind(
    experiment: &Experiment,
    templates: &IndexMap<&str, Template<'_>>,
    registry: &Registry,
    node: &str,
    port: &InputPort,
) -> Result<Option<Wire>, Box<Diagnostic>> {
    let found = producers(templates, node, port.kind);
    let path = ["stages", node];
    match found.as_slice() {
        [(from, output)] => Ok(Some(Wire {
            port: port.name,
            arity: port.arity,
            from: (*from).to_owned(),
            output: output.name,
            over: None,
        })),
        [] if port.arity == Arity::Optional => Ok(None),
        [] => {
            let stages = stages_that_produce(registry, port.kind);
            let help = if stages.is_empty() {
                format!("no stage of this program produces `{}`", port.kind)
            } else {
                format!("add a node that uses {}", stages.join(" or "))
            };
            Err(Box::new(report(
                experiment,
                &path,
                "graph::unconnected",
                &format!(
                    "input `{}` of node `{node}` needs `{}`, which no node produces",
                    port.name, port.kind
                ),
                Some(&help),
            )))
        }
        _ => Err(Box::new(report(
            experiment,
            &path,
            "graph::ambiguous",
            &format!(
                "input `{}` of node `{node}` takes `{}`, which several nodes produce",
                port.name, port.kind
            ),
            Some(&format!(
                "say which under `inputs:`, for example `{}: {}`; {}",
                port.name,
                found[0].0,
                producers_help(&found, port.kind)
            )),
        ))),
    }
}

fn producers<'a>(
    templates: &'a IndexMap<&str, Template<'_>>,
    consumer: &str,
    kind: &str,
) -> Vec<(&'a str, &'a OutputPort)> {
    templates
        .values()
        .filter(|template| template.name != consumer)
        .flat_map(|template| {
            let outputs = &template.sample.ports().outputs;
            outputs
                .iter()
                .filter(|output| output.kind == kind)
                .map(|output| (template.name, output))
        })
        .collect()
}

fn producers_help(found: &[(&str, &OutputPort)], kind: &str) -> String {
    if found.is_empty() {
        return format!("no node of this experiment produces `{kind}`");
    }
    let list: Vec<_> =
        found.iter().map(|(node, output)| format!("`{node}.{}`", output.name)).collect();
    format!("`{kind}` is produced by {}", list.join(", "))
}

fn stages_that_produce(registry: &Registry, kind: &str) -> Vec<String> {
    let empty = serde_json::Value::Object(serde_json::Map::new());
    registry
        .iter()
        .filter_map(|stage| {
            // Stages with required parameters cannot be asked; the list is a hint, not a rule.
            let configured = stage.configure(&empty).ok()?;
            let produces = configured.ports().outputs.iter().any(|output| output.kind == kind);
            produces.then(|| format!("`{}`", stage.info().name))
        })
        .collect()
}
