//! The graph as Mermaid and as DOT, before people's eyes: one box per node of the file, with the
//! number of its variants.

use std::collections::BTreeSet;
use std::fmt::Write;

use indexmap::IndexMap;

use super::build::Graph;

/// One node of the file as it is drawn.
struct Shape<'a> {
    name: &'a str,
    stage: &'static str,
    variants: usize,
    variables: Vec<&'a str>,
}

impl Graph {
    /// The graph in Mermaid's flowchart language.
    pub fn to_mermaid(&self) -> String {
        let mut text = String::from("flowchart LR\n");
        for shape in self.shapes() {
            let _ = writeln!(text, "    {}[\"{}\"]", shape.name, shape.label("<br/>"));
        }
        for (from, to, kind) in self.edges() {
            let _ = writeln!(text, "    {from} -->|{kind}| {to}");
        }
        text
    }

    /// The graph in Graphviz's language.
    pub fn to_dot(&self) -> String {
        let mut text =
            String::from("digraph experiment {\n    rankdir=LR;\n    node [shape=box];\n");
        for shape in self.shapes() {
            let _ = writeln!(text, "    \"{}\" [label=\"{}\"];", shape.name, shape.label("\\n"));
        }
        for (from, to, kind) in self.edges() {
            let _ = writeln!(text, "    \"{from}\" -> \"{to}\" [label=\"{kind}\"];");
        }
        text.push_str("}\n");
        text
    }

    fn shapes(&self) -> Vec<Shape<'_>> {
        let mut shapes: IndexMap<&str, Shape<'_>> = IndexMap::new();
        for node in &self.nodes {
            let shape = shapes.entry(&node.name).or_insert_with(|| Shape {
                name: &node.name,
                stage: node.stage.info().name,
                variants: 0,
                variables: node.coordinates.keys().map(String::as_str).collect(),
            });
            shape.variants += 1;
        }
        shapes.into_values().collect()
    }

    /// Every connection once: producer, consumer, artifact kind.
    fn edges(&self) -> Vec<(&str, &str, &str)> {
        let mut seen = BTreeSet::new();
        let mut edges = Vec::new();
        for node in &self.nodes {
            for output in node.inputs.iter().flat_map(|input| &input.from) {
                let from = &self.nodes[output.node];
                let ports = &from.stage.ports().outputs;
                let Some(port) = ports.iter().find(|port| port.name == output.port) else {
                    continue;
                };
                let edge = (from.name.as_str(), node.name.as_str(), port.kind.as_ref());
                if seen.insert(edge) {
                    edges.push(edge);
                }
            }
        }
        edges
    }
}

impl Shape<'_> {
    fn label(&self, line_break: &str) -> String {
        let mut label = self.name.to_owned();
        if self.stage != self.name {
            let _ = write!(label, " ({})", self.stage);
        }
        if self.variants > 1 {
            let _ = write!(label, "{line_break}{} x {}", self.variants, self.variables.join(", "));
        }
        label
    }
}
