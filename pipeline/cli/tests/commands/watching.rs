//! A run seen from another terminal, and after it is over.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Stdio};

use serde_json::Value;

use crate::workspace::{WORDS, Workspace, steady};

/// An experiment whose second node waits until the file `open` is there.
fn gated() -> Workspace {
    let space = Workspace::new("");
    let key = space.path("open");
    space.write(
        "e.yaml",
        &format!(
            "experiment: gated\nstages:\n  say: {{ with: {{ word: x }} }}\n  gate: {{ with: {{ key: '{}' }} }}\n",
            key.display()
        ),
    );
    space
}

fn journal(space: &Workspace, name: &str) -> Vec<Value> {
    let file = fs_err::read_dir(space.path(&format!("runs/{name}/history")))
        .expect("a run leaves a history")
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    let text = fs_err::read_to_string(file.expect("a journal")).expect("text");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Starts the toy program and waits until it has printed some lines.
fn listen(space: &Workspace, arguments: &[&str], lines: usize) -> (Listening, String) {
    let mut child = space.command(arguments).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut heard = String::new();
    for _ in 0..lines {
        out.read_line(&mut heard).expect("text");
    }
    ((child, out), heard)
}

type Listening = (Child, BufReader<ChildStdout>);

/// What it prints until it ends well.
fn rest((mut child, mut out): Listening) -> String {
    let mut heard = String::new();
    out.read_to_string(&mut heard).expect("text");
    assert!(child.wait().expect("it ends").success());
    heard
}

#[test]
fn a_run_that_does_something_leaves_a_journal_and_one_that_does_not_leaves_none() {
    let space = Workspace::new(WORDS);
    space.toy(&["run", "e.yaml", "-q"]).expect(0);
    let lines = journal(&space, "words");
    assert_eq!(lines[0]["type"], "run_started");
    assert_eq!(lines[0]["command"][1], "run");
    assert_eq!(lines.last().unwrap()["type"], "run_finished");
    for line in &lines {
        let at: jiff::Timestamp = line["at"].as_str().unwrap().parse().unwrap();
        assert_eq!(at.subsec_nanosecond() % 1_000_000, 0);
    }
    let count = |kind: &str| lines.iter().filter(|line| line["type"] == kind).count();
    assert_eq!((count("node_started"), count("node_finished")), (5, 5));
    let files = || fs_err::read_dir(space.path("runs/words/history")).unwrap().count();
    let before = files();
    space.toy(&["run", "e.yaml", "-q"]).expect(0);
    assert_eq!(files(), before);
    assert_eq!(space.toy(&["status"]).expect(0).out, "no run is in progress in `runs`\n");
}

#[test]
fn another_terminal_sees_how_far_a_run_is_and_what_a_node_says() {
    let space = gated();
    let mut run = space.start(&["run", "e.yaml", "-v"]);
    run.wait_for("the gate is closed");
    let status = space.toy(&["status", "gated", "--json"]).expect(0).out;
    let status: Value = serde_json::from_str(&status).unwrap();
    let found = &status["runs"][0];
    assert_eq!(
        (&found["state"], &found["ran"], &found["waiting"]),
        (&"running".into(), &1.into(), &0.into())
    );
    let gate = &found["running"]["gate"];
    assert_eq!(gate["stage"], "gate");
    assert_eq!((&gate["progress"]["done"], &gate["progress"]["total"]), (&1.into(), &4.into()));
    assert_eq!(gate["metrics"]["height"], 2.5);
    let text = space.toy(&["status"]).expect(0).out;
    assert!(text.starts_with("gated, run "), "{text}");
    assert!(text.contains("2 nodes: 1 done, 0 cached, 1 running, 0 failed, 0 waiting"), "{text}");
    assert!(text.contains("25% (1/4) waiting"), "{text}");

    let closed = "metric: height[1] = 2.5\ninfo: the gate is closed\n";
    assert_eq!(space.toy(&["logs", "gated", "gate"]).expect(0).out, closed);
    assert_eq!(
        space.toy(&["logs", "gated", "gate", "--tail", "1"]).expect(0).out,
        "info: the gate is closed\n"
    );
    let (follower, heard) = listen(&space, &["logs", "-f", "e.yaml", "gate"], 2);
    assert_eq!(heard, closed);
    let (watcher, _) = listen(&space, &["status", "--watch"], 3);
    space.write("open", "");
    assert_eq!(run.end(), Some(0));
    assert_eq!(rest(follower), "warn: the gate is open\n");
    let watched = rest(watcher);
    assert!(watched.contains(", is over after "), "{watched}");
    assert!(watched.contains("2 nodes: 2 done, 0 cached, 0 running, 0 failed"), "{watched}");
    let whole = format!("{closed}warn: the gate is open\n");

    // Once it is over the same log is found, from the journal and, when that is gone, the store.
    assert_eq!(space.toy(&["logs", "gated", "gate"]).expect(0).out, whole);
    fs_err::remove_dir_all(space.path("runs/gated/history")).unwrap();
    assert_eq!(space.toy(&["logs", "gated", "gate"]).expect(0).out, whole);
    let none = space.toy(&["logs", "gated", "say"]).expect(0);
    assert_eq!(
        (none.out.as_str(), none.err.as_str()),
        ("", "`say` wrote no log (its status is ran)\n")
    );
    let wrong = space.toy(&["logs", "gated", "gat"]).expect(2);
    assert!(wrong.err.contains("did you mean `gate`?"), "{}", wrong.err);
}

#[test]
fn a_killed_run_is_named_with_the_command_that_goes_on() {
    let space = gated();
    let mut run = space.start(&["run", "e.yaml", "--set", "say.word=a b"]);
    run.wait_for("start   gate");
    run.kill();
    let status = space.toy(&["status"]).expect(0).out;
    assert!(status.contains("was interrupted"), "{status}");
    assert!(status.contains("1 done, 0 cached, 1 cut off"), "{status}");
    let resume = status.lines().find_map(|line| line.trim().strip_prefix("go on with: ")).unwrap();
    assert!(resume.ends_with("run e.yaml --set 'say.word=a b'"), "{resume}");
    space.write("open", "");
    let again = std::process::Command::new("sh")
        .args(["-c", resume])
        .current_dir(space.path("."))
        .output()
        .unwrap();
    assert!(again.status.success(), "{again:?}");
    assert_eq!(space.toy(&["status"]).expect(0).out, "no run is in progress in `runs`\n");
}

#[test]
fn a_trace_shows_when_each_action_ran_also_when_one_fails() {
    let text = "experiment: f\nstages: { say: { with: { word: x } }, trip: , collect: }\n";
    let space = Workspace::new(text);
    space.toy(&["run", "e.yaml", "-k", "--trace-file", "out/trace.json"]).expect(1);
    let trace = fs_err::read_to_string(space.path("out/trace.json")).unwrap();
    let trace: Value = serde_json::from_str(&trace).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    let actions: Vec<_> = events.iter().filter(|event| event["ph"] == "X").collect();
    let named = |name: &str| *actions.iter().find(|event| event["name"] == name).unwrap();
    assert_eq!(named("say")["args"]["outcome"], "ran");
    assert_eq!(named("trip")["args"]["outcome"], "failed");
    let end = |event: &Value| event["ts"].as_u64().unwrap() + event["dur"].as_u64().unwrap();
    assert!(end(named("say")) <= named("collect")["ts"].as_u64().unwrap());
    assert!(actions.iter().all(|event| end(event) <= end(named("run"))));
    let wrong = space.toy(&["run", "e.yaml", "--trace-file", "e.yaml/trace.json"]).expect(2);
    assert!(wrong.err.contains("the trace cannot be written"), "{}", wrong.err);
}

#[test]
fn there_is_no_log_of_what_never_ran() {
    let space = Workspace::new(WORDS);
    let said = space.toy(&["logs", "wrods", "say"]).expect(2);
    assert!(said.err.contains("there is no run in `runs` of `wrods`"), "{}", said.err);
    space.toy(&["run", "e.yaml", "-q", "--set", "say.word=leak"]).expect(0);
    let said = space.toy(&["logs", "words", "say"]).expect(0);
    insta::assert_snapshot!("logs_of_variants", steady(&said.out));
}
