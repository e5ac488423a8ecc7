//! A stage that reads files outside the store.

use std::path::PathBuf;
use std::time::Duration;

use pipeline_engine::{
    ActionContext, Placement, Ports, SourceContext, SourceFile, SourceOrigin, Stage, StageError,
    StageInfo,
};
use pipeline_store::Digest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::tally::Tally;
use crate::text;

/// Reads files: their digests become a text, and they themselves stay where they are.
pub(crate) struct Read;

/// Parameters of `read`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadParams {
    /// The files, relative to the experiment's folder.
    files: Vec<String>,
    /// How long it takes in ms once it has read them; default 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    ms: u64,
    /// Where it tells that it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tally: Option<PathBuf>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Stage for Read {
    type Params = ReadParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "read",
            version: 1,
            summary: "reads files outside the store",
            placement: Placement::InProcess,
        }
    }

    fn ports(&self, _params: &ReadParams) -> Ports {
        Ports::new().output("files", "files")
    }

    fn location_params(&self) -> &'static [&'static str] {
        &["tally"]
    }

    fn sources(
        &self,
        params: &ReadParams,
        context: &SourceContext,
    ) -> Result<Vec<SourceFile>, StageError> {
        context.decided_by([]);
        let file = |name: &String| SourceFile {
            name: name.clone(),
            origin: SourceOrigin::Path(context.experiment_dir.join(name)),
        };
        Ok(params.files.iter().map(file).collect())
    }

    fn run(&self, params: &ReadParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        let mut digests = Vec::new();
        let mut list = String::new();
        for (name, path) in context.sources() {
            let digest = Digest::of_file(path).map_err(StageError::new)?;
            list = format!("{list}{name} {digest}\n");
            digests.push(digest);
            context.reference_source("files", &format!("outside/{name}"), name);
        }
        let tally = Tally::begin(params.tally.as_ref(), "read", &digests)?;
        let path = context.output("files")?.join("list.txt");
        fs_err::write(path, list).map_err(StageError::new)?;
        text::sleep(Duration::from_millis(params.ms), context)?;
        tally.end()
    }
}
