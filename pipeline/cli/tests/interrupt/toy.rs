//! The toy program, while it runs an experiment.

use std::io::{BufRead, BufReader, Lines, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

/// How long a killed process may take to be gone.
const PATIENCE: Duration = Duration::from_secs(20);

/// A run that has begun.
pub(crate) struct Toy {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
}

/// How a run ended.
pub(crate) struct Ended {
    /// None if it was killed.
    pub(crate) status: Option<i32>,
    /// Results on standard output.
    pub(crate) out: String,
    /// What was left to read on standard error.
    pub(crate) err: String,
}

impl Toy {
    /// Runs `e.yaml` in a folder, with further arguments.
    pub(crate) fn start(dir: &Path, arguments: &[&str]) -> Self {
        let tests = std::env::current_exe().expect("a test has a path");
        let built = tests.ancestors().nth(2).expect("tests lie in target/PROFILE/deps");
        let mut child = Command::new(built.join("examples/toy"))
            .args(["run", "e.yaml", "--verbose"])
            .args(arguments)
            .current_dir(dir)
            .env_remove("ORCHESTRATE_STORE")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the toy program starts");
        let lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        Self { child, lines }
    }

    /// Reads standard error up to a line that contains the text; the rest of that line.
    pub(crate) fn read_until(&mut self, text: &str) -> String {
        let mut heard = Vec::new();
        for line in &mut self.lines {
            let line = line.expect("text");
            if let Some((_, rest)) = line.split_once(text) {
                return rest.to_owned();
            }
            heard.push(line);
        }
        panic!("the program ended without saying `{text}`:\n{}", heard.join("\n"));
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it is running");
    }

    /// Reads what it says to its end.
    pub(crate) fn end(mut self) -> Ended {
        let mut out = String::new();
        let mut stdout = self.child.stdout.take().expect("piped");
        let err: Vec<String> = self.lines.map(|line| line.expect("text")).collect();
        stdout.read_to_string(&mut out).expect("text");
        let status = self.child.wait().expect("it ends").code();
        Ended { status, out, err: err.join("\n") }
    }
}

/// Waits until a process is gone.
pub(crate) fn wait_until_gone(pid: Pid) {
    let begin = Instant::now();
    // A dead one that nobody has waited for yet is still there, but it is no program any more.
    let gone = || {
        let command = fs_err::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero()));
        test_kill_process(pid).is_err() || command.is_ok_and(|command| command.is_empty())
    };
    while !gone() {
        assert!(begin.elapsed() < PATIENCE, "process {pid:?} goes on");
        std::thread::sleep(Duration::from_millis(2));
    }
}
