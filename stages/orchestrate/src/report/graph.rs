//! The graph of the run as a picture.

use std::collections::BTreeMap;
use std::fmt::Write;

use pipeline_cli::duration;
use pipeline_engine::{NodeReport, Report};
use pipeline_page::{Dag, DagNode, DagOptions, Direction};

use super::nodes::anchor;
use super::words::{base_name, coordinates, state};

/// Variants that are drawn one by one; more become one box.
const APART: usize = 3;
/// Nodes of a graph that is also drawn without putting variants together.
const DRAWN_WHOLE: usize = 150;

/// Writes the picture for wide and for narrow screens, and a list for those who see neither.
pub(super) fn graph(report: &Report) -> String {
    let dag = dag(report);
    if dag.edges.is_empty() && dag.nodes.len() > 1 {
        return "<p>This run does not say which node reads what, so that it cannot be drawn: a \
                report of an older version. Run the experiment again to have it.</p>\n"
            .to_owned();
    }
    let title = format!("Graph of {}", report.experiment);
    let link = |group: &str| Some(anchor(group));
    let options = |prefix, direction, collapse_above| DagOptions {
        prefix,
        title: &title,
        direction,
        collapse_above,
        group_link: &link,
    };
    let wide = dag.draw(&options("graph", Direction::Right, APART));
    let narrow = dag.draw(&options("graph-narrow", Direction::Down, 1));
    let mut html = format!(
        "<p class=\"small muted\">An arrow leads from a node to one that reads what it made, unless \
         a longer way says so already; the list below has all. A box leads to its parameters.</p>\n\
         <div class=\"dag wide-only\">\n{}</div>\n<div class=\"dag narrow-only\">\n{}</div>\n\
         <details><summary>The graph as a list</summary>\n{}</details>\n",
        wide.svg,
        narrow.svg,
        wide.list()
    );
    if wide.boxes.len() < dag.nodes.len() && dag.nodes.len() <= DRAWN_WHOLE {
        let whole = dag.draw(&options("graph-whole", Direction::Right, usize::MAX));
        let svg = whole.svg.replacen("class=\"dag-picture\"", "class=\"dag-picture wide\"", 1);
        let _ = write!(
            html,
            "<details class=\"no-print\"><summary>Every variant in a box of its own</summary>\n\
             <div class=\"dag\" tabindex=\"0\" role=\"region\" aria-label=\"Graph with every \
             variant\">\n{svg}</div>\n</details>\n"
        );
    }
    html
}

fn dag(report: &Report) -> Dag {
    let places: BTreeMap<&str, usize> =
        report.nodes.iter().enumerate().map(|(place, node)| (node.node.as_str(), place)).collect();
    let mut edges = Vec::new();
    for (place, node) in report.nodes.iter().enumerate() {
        let after = node.after.iter().filter_map(|from| places.get(from.as_str()));
        edges.extend(after.map(|from| (*from, place)));
    }
    Dag { nodes: report.nodes.iter().map(node).collect(), edges }
}

fn node(node: &NodeReport) -> DagNode {
    let group = base_name(node);
    let detail = coordinates(node);
    let detail = if detail.is_empty() && node.stage != group {
        format!("stage {}", node.stage)
    } else {
        detail
    };
    let known = !matches!(node.status.as_str(), "skipped" | "left out");
    DagNode {
        id: node.node.as_str().to_owned(),
        group: group.to_owned(),
        label: group.to_owned(),
        detail,
        state: state(node),
        note: if known { duration(node.seconds) } else { String::new() },
        link: Some(anchor(group)),
    }
}
