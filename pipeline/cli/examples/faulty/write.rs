//! A stage without inputs.

use std::path::PathBuf;
use std::time::Duration;

use pipeline_engine::{ActionContext, Placement, Ports, Stage, StageError, StageInfo};
use pipeline_store::Digest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::tally::Tally;
use crate::text;

/// Writes a text that follows from a number.
pub(crate) struct Write;

/// Parameters of `write`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WriteParams {
    /// What the text follows from.
    seed: u64,
    /// Size in KiB; default 16.
    #[serde(default = "size")]
    kib: u32,
    /// How long it takes in ms; default 2.
    #[serde(default = "duration")]
    ms: u64,
    /// Where it tells that it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tally: Option<PathBuf>,
}

fn size() -> u32 {
    16
}

fn duration() -> u64 {
    2
}

impl Stage for Write {
    type Params = WriteParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "write",
            version: 1,
            summary: "writes a text that follows from a number",
            placement: Placement::InProcess,
        }
    }

    fn ports(&self, _params: &WriteParams) -> Ports {
        Ports::new().output("text", "text")
    }

    fn location_params(&self) -> &'static [&'static str] {
        &["tally"]
    }

    fn run(&self, params: &WriteParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        let from = Digest::of_bytes(format!("{} {}", params.seed, params.kib).as_bytes());
        let tally = Tally::begin(params.tally.as_ref(), "write", &[from])?;
        let pause = Duration::from_millis(params.ms);
        text::write(context.output("text")?, from, params.kib, pause, context)?;
        tally.end()
    }
}
