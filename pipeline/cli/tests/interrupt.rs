//! Ctrl-C, once and twice.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// Starts a run of the toy program whose last node waits.
fn start(dir: &Path, stubborn: bool) -> Child {
    let text = format!(
        "experiment: w\nstages: {{ say: {{ with: {{ word: x }} }}, wait: {{ with: {{ stubborn: {stubborn} }} }} }}\n"
    );
    fs_err::write(dir.join("e.yaml"), text).expect("a file");
    let tests = std::env::current_exe().expect("a test has a path");
    let built = tests.ancestors().nth(2).expect("tests lie in target/PROFILE/deps");
    Command::new(built.join("examples/toy"))
        .args(["run", "e.yaml"])
        .current_dir(dir)
        .env_remove("ORCHESTRATE_STORE")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the toy program starts")
}

/// Reads standard error up to a line that contains the text.
fn read_until(lines: &mut impl Iterator<Item = std::io::Result<String>>, text: &str) {
    let mut heard = Vec::new();
    for line in lines {
        heard.push(line.expect("text"));
        if heard.last().is_some_and(|line| line.contains(text)) {
            return;
        }
    }
    panic!("the program ended without saying `{text}`:\n{}", heard.join("\n"));
}

fn interrupt(child: &Child) {
    let pid = Pid::from_child(child);
    kill_process(pid, Signal::INT).expect("it is running");
}

fn end(mut child: Child) -> ExitStatus {
    child.wait().expect("it ends")
}

#[test]
fn the_first_one_stops_and_keeps_what_is_done() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut child = start(dir.path(), false);
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    read_until(&mut lines, "start   wait");
    interrupt(&child);
    read_until(&mut lines, "stopping");
    read_until(&mut lines, "1 run, 0 cached, 0 failed, 1 skipped in");
    assert_eq!(end(child).code(), Some(1));

    let mut again = start(dir.path(), false);
    let mut lines = BufReader::new(again.stderr.take().expect("piped")).lines();
    read_until(&mut lines, "cached  say");
    read_until(&mut lines, "start   wait");
    interrupt(&again);
    assert_eq!(end(again).code(), Some(1));
}

#[test]
fn the_second_one_leaves_at_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut child = start(dir.path(), true);
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    read_until(&mut lines, "start   wait");
    interrupt(&child);
    read_until(&mut lines, "stopping");
    interrupt(&child);
    assert_eq!(end(child).code(), Some(130));
}
