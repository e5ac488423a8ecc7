//! A stage from one text to another, in a thread of the orchestrator.

use std::path::PathBuf;
use std::time::Duration;

use pipeline_engine::{ActionContext, Placement, Ports, Stage, StageError, StageInfo};
use pipeline_store::Digest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::tally::Tally;
use crate::text;

/// Turns a text into another one.
pub(crate) struct Transform;

/// Parameters of `transform`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TransformParams {
    /// What is done to it; any word.
    how: String,
    /// Size in KiB; default 16.
    #[serde(default = "size")]
    kib: u32,
    /// How long it takes in ms; default 3.
    #[serde(default = "duration")]
    ms: u64,
    /// Write into the input, which no stage may; default false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    vandal: bool,
    /// Where it tells that it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tally: Option<PathBuf>,
}

fn size() -> u32 {
    16
}

fn duration() -> u64 {
    3
}

impl Stage for Transform {
    type Params = TransformParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "transform",
            version: 1,
            summary: "turns a text into another one",
            placement: Placement::InProcess,
        }
    }

    fn ports(&self, _params: &TransformParams) -> Ports {
        Ports::new().input("text", "text").output("text", "text")
    }

    fn location_params(&self) -> &'static [&'static str] {
        &["tally"]
    }

    fn run(&self, params: &TransformParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        let input = text::digest(context.input("text")?)?;
        let how = Digest::of_bytes(format!("{} {}", params.how, params.kib).as_bytes());
        let tally = Tally::begin(params.tally.as_ref(), "transform", &[input, how])?;
        let pause = Duration::from_millis(params.ms);
        let from = Digest::of_bytes(format!("transform {how} {input}").as_bytes());
        text::write(context.output("text")?, from, params.kib, pause, context)?;
        if params.vandal {
            fs_err::write(context.input("text")?.join("first.txt"), "mine now\n")
                .map_err(StageError::new)?;
        }
        tally.end()
    }
}
