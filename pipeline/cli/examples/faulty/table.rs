//! The stage whose output is what a run is for.

use std::path::PathBuf;

use pipeline_engine::{ActionContext, Placement, Ports, Stage, StageError, StageInfo};
use pipeline_store::Digest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::tally::Tally;

/// Writes a table of all variants of a text and of the files that were read.
pub(crate) struct Table;

/// Parameters of `table`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableParams {
    /// The first line.
    title: String,
    /// Where it tells that it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tally: Option<PathBuf>,
}

impl Stage for Table {
    type Params = TableParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "table",
            version: 1,
            summary: "writes a table of all texts and files",
            placement: Placement::InProcess,
        }
    }

    fn ports(&self, _params: &TableParams) -> Ports {
        Ports::new()
            .many_input("texts", "text")
            .many_input("files", "files")
            .shown_output("table", "table", "table.md")
    }

    fn location_params(&self) -> &'static [&'static str] {
        &["tally"]
    }

    fn run(&self, params: &TableParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        let mut text = format!("{}\n", params.title);
        for input in context.inputs("texts") {
            for name in ["first.txt", "deep/second.txt", "deep/copy.txt"] {
                let found =
                    fs_err::read_to_string(input.dir.join(name)).map_err(StageError::new)?;
                let digest = Digest::of_bytes(found.as_bytes()).short();
                let last = found.lines().last().unwrap_or_default();
                text = format!("{text}{:?} {name} {digest} {last}\n", input.coordinates);
            }
        }
        for input in context.inputs("files") {
            let list =
                fs_err::read_to_string(input.dir.join("list.txt")).map_err(StageError::new)?;
            for line in list.lines() {
                let name = line.split(' ').next().unwrap_or_default();
                let found = Digest::of_file(&input.dir.join("outside").join(name))
                    .map_err(StageError::new)?;
                text = format!("{text}{line} {found}\n");
            }
        }
        let tally =
            Tally::begin(params.tally.as_ref(), "table", &[Digest::of_bytes(text.as_bytes())])?;
        fs_err::write(context.output("table")?.join("table.md"), text).map_err(StageError::new)?;
        tally.end()
    }
}
