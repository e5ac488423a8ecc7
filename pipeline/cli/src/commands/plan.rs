//! `orchestrate plan`.

use pipeline_engine::{NodePlan, NodeState, Plan};
use serde_json::json;

use super::{Loaded, Session};
use crate::arguments::PlanArguments;
use crate::error::{CommandError, Exit};
use crate::render::{columns, counts, node_name, reasons, state_word};

/// Says what `run` would do. Nothing runs.
pub(crate) fn plan(session: &Session<'_>, arguments: &PlanArguments) -> Result<Exit, CommandError> {
    let loaded = session.load(&arguments.experiment)?;
    let selected = loaded.selected(&arguments.selection)?;
    let store = session.store(&arguments.experiment.places)?;
    Ok(tell(session, &loaded, &loaded.plan(&store, &selected), arguments.json))
}

/// Prints a plan.
pub(super) fn tell(session: &Session<'_>, loaded: &Loaded, plan: &Plan, json: bool) -> Exit {
    if json {
        session.console.data(&as_json(&loaded.experiment.name, plan));
    } else {
        session.console.data(&as_text(plan));
        if !session.console.quiet {
            session.console.note(&format!("{}: {}", loaded.experiment.name, counts(plan)));
        }
    }
    let impossible =
        plan.nodes.iter().any(|node| matches!(node.state, NodeState::Impossible { .. }));
    if impossible { Exit::Failed } else { Exit::Done }
}

/// One line for each node that is part of what was asked for; variants of one node that are all cached, or all wait for others, share
/// a line.
fn as_text(plan: &Plan) -> String {
    let mut rows = Vec::new();
    let alike = |a: &NodePlan, b: &NodePlan| {
        let quiet = matches!(a.state, NodeState::Cached { .. } | NodeState::Unknown { .. });
        quiet
            && std::mem::discriminant(&a.state) == std::mem::discriminant(&b.state)
            && node_name(&a.id) == node_name(&b.id)
    };
    let nodes: Vec<&NodePlan> =
        plan.nodes.iter().filter(|node| !matches!(node.state, NodeState::LeftOut)).collect();
    for variants in nodes.chunk_by(|a, b| alike(a, b)) {
        let Some(first) = variants.first() else { continue };
        let (name, why) = if variants.len() == 1 {
            (first.id.to_string(), reasons(&first.state))
        } else {
            let name = format!("{} ({} variants)", node_name(&first.id), variants.len());
            let cached = matches!(first.state, NodeState::Cached { .. });
            (name, if cached { Vec::new() } else { reasons(&first.state) })
        };
        let mut why = why.into_iter();
        rows.push(vec![state_word(&first.state).to_owned(), name, why.next().unwrap_or_default()]);
        rows.extend(why.map(|line| vec![String::new(), String::new(), line]));
    }
    columns(&rows)
}

fn as_json(experiment: &str, plan: &Plan) -> String {
    let nodes: Vec<_> = plan
        .nodes
        .iter()
        .map(|node| {
            let mut fields = json!(node.state);
            fields["node"] = json!(node.id);
            fields
        })
        .collect();
    format!("{:#}\n", json!({"experiment": experiment, "nodes": nodes}))
}
