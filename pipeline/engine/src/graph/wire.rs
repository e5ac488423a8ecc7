//! Which output feeds which input, before matrix expansion.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use pipeline_spec::{Diagnostic, Experiment, InputSpec};

use super::mistake::{did_you_mean, report};
use super::template::Template;
use crate::stage::{Arity, InputPort, Name, OutputPort, Registry};

/// One connection between two nodes of the experiment file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wire<'a> {
    /// The input port.
    pub(super) port: Name,
    /// How many artifacts it takes.
    pub(super) arity: Arity,
    /// The node that produces.
    pub(super) from: &'a str,
    /// Its output port.
    pub(super) output: Name,
    /// The variables a gathering port collects over; none for all.
    pub(super) over: Option<&'a [String]>,
    /// Coordinates given to what is gathered.
    pub(super) labels: BTreeMap<String, String>,
}

type Templates<'a> = IndexMap<&'a str, Template<'a>>;
/// Every output by artifact kind, with its node, in the order of the file.
type Producers<'a> = BTreeMap<&'a str, Vec<(&'a str, &'a OutputPort)>>;

/// The inputs of every node: the explicit ones checked, the others found by artifact kind. Wires
/// of one port are neighbours.
pub(super) fn wire<'a>(
    experiment: &'a Experiment,
    templates: &'a Templates<'a>,
    registry: &Registry,
    mistakes: &mut Vec<Diagnostic>,
) -> IndexMap<&'a str, Vec<Wire<'a>>> {
    let mut producers: Producers<'_> = BTreeMap::new();
    for template in templates.values() {
        for port in &template.ports().outputs {
            producers.entry(&port.kind).or_default().push((template.name, port));
        }
    }
    let wiring = Wiring { experiment, templates, producers };
    let mut wires = IndexMap::with_capacity(templates.len());
    for template in templates.values() {
        let given = &experiment.nodes[template.name].inputs;
        let ports = template.ports();
        for name in given.keys().filter(|name| !ports.inputs.iter().any(|p| p.name == ***name)) {
            let known: Vec<&str> = ports.inputs.iter().map(|port| port.name.as_ref()).collect();
            mistakes.push(report(
                experiment,
                &["stages", template.name, "inputs", name],
                "graph::unknown_port",
                &format!("node `{}` has no input `{name}`", template.name),
                Some(&did_you_mean(name, &known, "inputs")),
            ));
        }
        let mut inputs = Vec::new();
        for port in &ports.inputs {
            let found = match given.get(port.name.as_ref()) {
                Some(list) => wiring.explicit(template.name, port, list),
                None => wiring
                    .by_kind(registry, template.name, port)
                    .map(|wire| wire.into_iter().collect()),
            };
            match found {
                Ok(found) => inputs.extend(found),
                Err(mistake) => mistakes.push(*mistake),
            }
        }
        wires.insert(template.name, inputs);
    }
    wires
}

struct Wiring<'a> {
    experiment: &'a Experiment,
    templates: &'a Templates<'a>,
    producers: Producers<'a>,
}

impl<'a> Wiring<'a> {
    /// A mistake about an input of a node.
    fn mistake(
        &self,
        node: &str,
        port: &str,
        code: &str,
        message: &str,
        help: &str,
    ) -> Box<Diagnostic> {
        let path = ["stages", node, "inputs", port];
        Box::new(report(self.experiment, &path, code, message, Some(help)))
    }

    fn explicit(
        &self,
        node: &str,
        port: &InputPort,
        list: &'a [InputSpec],
    ) -> Result<Vec<Wire<'a>>, Box<Diagnostic>> {
        if !port.arity.gathers()
            && (list.len() > 1 || list.iter().any(|input| !input.labels.is_empty()))
        {
            return Err(self.mistake(
                node,
                &port.name,
                "graph::takes_one",
                &format!(
                    "input `{}` of node `{node}` takes one artifact and gathers nothing",
                    port.name
                ),
                "name one node, without `as`",
            ));
        }
        list.iter().map(|input| self.connection(node, port, input)).collect()
    }

    fn connection(
        &self,
        node: &str,
        port: &InputPort,
        input: &'a InputSpec,
    ) -> Result<Wire<'a>, Box<Diagnostic>> {
        let fail = |code: &str, message: String, help: String| {
            self.mistake(node, &port.name, code, &message, &help)
        };
        let Some(from) = self.templates.get(input.node.as_str()) else {
            let known: Vec<&str> = self.templates.keys().copied().collect();
            return Err(fail(
                "graph::unknown_node",
                format!(
                    "input `{}` of node `{node}` comes from `{}`, which does not exist",
                    port.name, input.node
                ),
                did_you_mean(&input.node, &known, "nodes"),
            ));
        };
        let outputs = &from.ports().outputs;
        let output = match &input.port {
            Some(name) => outputs.iter().find(|output| output.name == name.as_str()),
            None => {
                outputs.iter().find(|output| output.kind == port.kind).or_else(|| outputs.first())
            }
        };
        let Some(output) = output else {
            let known: Vec<&str> = outputs.iter().map(|output| output.name.as_ref()).collect();
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
                producers_help(&self.others(node, &port.kind), &port.kind),
            ));
        }
        for variable in input.over.iter().flatten() {
            if !self.experiment.matrix.contains_key(variable) {
                let known: Vec<&str> = self.experiment.matrix.keys().map(String::as_str).collect();
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
        Ok(Wire {
            port: port.name.clone(),
            arity: port.arity,
            from: from.name,
            output: output.name.clone(),
            over: input.over.as_deref(),
            labels: input.labels.clone(),
        })
    }

    fn by_kind(
        &self,
        registry: &Registry,
        node: &str,
        port: &InputPort,
    ) -> Result<Option<Wire<'a>>, Box<Diagnostic>> {
        let found = self.others(node, &port.kind);
        let path = ["stages", node];
        match found.as_slice() {
            [(from, output)] => Ok(Some(Wire {
                port: port.name.clone(),
                arity: port.arity,
                from,
                output: output.name.clone(),
                over: None,
                labels: BTreeMap::new(),
            })),
            [] if port.arity.may_be_empty() => Ok(None),
            [] => {
                let stages = stages_that_produce(registry, &port.kind);
                let help = if stages.is_empty() {
                    format!("no stage of this program produces `{}`", port.kind)
                } else {
                    format!("add a node that uses {}", stages.join(" or "))
                };
                Err(Box::new(report(
                    self.experiment,
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
                self.experiment,
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
                    producers_help(&found, &port.kind)
                )),
            ))),
        }
    }

    /// The outputs of this kind of all nodes but one.
    fn others(&self, node: &str, kind: &str) -> Vec<(&'a str, &'a OutputPort)> {
        let all = self.producers.get(kind).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(|(name, _)| *name != node).copied().collect()
    }
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
