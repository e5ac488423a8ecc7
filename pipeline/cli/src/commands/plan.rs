//! `orchestrate plan`.

use pipeline_engine::{NodeState, Plan};
use serde_json::json;

use super::Session;
use crate::arguments::PlanArguments;
use crate::error::{CommandError, Exit};
use crate::render::{columns, counts, reasons, state_word};

/// Says what `run` would do. Nothing runs.
pub(crate) fn plan(session: &Session<'_>, arguments: &PlanArguments) -> Result<Exit, CommandError> {
    let loaded = session.load(&arguments.experiment)?;
    let store = session.store(&arguments.experiment.places)?;
    let plan = loaded.plan(&store);
    if arguments.json {
        session.console.data(&as_json(&loaded.experiment.name, &plan));
    } else {
        session.console.data(&as_text(&plan));
        if !session.console.quiet {
            session.console.note(&format!("{}: {}", loaded.experiment.name, counts(&plan)));
        }
    }
    let impossible =
        plan.nodes.iter().any(|node| matches!(node.state, NodeState::Impossible { .. }));
    Ok(if impossible { Exit::Failed } else { Exit::Done })
}

fn as_text(plan: &Plan) -> String {
    let mut rows = Vec::new();
    for node in &plan.nodes {
        let mut why = reasons(&node.state).into_iter();
        let first = why.next().unwrap_or_default();
        rows.push(vec![state_word(&node.state).to_owned(), node.id.to_string(), first]);
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
