//! What is asked of an experiment for every node, found once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::placeholder::{label, mentions};
use crate::set::set;
use crate::{Experiment, MatrixVariable};

impl Experiment {
    /// Notes the values of each variable by label, and the variables that each node uses itself:
    /// those its parameters mention, and those with a bundle that speaks of it.
    ///
    /// `mentioned` holds the variables that the `with` of each node mentions, `bundle_nodes` the
    /// nodes that the bundles of each variable speak of, before `--set` chose among them: leaving out a bundle must not change which nodes are multiplied.
    pub(super) fn index(
        &mut self,
        mentioned: BTreeMap<String, BTreeSet<String>>,
        bundle_nodes: &BTreeMap<String, BTreeSet<String>>,
    ) {
        let mut variables = mentioned;
        // What the command line replaces is no longer mentioned.
        variables.retain(|node, _| !self.assignments.contains_key(node));
        let mut note = |node: &str, found: BTreeSet<String>| {
            if !found.is_empty() {
                variables.entry(node.to_owned()).or_default().extend(found);
            }
        };
        for (variable, kind) in &self.matrix {
            if let MatrixVariable::Values(values) = kind {
                let by_label = values.iter().map(|value| (label(value), value.clone())).collect();
                self.choices.insert(variable.clone(), by_label);
            }
        }
        for bundle in
            self.matrix.values().filter_map(MatrixVariable::bundles).flat_map(|all| all.values())
        {
            for (node, overlay) in bundle {
                note(node, self.mentioned(node, overlay));
            }
        }
        for node in self.assignments.keys() {
            note(node, self.assigned(node));
            if let Some(spec) = self.nodes.get(node) {
                note(node, self.mentioned(node, &spec.with));
            }
        }
        for (variable, nodes) in bundle_nodes {
            for node in nodes {
                note(node, BTreeSet::from([variable.clone()]));
            }
        }
        variables.retain(|node, found| {
            found.retain(|name| self.matrix.contains_key(name));
            !found.is_empty() && self.nodes.contains_key(node)
        });
        self.variables = variables;
    }

    /// What parameters mention where the command line does not replace them.
    fn mentioned(&self, node: &str, params: &Value) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let Some(assignments) = self.assignments.get(node) else {
            mentions(params, &mut found);
            return found;
        };
        let mut params = params.clone();
        for assignment in assignments {
            // One that does not fit was reported.
            let _ = set(&mut params, &assignment.path, &Value::Null);
        }
        mentions(&params, &mut found);
        found
    }

    /// What the values that the command line gives to a node mention.
    fn assigned(&self, node: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let assignments = &self.assignments[node];
        for (position, assignment) in assignments.iter().enumerate() {
            let replaced = assignments[position + 1..]
                .iter()
                .any(|later| assignment.path.starts_with(&later.path));
            if !replaced {
                mentions(&assignment.value, &mut found);
            }
        }
        found
    }
}
