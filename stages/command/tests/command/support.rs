//! A folder with an experiment and an action.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pipeline_engine::stage::JobInput;
use pipeline_engine::{CommandLine, Granted, Job, SourceContext, SourceOrigin, Stage, StageError};
use serde_json::Value;
use stages_command::{Command, CommandParams};
use tempfile::TempDir;

/// Folders of an experiment and of an action.
pub(crate) struct Bench {
    dir: TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let bench = Self { dir: tempfile::tempdir().unwrap() };
        for folder in ["experiments", "action/scratch"] {
            fs_err::create_dir_all(bench.path(folder)).unwrap();
        }
        bench
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.dir.path().join(relative)
    }

    pub(crate) fn write(&self, relative: &str, text: &str) -> PathBuf {
        let path = self.path(relative);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(&path, text).unwrap();
        path
    }

    fn context(&self) -> SourceContext {
        SourceContext { experiment_dir: self.path("experiments"), ..SourceContext::default() }
    }

    /// The names of the sources, and where they lie.
    pub(crate) fn sources(&self, list: &[&str]) -> Result<BTreeMap<String, PathBuf>, StageError> {
        let params = params(&serde_json::json!({
            "run": ["true"], "outputs": { "out": "text" }, "sources": list,
        }));
        let files = Command.sources(&params, &self.context())?;
        let path = |origin| match origin {
            SourceOrigin::Path(path) => path,
            SourceOrigin::Bytes(_) => PathBuf::new(),
        };
        Ok(files.into_iter().map(|file| (file.name, path(file.origin))).collect())
    }

    /// The job of an action with these parameters: each input is connected, those that take many
    /// to two artifacts.
    pub(crate) fn job(&self, params: &CommandParams) -> Job {
        let input = |name: &str, seed: &str| JobInput {
            coordinates: BTreeMap::from([("seed".to_owned(), seed.to_owned())]),
            dir: self.path(&format!("action/in/{name}-{seed}")),
        };
        let inputs = params
            .inputs
            .iter()
            .filter(|(_, of)| !of.optional)
            .map(|(name, of)| {
                let seeds: &[&str] = if of.many { &["1", "2"] } else { &["1"] };
                (name.clone(), seeds.iter().map(|seed| input(name, seed)).collect())
            })
            .collect();
        let sources = Command.sources(params, &self.context()).unwrap();
        let path = |origin| match origin {
            SourceOrigin::Path(path) => path,
            SourceOrigin::Bytes(_) => PathBuf::new(),
        };
        Job {
            protocol: 1,
            node: "method[seed=1]".to_owned(),
            stage: "command".to_owned(),
            version: 1,
            params: serde_json::to_value(params).unwrap(),
            inputs,
            sources: sources.into_iter().map(|file| (file.name, path(file.origin))).collect(),
            outputs: params
                .outputs
                .keys()
                .map(|name| (name.clone(), self.path(&format!("action/out/{name}"))))
                .collect(),
            scratch: self.path("action/scratch"),
            resume: self.path("action/resume"),
            granted: Granted { gpus: vec![0, 3], ..Granted::cpus_only(2) },
        }
    }

    /// The command line of parameters that must be sound.
    pub(crate) fn command(&self, json: &Value) -> CommandLine {
        let params = params(json);
        assert_eq!(Command.check(&params), []);
        Command.command(&params, &self.job(&params)).unwrap()
    }

    /// A text with this folder's path replaced.
    pub(crate) fn plain(&self, text: &str) -> String {
        text.replace(&self.dir.path().display().to_string(), "DIR")
    }
}

pub(crate) fn params(json: &Value) -> CommandParams {
    serde_json::from_value(json.clone()).unwrap()
}
