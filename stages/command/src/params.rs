//! What a user writes under `with:`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{InputParams, OutputParams, Run};

/// Parameters of the stage `command`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommandParams {
    /// The program and its arguments: a list of words, or one text for the shell (`sh`), which
    /// stops at the first command that fails. A program is a name that is found on `PATH`, or a
    /// path relative to the experiment's folder. Placeholders: `{inputs.PORT}`, `{outputs.PORT}`,
    /// `{sources.PATH}`, `{source_dir}`, `{scratch}`, `{resume}`, `{job}`, `{cpus}`, `{gpus}`; a
    /// brace is written `{{` or `}}`.
    pub run: Run,
    /// What the program reads: the name of a port and the artifact kind that it takes, or
    /// `{kind: …, many: true}` for all artifacts of the kind, or `{kind: …, optional: true}`.
    /// Default: nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, InputParams>,
    /// What the program writes: the name of a port and the artifact kind that it makes, or
    /// `{kind: …, exported: true}` to have the files copied into the run's folder, or
    /// `{kind: …, shown: FILE}` to have a text file printed at the end of a run. At least one.
    pub outputs: BTreeMap<String, OutputParams>,
    /// The files that the program is made of and those it reads besides its inputs: files, folders
    /// or patterns such as `code/**/*.py`, relative to the experiment's folder. Their content is
    /// part of the result's identity. A folder means everything in it except hidden files,
    /// `__pycache__` and `*.pyc`. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// Variables for the program, part of the result's identity; placeholders are filled in.
    /// Default: none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// Variables that the program gets from the environment of `orchestrate`. Their values are not
    /// part of the result's identity: name only what cannot change a result. Default: none but the
    /// usual ones, such as `PATH` and `HOME`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pass_environment: Vec<String>,
    /// Folders that the program may read although they are not part of the result's identity, such
    /// as a virtual environment; relative to the experiment's folder. Default: none but those of
    /// the system.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readable: Vec<String>,
    /// A number to raise when the program gives other results and nothing else shows it, such as
    /// after an update of its libraries. Default: 1.
    #[serde(default = "first_version")]
    pub version: u32,
    /// Anything for the program, given to it under `params` in the job file. Part of the result's
    /// identity. Default: nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, Value>,
}

fn first_version() -> u32 {
    1
}
