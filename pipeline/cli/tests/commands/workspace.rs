//! A folder with an experiment, and the toy program in it.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// A folder with an experiment, and the toy program.
pub(crate) struct Workspace {
    dir: tempfile::TempDir,
}

pub(crate) const WORDS: &str = "\
experiment: words
matrix:
  seed: [1, 2]
  mood:
    calm: {}
    loud: { say: { times: 3 } }
stages:
  say: { with: { word: hello, seed: ${seed} } }
  collect:
";

impl Workspace {
    pub(crate) fn new(experiment: &str) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        fs_err::write(dir.path().join("e.yaml"), experiment).expect("a file in it");
        Self { dir }
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.dir.path().join(relative)
    }

    pub(crate) fn toy(&self, arguments: &[&str]) -> Said {
        Said::from(self.command(arguments).output().expect("the toy program starts"))
    }

    /// The toy program, in an environment that says nothing.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(toy());
        command.args(arguments).current_dir(self.dir.path());
        for name in [
            "ORCHESTRATE_DATA",
            "ORCHESTRATE_STORE",
            "ORCHESTRATE_LOG",
            "RUST_BACKTRACE",
            "NO_COLOR",
            "CLICOLOR_FORCE",
        ] {
            command.env_remove(name);
        }
        command
    }

    /// Starts the toy program and goes on while it runs.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the toy program starts");
        let lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        Running { child, lines }
    }

    pub(crate) fn write(&self, relative: &str, text: &str) {
        fs_err::write(self.path(relative), text).expect("the folder is there");
    }
}

/// The example beside the tests.
fn toy() -> PathBuf {
    let tests = std::env::current_exe().expect("a test has a path");
    let built = tests.ancestors().nth(2).expect("tests lie in target/PROFILE/deps");
    built.join("examples/toy")
}

/// The toy program while it runs; it ends with the test.
pub(crate) struct Running {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStderr>>,
}

impl Running {
    /// Waits for a line on standard error that contains the text.
    pub(crate) fn wait_for(&mut self, text: &str) {
        let mut heard = String::new();
        for line in self.lines.by_ref() {
            let line = line.expect("text");
            if line.contains(text) {
                return;
            }
            heard = format!("{heard}{line}\n");
        }
        panic!("the program ended without saying `{text}`:\n{heard}");
    }

    /// Ctrl-C.
    pub(crate) fn interrupt(&self) {
        let pid = i32::try_from(self.child.id()).expect("a process number");
        let pid = Pid::from_raw(pid).expect("it is running");
        kill_process(pid, Signal::INT).expect("it is running");
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it is running");
        self.child.wait().expect("it ends");
    }

    pub(crate) fn end(mut self) -> Option<i32> {
        self.lines.by_ref().for_each(drop);
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Said {
    pub(crate) fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.out, self.err);
        self
    }

    pub(crate) fn last_line(&self) -> &str {
        self.err.lines().find(|line| line.contains(" cached, ")).unwrap_or_default()
    }
}

/// Replaces what differs from run to run: times and digests.
pub(crate) fn steady(text: &str) -> String {
    let mut filtered = String::new();
    for line in text.lines() {
        let words: Vec<String> = line.split(' ').map(steady_word).collect();
        filtered = format!("{filtered}{}\n", words.join(" ").trim_end());
    }
    filtered
}

fn steady_word(word: &str) -> String {
    let bare = word.trim_end_matches([':', ',']);
    let end = &word[bare.len()..];
    let (name, value) = bare.split_once('=').map_or((None, bare), |(n, v)| (Some(n), v));
    let hex = |text: &str| text.len() >= 12 && text.chars().all(|c| c.is_ascii_hexdigit());
    let steady = if hex(value) {
        "DIGEST"
    } else if value.ends_with('s') && value.trim_end_matches('s').parse::<f64>().is_ok() {
        "TIME"
    } else if value.len() == 20 && value.ends_with('Z') {
        "DATE"
    } else if value.len() == 23 && value.as_bytes()[15] == b'Z' {
        "RUN"
    } else {
        return word.to_owned();
    };
    name.map_or_else(|| format!("{steady}{end}"), |name| format!("{name}={steady}{end}"))
}
