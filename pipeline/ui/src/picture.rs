//! The graph of a run, drawn once; its states change in the browser.

use std::collections::BTreeMap;

use pipeline_page::{Dag, DagNode, DagOptions, Direction, NodeState as Drawn};

use crate::{NodeChange, NodeState, Pictures};

/// A stage in more variants than this is drawn as one box …
const MOST_VARIANTS: usize = 4;
/// … and on a narrow screen, where boxes would have to be tiny.
const MOST_VARIANTS_NARROW: usize = 1;
/// A picture for a narrow screen that is wider than this, in px, is scrolled instead of shrunk.
const WIDEST_THAT_SHRINKS: f64 = 480.0;

/// Draws a graph; none if it is not known what reads what.
pub fn pictures(nodes: &[NodeChange]) -> Option<Pictures> {
    let known = nodes.len() == 1 || nodes.iter().any(|node| !node.after.is_empty());
    if nodes.is_empty() || !known {
        return None;
    }
    let positions: BTreeMap<&str, usize> =
        nodes.iter().enumerate().map(|(position, node)| (node.node.as_str(), position)).collect();
    let edges = nodes.iter().enumerate().flat_map(|(to, node)| {
        let from = node.after.iter().filter_map(|before| positions.get(before.as_str()).copied());
        from.map(move |from| (from, to))
    });
    let dag = Dag { edges: edges.collect(), nodes: nodes.iter().map(drawn).collect() };
    let draw = |prefix, direction, collapse_above| {
        let group_link = |group: &str| Some(group.to_owned());
        let options = DagOptions {
            prefix,
            title: "The graph of the run",
            direction,
            collapse_above,
            group_link: &group_link,
        };
        let drawing = dag.draw(&options);
        if direction == Direction::Down && drawing.width > WIDEST_THAT_SHRINKS {
            return drawing.svg.replacen("class=\"dag-picture\"", "class=\"dag-picture wide\"", 1);
        }
        drawing.svg
    };
    Some(Pictures {
        wide: draw("wide", Direction::Right, MOST_VARIANTS),
        narrow: draw("narrow", Direction::Down, MOST_VARIANTS_NARROW),
    })
}

fn drawn(node: &NodeChange) -> DagNode {
    let name = node.node.split('[').next().unwrap_or_default();
    let values: Vec<&str> = node.coordinates.values().map(String::as_str).collect();
    let stage = if node.stage == name { String::new() } else { node.stage.clone() };
    let detail = [values.join(", "), stage].into_iter().filter(|part| !part.is_empty());
    DagNode {
        id: node.node.clone(),
        group: name.to_owned(),
        label: name.to_owned(),
        detail: detail.collect::<Vec<_>>().join(" · "),
        state: match node.state {
            NodeState::Waiting => Drawn::Waiting,
            NodeState::Running => Drawn::Running,
            NodeState::Ran => Drawn::Ran,
            NodeState::Cached => Drawn::Cached,
            NodeState::Failed => Drawn::Failed,
            NodeState::Skipped | NodeState::CutOff => Drawn::Skipped,
        },
        note: String::new(),
        // Boxes are links so that the keyboard reaches them; the page follows them by itself.
        link: Some(node.node.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str, after: &[&str]) -> NodeChange {
        let after = after.iter().map(|name| (*name).to_owned()).collect();
        NodeChange { node: name.to_owned(), after, ..NodeChange::default() }
    }

    #[test]
    fn a_graph_is_drawn_with_its_nodes_and_without_it_nothing_is() {
        let nodes = [node("a", &[]), node("b[x=<1>]", &["a", "gone"])];
        let drawn = pictures(&nodes).unwrap();
        for picture in [&drawn.wide, &drawn.narrow] {
            assert!(picture.contains("data-node=\"b[x=&lt;1&gt;]\""), "{picture}");
            assert!(!picture.contains(" style=") && !picture.contains("<style"), "{picture}");
        }
        assert_eq!(pictures(&[]), None);
        assert_eq!(pictures(&[node("a", &[]), node("b", &[])]), None);
    }
}
