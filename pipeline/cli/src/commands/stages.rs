//! `orchestrate stages`.

use std::sync::Arc;

use pipeline_engine::Ports;
use pipeline_engine::stage::ErasedStage;

use super::Session;
use super::session::unknown;
use crate::arguments::StagesArguments;
use crate::error::{CommandError, Exit};
use crate::render::{columns, markdown, parameters, sample, text};

/// Lists the stages, or describes one, or writes the reference page.
pub(crate) fn stages(
    session: &Session<'_>,
    arguments: &StagesArguments,
) -> Result<Exit, CommandError> {
    let chosen: Vec<&Arc<dyn ErasedStage>> = if let Some(name) = &arguments.name {
        let Some(stage) = session.registry.get(name) else {
            let names = session.registry.names();
            return Err(unknown("cli::unknown_stage", "stage", name, &names).into());
        };
        vec![stage]
    } else {
        session.registry.iter().collect()
    };
    let output = if arguments.markdown {
        let title = arguments.name.is_none().then(|| "# Stages\n".to_owned());
        let sections = chosen.iter().map(|stage| described(stage, markdown));
        title.into_iter().chain(sections).collect::<Vec<_>>().join("\n")
    } else if arguments.name.is_some() {
        chosen.iter().map(|stage| described(stage, text)).collect()
    } else {
        let rows: Vec<Vec<String>> = chosen
            .iter()
            .map(|stage| vec![stage.info().name.to_owned(), stage.info().summary.to_owned()])
            .collect();
        columns(&rows)
    };
    session.console.data(&output);
    Ok(Exit::Done)
}

type Describe =
    fn(&pipeline_engine::StageInfo, Option<&Ports>, &[crate::render::Parameter]) -> String;

fn described(stage: &Arc<dyn ErasedStage>, describe: Describe) -> String {
    let schema = stage.schema();
    // Ports may depend on parameters; shown are those of the defaults, with anything that fits
    // where a parameter is required.
    let configured = stage.configure(&sample(schema.as_value())).ok();
    let ports = configured.as_ref().map(|configured| configured.ports());
    describe(&stage.info(), ports, &parameters(schema.as_value()))
}
