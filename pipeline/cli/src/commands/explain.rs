//! `orchestrate explain`.

use pipeline_engine::{NodeState, Plan};

use super::session::unknown;
use super::{Loaded, Session};
use crate::arguments::ExplainArguments;
use crate::error::{CommandError, Exit};
use crate::render::AddLine;
use crate::render::{reasons, state_word};

/// Says why a node would run again, or that it would not.
pub(crate) fn explain(
    session: &Session<'_>,
    arguments: &ExplainArguments,
) -> Result<Exit, CommandError> {
    let loaded = session.load(&arguments.experiment)?;
    let found = loaded.graph.find(&arguments.node);
    if found.is_empty() {
        let mut names: Vec<&str> = loaded.experiment.nodes.keys().map(String::as_str).collect();
        if arguments.node.contains('[') {
            names = loaded.graph.nodes.iter().map(|node| node.id.as_str()).collect();
        }
        return Err(unknown("cli::unknown_node", "node", &arguments.node, &names).into());
    }
    let store = session.store(&arguments.experiment.places)?;
    let plan = loaded.plan(&store);
    let mut text = String::new();
    for index in found {
        text.push_str(&explanation(&loaded, &plan, index));
    }
    session.console.data(&text);
    Ok(Exit::Done)
}

fn explanation(loaded: &Loaded, plan: &Plan, index: usize) -> String {
    let node = &plan.nodes[index];
    let heading = match &node.state {
        NodeState::Cached { .. } => "is cached and would not run",
        NodeState::Dirty { .. } => "would run",
        NodeState::Unknown { .. } => "may run, depending on other nodes",
        NodeState::Impossible { .. } => "cannot run",
    };
    let mut text = format!("{} {heading}:\n", node.id);
    for reason in reasons(&node.state) {
        text.line(format_args!("  {reason}"));
    }
    // What it waits for may itself wait; the causes are at the beginning of the chain.
    for cause in causes(loaded, plan, index) {
        let cause = &plan.nodes[cause];
        text.line(format_args!("  because {} ({}):", cause.id, state_word(&cause.state)));
        for reason in reasons(&cause.state) {
            text.line(format_args!("    {reason}"));
        }
    }
    text
}

/// The nodes upstream that are known to have to run, or that cannot, in order of the graph.
fn causes(loaded: &Loaded, plan: &Plan, index: usize) -> Vec<usize> {
    let mut upstream = vec![false; plan.nodes.len()];
    upstream[index] = true;
    for node in (0..=index).rev() {
        if upstream[node] {
            loaded.graph.upstream(node).for_each(|from| upstream[from] = true);
        }
    }
    (0..index)
        .filter(|node| upstream[*node])
        .filter(|node| {
            matches!(
                plan.nodes[*node].state,
                NodeState::Dirty { .. } | NodeState::Impossible { .. }
            )
        })
        .collect()
}
