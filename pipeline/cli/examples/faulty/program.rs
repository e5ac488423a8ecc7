//! A stage whose actions are programs of the user's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pipeline_engine::stage::{CommandLine, Job};
use pipeline_engine::{Placement, Ports, Stage, StageError, StageInfo};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Turns a text into another one by a shell script.
pub(crate) struct Program;

/// Parameters of `program`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProgramParams {
    /// The script. It finds the input's folder in `$IN`, the output's in `$OUT` and the folder of
    /// the tally in `$STATE`.
    script: String,
    /// A file in the folder that it may use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tally: Option<PathBuf>,
}

impl Stage for Program {
    type Params = ProgramParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "program",
            version: 1,
            summary: "turns a text into another one by a shell script",
            placement: Placement::Command,
        }
    }

    fn ports(&self, _params: &ProgramParams) -> Ports {
        Ports::new().input("text", "text").output("text", "text")
    }

    fn location_params(&self) -> &'static [&'static str] {
        &["tally"]
    }

    fn command(&self, params: &ProgramParams, job: &Job) -> Result<CommandLine, StageError> {
        let folder = |path: Option<&PathBuf>| {
            path.map(|path| path.display().to_string())
                .ok_or_else(|| StageError::message("the job names no folder"))
        };
        let state = params.tally.as_deref().and_then(Path::parent).unwrap_or(Path::new("."));
        let input = job.inputs.get("text").and_then(|list| list.first()).map(|input| &input.dir);
        Ok(CommandLine {
            program: "sh".to_owned(),
            arguments: vec!["-c".to_owned(), params.script.clone()],
            environment: BTreeMap::from([
                ("IN".to_owned(), folder(input)?),
                ("OUT".to_owned(), folder(job.outputs.get("text"))?),
                ("STATE".to_owned(), state.display().to_string()),
            ]),
            ..CommandLine::default()
        })
    }
}
