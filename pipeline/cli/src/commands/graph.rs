//! `orchestrate graph`.

use super::Session;
use crate::arguments::{GraphArguments, GraphFormat};
use crate::error::{CommandError, Exit};

/// Draws the graph as text.
pub(crate) fn graph(
    session: &Session<'_>,
    arguments: &GraphArguments,
) -> Result<Exit, CommandError> {
    let loaded = session.load(&arguments.experiment)?;
    session.console.data(&match arguments.format {
        GraphFormat::Mermaid => loaded.graph.to_mermaid(),
        GraphFormat::Dot => loaded.graph.to_dot(),
    });
    Ok(Exit::Done)
}
