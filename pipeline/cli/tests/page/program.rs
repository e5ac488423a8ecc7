//! A folder with an experiment, a run in it, and the page that shows it.

use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// How long anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// `long` says how far it is, as long as the file `go` is not there.
pub(crate) const EXPERIMENT: &str = r#"
experiment: slow
matrix:
  seed: [1, 2]
stages:
  say: { with: { word: hello, seed: ${seed} } }
  long:
    uses: call
    with:
      script: |
        step=0
        while [ ! -e GO ]; do
          step=$((step + 1))
          echo "{\"event\": \"progress\", \"done\": $step, \"total\": 1000, \"message\": \"step $step\"}"
          echo "{\"event\": \"metric\", \"name\": \"loss\", \"step\": $step, \"value\": 0.$((999 - step)) }"
          printf '\033[32mstep %s\033[0m <b>of seed ${seed}</b>\n' $step
          sleep 0.1
        done
        echo done > "$1/word.txt"
  collect: { inputs: { texts: long } }
"#;

/// The folder.
pub(crate) struct Space {
    dir: tempfile::TempDir,
}

impl Space {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let go = dir.path().join("go");
        let text = EXPERIMENT.replace("GO", &go.display().to_string());
        fs_err::write(dir.path().join("slow.yaml"), text).expect("a file in it");
        Self { dir }
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.dir.path().join(relative)
    }

    /// Lets the slow nodes end.
    pub(crate) fn go(&self) {
        fs_err::write(self.path("go"), "").expect("the folder is there");
    }

    fn toy(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(toy());
        command.args(arguments).current_dir(self.dir.path()).stdin(Stdio::null());
        command.env_remove("ORCHESTRATE_STORE").env_remove("ORCHESTRATE_LOG");
        command
    }

    /// Starts the run, and waits until it says so in its journal.
    pub(crate) fn run(&self) -> Running {
        let mut command = self.toy(&["run", "slow.yaml", "--quiet", "--cpus", "4"]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut running = Running { child: child.expect("the toy program starts") };
        let begin = Instant::now();
        while self.journals("slow").is_empty() {
            assert!(begin.elapsed() < PATIENCE, "no journal");
            assert!(running.child.try_wait().expect("a child").is_none(), "it ended");
            std::thread::sleep(Duration::from_millis(5));
        }
        running
    }

    /// Starts the page. `run` must not end before it is gone.
    pub(crate) fn page(&self) -> Page {
        let mut command = self.toy(&["ui", "--port", "0"]);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the toy program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let address = lines.next().expect("a line").expect("text");
        Page { child, lines, address }
    }

    /// The ids of the runs of an experiment.
    pub(crate) fn journals(&self, experiment: &str) -> Vec<String> {
        let entries = fs_err::read_dir(self.path(&format!("runs/{experiment}/history")));
        let names = entries.into_iter().flatten().flatten().map(|entry| entry.file_name());
        let name = |name: std::ffi::OsString| {
            let name = name.into_string().ok()?;
            name.strip_suffix(".jsonl").filter(|id| !id.starts_with('.')).map(str::to_owned)
        };
        names.filter_map(name).collect()
    }
}

/// The example beside the tests.
fn toy() -> PathBuf {
    let tests = std::env::current_exe().expect("a test has a path");
    let built: &Path = tests.ancestors().nth(2).expect("tests lie in target/PROFILE/deps");
    built.join("examples/toy")
}

/// A run in progress; it ends with the test.
pub(crate) struct Running {
    child: Child,
}

impl Running {
    /// Waits for its end.
    pub(crate) fn end(&mut self) -> Option<i32> {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.code();
            }
            assert!(begin.elapsed() < PATIENCE, "the run goes on");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program that shows the page; it ends with the test.
pub(crate) struct Page {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// What it printed.
    pub(crate) address: String,
}

impl Page {
    pub(crate) fn port(&self) -> u16 {
        let rest = self.address.strip_prefix("http://127.0.0.1:").expect("a loopback address");
        rest.split('/').next().and_then(|port| port.parse().ok()).expect("a port")
    }

    pub(crate) fn token(&self) -> &str {
        self.address.split_once("?token=").expect("a secret").1
    }

    /// Ctrl-C.
    pub(crate) fn close(mut self) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), Signal::INT).expect("it is running");
        assert!(self.lines.next().is_none(), "it prints its address and nothing else");
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
