//! What is known of a node before it runs.

use pipeline_engine::{NodeId, NodeState, Plan};

/// The name of a node without the values of its variables.
pub(crate) fn node_name(id: &NodeId) -> &str {
    id.as_str().split('[').next().unwrap_or_default()
}

/// One word for a node's state.
pub(crate) fn state_word(state: &NodeState) -> &'static str {
    match state {
        NodeState::Cached { .. } => "cached",
        NodeState::Dirty { .. } => "run",
        NodeState::Unknown { .. } => "depends",
        NodeState::Impossible { .. } => "cannot",
        NodeState::LeftOut => "left out",
    }
}

/// Why a node is in its state, one sentence each.
pub(crate) fn reasons(state: &NodeState) -> Vec<String> {
    match state {
        NodeState::Cached { key } => vec![format!("action {}", key.0.short())],
        NodeState::Dirty { reasons, .. } => reasons.iter().map(ToString::to_string).collect(),
        NodeState::Unknown { waiting_for } => {
            let mut names: Vec<&str> = waiting_for.iter().map(node_name).collect();
            names.dedup();
            let verb = if names.len() == 1 { "gives" } else { "give" };
            vec![format!("on what {} {verb}", names.join(", "))]
        }
        NodeState::LeftOut => vec!["not part of what was asked for".to_owned()],
        NodeState::Impossible { message, details, help } => {
            let mut lines = vec![message.clone()];
            lines.extend(details.iter().cloned());
            lines.extend(help.iter().map(|help| format!("help: {help}")));
            lines
        }
    }
}

/// "3 cached, 1 to run, 5 depend on them".
pub(crate) fn counts(plan: &Plan) -> String {
    let count =
        |word: &str| plan.nodes.iter().filter(|node| state_word(&node.state) == word).count();
    let mut parts = vec![format!("{} cached", count("cached")), format!("{} to run", count("run"))];
    match count("depends") {
        0 => {}
        1 => parts.push("1 depends on their results".to_owned()),
        many => parts.push(format!("{many} depend on their results")),
    }
    if count("cannot") > 0 {
        parts.push(format!("{} cannot run", count("cannot")));
    }
    if count("left out") > 0 {
        parts.push(format!("{} left out", count("left out")));
    }
    parts.join(", ")
}
