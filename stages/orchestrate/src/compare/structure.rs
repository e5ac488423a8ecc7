//! What differs between two runs before any number is looked at: nodes, parameters, inputs,
//! versions, environment.

use std::collections::{BTreeMap, BTreeSet};

use pipeline_cli::RecordedRun;
use pipeline_engine::{DirtyReason, Fingerprint, NodeReport, differences};
use serde::Serialize;

use super::reasons::{Changed, Reasons, Why};
use super::variables::{VariableChange, Variables, bare_name};

/// What differs.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Structure {
    /// Nodes of both runs.
    pub(super) nodes: usize,
    /// Those of them that are the same action.
    pub(super) same: usize,
    /// Those that are another action.
    pub(super) differing: usize,
    /// Nodes that differ in what they are, with their own reasons.
    pub(super) changed: Vec<Changed>,
    /// Nodes that differ only by what they read from others.
    pub(super) follow: BTreeMap<String, usize>,
    /// Nodes that are the same action and gave another result.
    pub(super) other_result: Vec<String>,
    /// Nodes that were not completed in one of the runs.
    pub(super) unfinished: Vec<Unfinished>,
    /// Nodes that only the first run has.
    pub(super) only_a: Vec<String>,
    /// Nodes that only the second run has.
    pub(super) only_b: Vec<String>,
    /// Variables with other values.
    pub(super) variables: Vec<VariableChange>,
    /// What else differs, by name: the program, and facts of the machines.
    pub(super) surroundings: Vec<Fact>,
}

/// A node that was not completed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Unfinished {
    pub(super) node: String,
    /// Its status in the first run.
    pub(super) a: String,
    /// In the second.
    pub(super) b: String,
}

/// A fact with other values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) a: BTreeSet<String>,
    pub(super) b: BTreeSet<String>,
}

impl Structure {
    /// Compares two runs, each with what is known of its actions.
    pub(super) fn of(a: &RecordedRun, b: &RecordedRun, variables: &Variables) -> Self {
        let known_a = |node: &NodeReport| a.fingerprint(node);
        let known_b = |node: &NodeReport| b.fingerprint(node);
        let mut found = Self::of_nodes((a.nodes(), &known_a), (b.nodes(), &known_b), variables);
        let program = |run: &RecordedRun| BTreeSet::from([run.report().program.clone()]);
        found.fact("program", program(a), program(b));
        found.environment(a.nodes(), b.nodes());
        found
    }

    pub(super) fn of_nodes(
        (nodes_a, known_a): Nodes<'_>,
        (nodes_b, known_b): Nodes<'_>,
        variables: &Variables,
    ) -> Self {
        let mut others: BTreeMap<_, &NodeReport> =
            nodes_b.iter().map(|node| (variables.counterpart(node), node)).collect();
        let mut found = Self { variables: variables.changes.clone(), ..Self::default() };
        let mut pairs = Vec::new();
        for a in nodes_a {
            match others.remove(&variables.counterpart(a)) {
                Some(b) => pairs.push((a, b)),
                None => found.only_a.push(a.node.to_string()),
            }
        }
        // In the order of the second run's graph.
        let left = |node: &&NodeReport| others.contains_key(&variables.counterpart(node));
        found.only_b = nodes_b.iter().filter(left).map(|node| node.node.to_string()).collect();
        found.nodes = pairs.len();
        let matched: Vec<&NodeReport> = pairs.iter().map(|(_, b)| *b).collect();
        let mut reasons = Reasons::default();
        for (a, b) in pairs {
            found.pair(a, b, (known_a, known_b), &mut reasons);
        }
        found.changed = reasons.grouped(&matched);
        found
    }

    fn pair(
        &mut self,
        a: &NodeReport,
        b: &NodeReport,
        (known_a, known_b): (Known<'_>, Known<'_>),
        reasons: &mut Reasons,
    ) {
        if !(is_done(a) && is_done(b)) {
            if a.status == b.status && a.key == b.key {
                self.same += 1;
                return;
            }
            let node = b.node.to_string();
            self.unfinished.push(Unfinished { node, a: a.status.clone(), b: b.status.clone() });
            return;
        }
        if a.key == b.key {
            self.same += 1;
            if a.outputs != b.outputs {
                self.other_result.push(b.node.to_string());
            }
            return;
        }
        let own = match (known_a(a), known_b(b)) {
            (Some(a), Some(b)) => differences(&a, &b)
                .into_iter()
                .filter(|reason| !matches!(reason, DirtyReason::Input { .. }))
                .map(Why::Reason)
                .collect(),
            _ => vec![Why::Forgotten],
        };
        if own.is_empty() {
            *self.follow.entry(bare_name(b).to_owned()).or_default() += 1;
        }
        self.differing += 1;
        reasons.add(b, own);
    }

    fn fact(&mut self, name: &str, a: BTreeSet<String>, b: BTreeSet<String>) {
        if a != b {
            self.surroundings.push(Fact { name: name.to_owned(), a, b });
        }
    }

    /// Facts that actions have recorded of the machine.
    fn environment(&mut self, a: &[NodeReport], b: &[NodeReport]) {
        let facts = |nodes: &[NodeReport]| -> BTreeMap<String, BTreeSet<String>> {
            let mut facts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for node in nodes.iter().filter(|node| is_done(node)) {
                for (name, value) in &node.environment {
                    facts.entry(name.clone()).or_default().insert(value.clone());
                }
            }
            facts
        };
        let (mut a, mut b) = (facts(a), facts(b));
        let names: BTreeSet<String> = a.keys().chain(b.keys()).cloned().collect();
        for name in names {
            let (a, b) = (a.remove(&name).unwrap_or_default(), b.remove(&name).unwrap_or_default());
            self.fact(&name, a, b);
        }
    }

    /// Whether the nodes of both runs are the same actions with the same results.
    pub(super) fn is_same(&self) -> bool {
        self.same == self.nodes
            && self.only_a.is_empty()
            && self.only_b.is_empty()
            && self.other_result.is_empty()
    }
}

/// What the key of a node's action was made of, if the store still knows.
pub(super) type Known<'a> = &'a dyn Fn(&NodeReport) -> Option<Fingerprint>;

/// The nodes of a run, and what their keys were made of.
pub(super) type Nodes<'a> = (&'a [NodeReport], Known<'a>);

/// Whether a node has results in its run.
pub(super) fn is_done(node: &NodeReport) -> bool {
    matches!(node.status.as_str(), "ran" | "cached")
}
