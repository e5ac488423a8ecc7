//! `orchestrate explain`.

use pipeline_engine::{NodeState, Plan, Report};
use pipeline_store::Store;

use super::against;
use super::{Loaded, Session};
use crate::arguments::{ExplainArguments, SelectionArguments};
use crate::error::{CommandError, Exit};
use crate::render::AddLine;
use crate::render::{reasons, state_word};

/// Says why a node would run again, or that it would not.
pub(crate) fn explain(
    session: &Session<'_>,
    arguments: &ExplainArguments,
) -> Result<Exit, CommandError> {
    let loaded = session.load(&arguments.experiment)?;
    let found = match &arguments.node {
        Some(node) => loaded.find(node)?,
        None => (0..loaded.graph.nodes.len()).collect(),
    };
    let store = session.store(&arguments.experiment.places)?;
    let runs = &arguments.experiment.places.runs;
    let then = match &arguments.against {
        Some(run) => Some(against::find(run, runs, &loaded.run_dir)?),
        None => None,
    };
    let selected = loaded.selected(&SelectionArguments::default())?;
    let plan = match &then {
        Some(then) => loaded.plan_after(&store, &selected, Some(then)),
        None => loaded.plan(&store, &selected),
    };
    let mut text = String::new();
    for index in found {
        text.push_str(&explanation(&loaded, &plan, index, then.as_ref(), &store));
    }
    session.console.data(&text);
    Ok(Exit::Done)
}

fn explanation(
    loaded: &Loaded,
    plan: &Plan,
    index: usize,
    then: Option<&Report>,
    store: &Store,
) -> String {
    let node = &plan.nodes[index];
    let heading = match &node.state {
        NodeState::Cached { .. } => "is cached and would not run",
        NodeState::Dirty { .. } => "would run",
        NodeState::Unknown { .. } => "may run, depending on other nodes",
        NodeState::Impossible { .. } => "cannot run",
        NodeState::LeftOut => "is left out",
    };
    let compared = then.map(|then| (then, against::compared(node, then, store)));
    let mut text = match &compared {
        None => format!("{} {heading}:\n", node.id),
        Some((then, _)) => {
            format!("{} {heading}; against the run of {}:\n", node.id, then.started_at)
        }
    };
    for reason in compared.map_or_else(|| reasons(&node.state), |(_, lines)| lines) {
        text.line(format_args!("  {reason}"));
    }
    // What it waits for may itself wait; the causes are at the beginning of the chain.
    for cause in causes(loaded, plan, index) {
        let cause = &plan.nodes[cause];
        text.line(format_args!("  because {} ({}):", cause.id, state_word(&cause.state)));
        let lines = match then {
            Some(then) => against::compared(cause, then, store),
            None => reasons(&cause.state),
        };
        for reason in lines {
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
