//! A folder in which the real `orchestrate` is run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use pipeline_store::Digest;

/// A temporary folder with a store, runs and experiments.
pub struct Workspace {
    dir: tempfile::TempDir,
}

/// What a command printed and how it ended.
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// A tiny experiment of every stage: seconds, not minutes.
const TINY: &str = include_str!("../../fixtures/tiny.yaml");

impl Workspace {
    /// An empty folder with `tiny.yaml` in it.
    ///
    /// # Panics
    /// If the temporary folder cannot be made.
    pub fn new() -> Self {
        let workspace = Self { dir: tempfile::tempdir().expect("a temporary folder") };
        workspace.write("tiny.yaml", TINY);
        workspace
    }

    /// A path inside.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.dir.path().join(relative)
    }

    /// Writes a file.
    ///
    /// # Panics
    /// If the file cannot be written.
    pub fn write(&self, relative: &str, text: &str) -> PathBuf {
        let path = self.path(relative);
        if let Some(parent) = path.parent() {
            fs_err::create_dir_all(parent).expect("a folder");
        }
        fs_err::write(&path, text).expect("a file");
        path
    }

    /// The command, ready to start in this folder, with a clean environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary("orchestrate"));
        command.args(arguments).current_dir(self.dir.path()).stdin(Stdio::null());
        for name in ["ORCHESTRATE_DATA", "ORCHESTRATE_STORE", "RUST_LOG", "LIBTORCH"] {
            command.env_remove(name);
        }
        command
    }

    /// Runs `orchestrate` to its end.
    ///
    /// # Panics
    /// If it cannot be started or dies of a signal.
    pub fn orchestrate(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().expect("orchestrate starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
        let ran = Ran {
            code: output.status.code().expect("orchestrate ends by itself"),
            out: text(output.stdout),
            err: text(output.stderr),
        };
        assert!(!ran.err.contains("stack backtrace"), "a backtrace was printed:\n{}", ran.err);
        ran
    }

    /// Starts `orchestrate` and returns while it runs.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("orchestrate starts")
    }

    /// The nodes of the latest run that ended so, in topological order.
    ///
    /// # Panics
    /// If there is no report.
    pub fn nodes_that(&self, status: &str, experiment: &str) -> Vec<String> {
        let path = self.path("runs").join(experiment).join("report.json");
        let text = fs_err::read_to_string(path).expect("a report");
        let report: serde_json::Value = serde_json::from_str(&text).expect("a JSON report");
        let nodes = report["nodes"].as_array().expect("a list of nodes");
        nodes
            .iter()
            .filter(|node| node["status"] == status)
            .map(|node| node["node"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// The digests of the files of a run that must not depend on when or how often it ran.
    ///
    /// # Panics
    /// If the folder cannot be read.
    pub fn tables(&self, experiment: &str) -> BTreeMap<String, String> {
        let dir = self.path("runs").join(experiment);
        fs_err::read_dir(&dir)
            .expect("the run's folder")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.is_file() && !path.ends_with("report.json"))
            .filter(|path| !path.ends_with("report.html"))
            .map(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                (name, Digest::of_file(&path).expect("a readable file").to_string())
            })
            .collect()
    }
}

impl Workspace {
    /// The digests of all files in a folder, by their paths in it.
    ///
    /// # Panics
    /// If the folder cannot be read.
    pub fn contents(&self, folder: &str) -> BTreeMap<PathBuf, String> {
        let root = self.path(folder);
        let mut contents = BTreeMap::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs_err::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let digest = Digest::of_file(&path).expect("a readable file").to_string();
                contents.insert(path.strip_prefix(&root).expect("inside").to_owned(), digest);
            }
        }
        contents
    }
}

impl Default for Workspace {
    fn default() -> Self {
        Self::new()
    }
}

impl Ran {
    /// The command, which must have ended well.
    ///
    /// # Panics
    /// If it did not.
    #[expect(
        clippy::must_use_candidate,
        clippy::return_self_not_must_use,
        reason = "the check is what counts"
    )]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}\n{}", self.out, self.err);
        self
    }

    /// The last line on standard error: the summary of a run.
    pub fn summary(&self) -> &str {
        self.err.trim_end().lines().last().unwrap_or_default()
    }

    /// The counts of the summary: run, cached, failed.
    ///
    /// # Panics
    /// If the last line is no summary.
    pub fn counts(&self) -> (usize, usize, usize) {
        let words: Vec<&str> = self.summary().split_whitespace().collect();
        let count = |i: usize, word: &str| {
            assert!(
                words.get(i + 1).is_some_and(|found| found.trim_end_matches(',') == word),
                "no summary: {}\n{}",
                self.summary(),
                self.err
            );
            words[i].parse().expect("a count")
        };
        (count(0, "run"), count(2, "cached"), count(4, "failed"))
    }
}

/// A program built beside this test.
fn binary(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("the path of this test");
    let path = own.parent().and_then(Path::parent).map(|dir| dir.join(name)).unwrap_or_default();
    assert!(
        path.is_file(),
        "{} is not built; `cargo xtask test` builds it, or `cargo build --workspace`",
        path.display()
    );
    path
}

/// A folder of the shared real volumes, or none with a printed reason.
pub fn shared_data(folder: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let path = root.join(folder);
    if path.is_dir() {
        return fs_err::canonicalize(root).ok();
    }
    #[expect(clippy::print_stderr, reason = "a skipped test says why")]
    {
        eprintln!("skipped: the real volumes in {} are not here", path.display());
    }
    None
}
