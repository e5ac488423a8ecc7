//! Matrix expansion: one node per combination of the variables it depends on.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use pipeline_spec::{Diagnostic, Experiment, ResourcesSpec};

use super::mistake::report;
use super::node::{Node, NodeId, NodeInput, OutputOf};
use super::template::{Template, combinations};
use super::wire::Wire;
use crate::stage::{Arity, Cpus, Resources};

/// All nodes in topological order: nodes of the file in dependency order, variants in the order
/// of the matrix.
pub(super) fn expand(
    experiment: &Experiment,
    templates: &IndexMap<&str, Template<'_>>,
    wires: &IndexMap<String, Vec<Wire>>,
    mistakes: &mut Vec<Diagnostic>,
) -> Vec<Node> {
    let mut variables: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut variants: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut nodes: Vec<Node> = Vec::new();
    for name in order(wires) {
        let template = &templates[name];
        let inputs = &wires[name];
        let mut used = experiment.direct_variables(name);
        for wire in inputs {
            let upstream = &variables[wire.from.as_str()];
            used.extend(upstream.iter().filter(|variable| !gathers(wire, variable)).cloned());
        }
        // In the order of the file, so that variants appear as the user wrote them.
        let ordered: Vec<String> =
            experiment.matrix.keys().filter(|variable| used.contains(*variable)).cloned().collect();
        let mut positions = Vec::new();
        for coordinates in combinations(experiment, &ordered) {
            let params = experiment.params(name, &coordinates);
            // Problems of the parameters were reported before wiring.
            let Ok(stage) = template.stage.configure(&params) else { continue };
            if stage.ports() != template.sample.ports() {
                mistakes.push(report(
                    experiment,
                    &["stages", name],
                    "graph::ports_vary",
                    &format!("the ports of node `{name}` differ between values of the matrix"),
                    Some("give the variants that differ a node of their own"),
                ));
                continue;
            }
            let inputs = inputs
                .iter()
                .map(|wire| {
                    let mut from: Vec<OutputOf> =
                        matching(&nodes, &variants[wire.from.as_str()], &coordinates)
                            .map(|node| OutputOf { node, port: wire.output.to_owned() })
                            .collect();
                    // By coordinates, so that the order of the matrix is not part of any key.
                    from.sort_by(|a, b| nodes[a.node].coordinates.cmp(&nodes[b.node].coordinates));
                    NodeInput { port: wire.port.to_owned(), arity: wire.arity, from }
                })
                .collect();
            let resources = overlay(stage.resources(), &experiment.nodes[name].resources);
            positions.push(nodes.len());
            let id = NodeId::new(name, &coordinates);
            nodes.push(Node { id, name: name.to_owned(), coordinates, stage, inputs, resources });
        }
        variables.insert(name, used);
        variants.insert(name, positions);
    }
    nodes
}

/// Whether a wire collects over a variable, so that its consumer is not multiplied by it.
fn gathers(wire: &Wire, variable: &str) -> bool {
    wire.arity == Arity::Many
        && wire.over.as_ref().is_none_or(|over| over.iter().any(|name| name == variable))
}

/// The variants that agree with these coordinates wherever both have a value.
fn matching<'a>(
    nodes: &'a [Node],
    variants: &'a [usize],
    coordinates: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = usize> + 'a {
    variants.iter().copied().filter(move |position| {
        nodes[*position]
            .coordinates
            .iter()
            .all(|(variable, label)| coordinates.get(variable).is_none_or(|own| own == label))
    })
}

/// What the experiment asks for wins over what the stage asks for.
fn overlay(stage: Resources, spec: &ResourcesSpec) -> Resources {
    Resources {
        cpus: spec.cpus.map_or(stage.cpus, Cpus::Count),
        memory_mib: spec.memory_mib.unwrap_or(stage.memory_mib),
        gpus: spec.gpus.unwrap_or(stage.gpus),
    }
}

/// The nodes of the file in dependency order, otherwise as written.
fn order(wires: &IndexMap<String, Vec<Wire>>) -> Vec<&str> {
    fn visit<'a>(
        name: &'a str,
        wires: &'a IndexMap<String, Vec<Wire>>,
        order: &mut Vec<&'a str>,
        done: &mut BTreeSet<&'a str>,
    ) {
        if done.insert(name) {
            for wire in &wires[name] {
                visit(&wire.from, wires, order, done);
            }
            order.push(name);
        }
    }
    let mut result = Vec::new();
    let mut done = BTreeSet::new();
    for name in wires.keys() {
        visit(name, wires, &mut result, &mut done);
    }
    result
}
