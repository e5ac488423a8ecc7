//! `orchestrate schema`.

use serde_json::Value;

use super::Session;
use super::session::unknown;
use crate::arguments::SchemaArguments;
use crate::error::{CommandError, Exit};

const EXPERIMENT: &str = "experiment";

/// Prints the JSON Schema of experiments, or of another kind of file that stages read.
pub(crate) fn schema(
    session: &Session<'_>,
    arguments: &SchemaArguments,
) -> Result<Exit, CommandError> {
    let documents = session.registry.documents();
    let known: Vec<&str> = std::iter::once(EXPERIMENT).chain(documents.keys().copied()).collect();
    if arguments.list {
        session.console.data(&format!("{}\n", known.join("\n")));
        return Ok(Exit::Done);
    }
    let schema = match (arguments.subject.as_str(), documents.get(arguments.subject.as_str())) {
        (EXPERIMENT, _) => experiment(session),
        (_, Some(document)) => document().to_value(),
        (other, None) => return Err(unknown("cli::schema", "schema of", other, &known).into()),
    };
    session.console.data(&format!("{schema:#}\n"));
    Ok(Exit::Done)
}

/// An experiment file in which the stages of this program can be used.
fn experiment(session: &Session<'_>) -> Value {
    let stages: Vec<_> = session
        .registry
        .iter()
        .map(|stage| {
            let info = stage.info();
            (info.name, info.summary, stage.schema().to_value())
        })
        .collect();
    pipeline_spec::schema(&stages)
}
