//! Matrix expansion: one node per combination of the variables it depends on.
//!
//! A combination is a list of positions of labels, one per variable. Which variants feed which is
//! found through an index of the variables that both sides share, so that the work grows with the
//! number of nodes and connections, not with its square.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use pipeline_spec::{Diagnostic, Experiment, NodeSpec, ResourcesSpec};

use super::mistake::report;
use super::node::{Node, NodeId, NodeInput, OutputOf};
use super::template::{Template, points};
use super::wire::Wire;
use crate::stage::{Cpus, Limits, Resources};

/// The variants of one node of the file.
struct Variants<'a> {
    /// The variables it is multiplied by, in the order of the matrix.
    variables: Vec<&'a str>,
    /// The combination of every variant.
    points: Vec<Vec<usize>>,
    /// The position of its first variant among all nodes.
    first: usize,
}

/// All nodes in topological order: nodes of the file in dependency order, variants in the order
/// of the matrix.
pub(super) fn expand(
    experiment: &Experiment,
    templates: &IndexMap<&str, Template<'_>>,
    wires: &IndexMap<&str, Vec<Wire<'_>>>,
    order: &[usize],
    mistakes: &mut Vec<Diagnostic>,
) -> Vec<Node> {
    let labels: IndexMap<&str, Vec<String>> =
        experiment.matrix.keys().map(|name| (name.as_str(), experiment.labels(name))).collect();
    let mut expanded: BTreeMap<&str, Variants<'_>> = BTreeMap::new();
    let mut nodes: Vec<Node> = Vec::new();
    for (name, template) in order.iter().filter_map(|position| templates.get_index(*position)) {
        let inputs = &wires[name];
        let mut used: BTreeSet<&str> = template.variables.iter().copied().collect();
        for wire in inputs {
            let upstream = expanded[wire.from].variables.iter().copied();
            used.extend(upstream.filter(|variable| !gathers(wire, variable)));
        }
        // In the order of the file, so that variants appear as the user wrote them.
        let variables: Vec<&str> =
            labels.keys().copied().filter(|variable| used.contains(variable)).collect();
        let sizes: Vec<usize> = variables.iter().map(|variable| labels[variable].len()).collect();
        let joins: Vec<Join> =
            inputs.iter().map(|wire| Join::new(&expanded[wire.from], &variables)).collect();
        let own = Projection::new(&template.variables, &variables, &labels);
        let spec = &experiment.nodes[*name];
        let first = nodes.len();
        let points: Vec<Vec<usize>> = points(&sizes).collect();
        for point in &points {
            let coordinates: BTreeMap<String, String> = variables
                .iter()
                .zip(point)
                .map(|(variable, at)| ((*variable).to_owned(), labels[variable][*at].clone()))
                .collect();
            let stage = &template.configured[own.of(point)];
            let inputs = connect(inputs, &joins, point, &nodes);
            nodes.push(Node {
                id: NodeId::new(name, &coordinates),
                name: (*name).to_owned(),
                coordinates,
                resources: overlay(stage.resources(), &spec.resources),
                limits: limits(spec),
                retries: spec.retries,
                stage: stage.clone(),
                inputs,
            });
        }
        if let Some(mistake) =
            nodes[first..].iter().find_map(|node| told_apart(experiment, node, &nodes))
        {
            mistakes.push(mistake);
        }
        expanded.insert(name, Variants { variables, points, first });
    }
    nodes
}

/// Which of the upstream variants agree with a combination, for all combinations.
struct Join {
    /// The places of the shared variables in the consumer's combinations.
    shared: Vec<usize>,
    /// The upstream nodes by the positions of the shared variables.
    index: BTreeMap<Vec<usize>, Vec<usize>>,
}

impl Join {
    fn new(from: &Variants<'_>, variables: &[&str]) -> Self {
        let place = |name: &&str| variables.iter().position(|variable| variable == name);
        let (theirs, shared): (Vec<usize>, Vec<usize>) = from
            .variables
            .iter()
            .enumerate()
            .filter_map(|(theirs, name)| Some((theirs, place(name)?)))
            .unzip();
        let mut index: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for (variant, point) in from.points.iter().enumerate() {
            let key = theirs.iter().map(|at| point[*at]).collect();
            index.entry(key).or_default().push(from.first + variant);
        }
        Self { shared, index }
    }

    fn of(&self, point: &[usize]) -> &[usize] {
        let key: Vec<usize> = self.shared.iter().map(|at| point[*at]).collect();
        self.index.get(&key).map_or(&[], Vec::as_slice)
    }
}

/// Which of the configured stages belongs to a combination.
struct Projection {
    /// Place in the combination, and how many stages one step along it is.
    steps: Vec<(usize, usize)>,
}

impl Projection {
    fn new(own: &[&str], variables: &[&str], labels: &IndexMap<&str, Vec<String>>) -> Self {
        let mut step = 1;
        let mut steps = Vec::with_capacity(own.len());
        for name in own.iter().rev() {
            if let Some(place) = variables.iter().position(|variable| variable == name) {
                steps.push((place, step));
            }
            step *= labels[name].len();
        }
        Self { steps }
    }

    fn of(&self, point: &[usize]) -> usize {
        self.steps.iter().map(|(place, step)| point[*place] * step).sum()
    }
}

/// What one variant reads; wires of one port, which are neighbours, become one input.
fn connect(wires: &[Wire<'_>], joins: &[Join], point: &[usize], nodes: &[Node]) -> Vec<NodeInput> {
    let mut inputs: Vec<NodeInput> = Vec::new();
    for (wire, join) in wires.iter().zip(joins) {
        let from = join.of(point).iter().map(|node| OutputOf {
            node: *node,
            port: wire.output.clone(),
            labels: wire.labels.clone(),
        });
        match inputs.last_mut().filter(|last| last.port == wire.port) {
            Some(last) => last.from.extend(from),
            None => inputs.push(NodeInput {
                port: wire.port.clone(),
                arity: wire.arity,
                from: from.collect(),
            }),
        }
    }
    for input in inputs.iter_mut().filter(|input| input.from.len() > 1) {
        // By coordinates, so that the order of the matrix is not part of any key.
        input.from.sort_by_cached_key(|output| output.coordinates(nodes));
    }
    inputs
}

/// What is gathered from several nodes must differ in its coordinates, or its reader could not
/// tell it apart.
fn told_apart(experiment: &Experiment, node: &Node, nodes: &[Node]) -> Option<Diagnostic> {
    for input in node.inputs.iter().filter(|input| input.from.len() > 1) {
        let same = input
            .from
            .windows(2)
            .find(|pair| pair[0].coordinates(nodes) == pair[1].coordinates(nodes));
        if let Some([one, other]) = same {
            return Some(report(
                experiment,
                &["stages", &node.name, "inputs", &input.port],
                "graph::same_coordinates",
                &format!(
                    "input `{}` of node `{}` gathers `{}` and `{}`, which have the same coordinates",
                    input.port, node.name, nodes[one.node].id, nodes[other.node].id
                ),
                Some("name one of them: `{from: NODE, as: {VARIABLE: NAME}}`"),
            ));
        }
    }
    None
}

/// Whether a wire collects over a variable, so that its consumer is not multiplied by it.
fn gathers(wire: &Wire<'_>, variable: &str) -> bool {
    wire.arity.gathers() && wire.over.is_none_or(|over| over.iter().any(|name| name == variable))
}

/// What the experiment asks for wins over what the stage asks for.
fn overlay(stage: Resources, spec: &ResourcesSpec) -> Resources {
    Resources {
        cpus: spec.cpus.map_or(stage.cpus, Cpus::Count),
        memory_mib: spec.memory_mib.unwrap_or(stage.memory_mib),
        gpus: spec.gpus.unwrap_or(stage.gpus),
    }
}

fn limits(spec: &NodeSpec) -> Limits {
    Limits { time: spec.limits.time, memory_mib: spec.limits.memory_mib }
}
