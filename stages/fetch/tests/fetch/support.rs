//! Running the stage as the engine does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use pipeline_engine::{
    ActionContext, Cancellation, Granted, Job, SourceContext, Stage, StageError, StageEvent,
};
use serde_json::{Value, json};
use stages_fetch::{Fetch, FetchParams};
use tempfile::TempDir;

/// Folders of an action, and of a person.
pub(crate) struct Bench {
    dir: TempDir,
    /// Stops what runs.
    pub(crate) cancellation: Cancellation,
    said: Mutex<Vec<StageEvent>>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["experiment", "data/downloads"] {
            fs_err::create_dir_all(dir.path().join(folder)).unwrap();
        }
        Self { dir, cancellation: Cancellation::new(), said: Mutex::new(Vec::new()) }
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.dir.path().join(relative)
    }

    pub(crate) fn write(&self, relative: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(relative);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(&path, bytes).unwrap();
        path
    }

    /// Runs the stage once more, into an empty output; what was to be resumed is still there.
    pub(crate) fn run(&self, params: &Value) -> Result<BTreeMap<String, Vec<u8>>, StageError> {
        let mut params: FetchParams = serde_json::from_value(params.clone()).unwrap();
        params.transfer.first_wait_seconds = 0.01;
        // A proxy of this machine must not be asked for servers on it.
        params.transfer.proxy = Some("none".to_owned());
        let stage = Fetch::default();
        assert_eq!(stage.check(&params), []);
        let output = self.path("output");
        if output.exists() {
            fs_err::remove_dir_all(&output).unwrap();
        }
        fs_err::create_dir_all(&output).unwrap();
        let scratch = self.path("scratch");
        fs_err::create_dir_all(&scratch).unwrap();
        let job = Job {
            protocol: 1,
            node: "data".to_owned(),
            stage: "fetch".to_owned(),
            version: 1,
            params: json!({}),
            inputs: BTreeMap::new(),
            sources: BTreeMap::new(),
            outputs: BTreeMap::from([("dataset".to_owned(), output.clone())]),
            scratch,
            resume: self.path("resume"),
            granted: Granted::cpus_only(1),
        };
        let context = SourceContext {
            experiment_dir: self.path("experiment"),
            data_root: Some(self.path("data")),
            ..SourceContext::default()
        };
        assert_eq!(stage.sources(&params, &context)?, []);
        let sink = |event| self.said.lock().unwrap().push(event);
        stage.run(&params, &ActionContext::from_job(&job, &self.cancellation, &sink))?;
        Ok(files(&output))
    }

    /// Runs the stage, which must fail.
    pub(crate) fn fails(&self, params: &Value) -> StageError {
        self.run(params).expect_err("it ended well")
    }

    /// What has arrived of the only file that is not complete.
    pub(crate) fn part(&self) -> PathBuf {
        let is_part = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "part");
        let entries = fs_err::read_dir(self.path("resume")).unwrap();
        entries.map(|entry| entry.unwrap().path()).find(is_part).unwrap()
    }

    /// The lines of a level that were said.
    pub(crate) fn said(&self, wanted: &str) -> Vec<String> {
        let line = |event: &StageEvent| match event {
            StageEvent::Log { level, message } if level == wanted => Some(message.clone()),
            _ => None,
        };
        self.said.lock().unwrap().iter().filter_map(line).collect()
    }
}

/// Every file beneath a folder, by its path.
pub(crate) fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs_err::read(&path).unwrap());
            }
        }
    }
    found
}

/// The digest of bytes as a user writes it.
pub(crate) fn blake3(bytes: &[u8]) -> String {
    format!("blake3:{}", blake3::hash(bytes).to_hex())
}

/// Bytes that do not repeat, so that a shifted part is noticed.
pub(crate) fn content(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().finalize_xof().fill(&mut bytes);
    bytes
}

/// Parameters for one file.
pub(crate) fn one(url: &str, bytes: &[u8]) -> Value {
    json!({ "files": [{ "url": url, "digest": blake3(bytes) }] })
}

/// The single file of an output.
pub(crate) fn only(files: BTreeMap<String, Vec<u8>>) -> (String, Vec<u8>) {
    assert_eq!(files.len(), 1, "{:?}", files.keys());
    files.into_iter().next().unwrap()
}
