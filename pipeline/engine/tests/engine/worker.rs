//! Worker processes: the protocol, and every way a worker can end.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use pipeline_engine::{
    NodeFailure, NodeOutcome, Placement, Ports, RunEvent, Stage, StageEvent, StageInfo,
    WorkerPrograms,
};

use crate::toy::{NoParams, Outcome, Workshop};

/// A stage whose actions run in the program `toy-worker`.
struct Shell;

impl Stage for Shell {
    type Params = NoParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "shell",
            version: 1,
            summary: "Runs a shell script as a worker.",
            placement: Placement::Worker("toy-worker"),
        }
    }

    fn ports(&self, _params: &NoParams) -> Ports {
        Ports::new().output("out", "text")
    }
}

const EXPERIMENT: &str = "{ experiment: worker, stages: { shell: {} } }";

/// A workshop whose worker is a shell script; `$out` is the output folder.
fn workshop(script: &str) -> Workshop {
    let shop = Workshop::new();
    let path = shop.path("toy-worker");
    let text =
        format!("#!/bin/sh\nout=$(sed -n 's/^ *\"out\": \"\\(.*\\)\".*/\\1/p' \"$2\")\n{script}\n");
    fs_err::write(&path, text).unwrap();
    fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let workers = WorkerPrograms {
        paths: BTreeMap::from([("toy-worker".to_owned(), path)]),
        environment: BTreeMap::from([("GREETING".to_owned(), "hello".to_owned())]),
        outer: std::env::vars().collect(),
        supervisor: None,
    };
    Workshop { workers, registry: crate::toy::registry().with(Shell), ..shop }
}

fn failure(outcome: &Outcome) -> NodeFailure {
    outcome
        .events
        .iter()
        .find_map(|event| match event {
            RunEvent::NodeFinished { outcome: NodeOutcome::Failed { error }, .. } => {
                Some(error.clone())
            }
            _ => None,
        })
        .expect("the node failed")
}

#[test]
fn a_worker_that_says_done_is_done_and_its_words_are_kept() {
    let shop = workshop(
        r#"printf '%s' "$GREETING" > "$out/text.txt"
echo '{"event":"progress","done":1,"total":2,"message":"half"}'
echo '{"event":"environment","name":"device","value":"cpu"}'
echo 'plain words'
echo 'complaint' >&2
echo '{"event":"done"}'"#,
    );
    let outcome = shop.run(EXPERIMENT, &[]);
    assert_eq!(outcome.with("ran"), ["shell"]);
    let progress = outcome.events.iter().any(|event| {
        matches!(
            event,
            RunEvent::Stage { said: StageEvent::Progress { done: 1, total: 2, .. }, .. }
        )
    });
    assert!(progress);
    let report = &outcome.result.report.nodes[0];
    assert_eq!(report.environment["device"], "cpu");
    let record = shop.store().record(report.key.unwrap()).unwrap();
    let log = shop.store().get_bytes(record.provenance.log.unwrap()).unwrap();
    let mut lines: Vec<_> = std::str::from_utf8(&log).unwrap().lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["stderr: complaint", "stdout: plain words"]);
    assert_eq!(shop.run(EXPERIMENT, &[]).result.summary.cached, 1);
}

#[test]
fn a_worker_that_reports_a_failure_is_quoted() {
    let shop = workshop(
        r#"echo '{"event":"failed","message":"no luck","details":["a","b"],"help":"try again"}'
exit 1"#,
    );
    let failure = failure(&shop.run(EXPERIMENT, &[]));
    assert_eq!(failure.message, "no luck");
    assert_eq!(failure.details, ["a", "b"]);
    assert_eq!(failure.help.as_deref(), Some("try again"));
}

#[test]
fn a_worker_that_dies_is_a_failure_that_says_how() {
    for (script, expected) in [
        ("echo oh no >&2; exit 3", "the worker for `shell` ended with status 3"),
        ("kill -9 $$", "the worker for `shell` was killed (signal 9)"),
        ("kill -11 $$", "the worker for `shell` died of signal 11"),
        ("exit 0", "the worker for `shell` ended without saying that it was done"),
    ] {
        let outcome = workshop(script).run(EXPERIMENT, &[]);
        let failure = failure(&outcome);
        assert_eq!(failure.message, expected);
        if script.contains("oh no") {
            assert_eq!(failure.log_tail, ["stderr: oh no"]);
        }
    }
}

#[test]
fn a_worker_is_over_when_it_ends_even_if_something_it_started_holds_its_output() {
    let shop = workshop(
        r#"printf x > "$out/text.txt"
setsid sleep 30 &
echo '{"event":"done"}'"#,
    );
    let begin = std::time::Instant::now();
    assert_eq!(shop.run(EXPERIMENT, &[]).with("ran"), ["shell"]);
    assert!(begin.elapsed() < std::time::Duration::from_secs(20), "it waited for the sleep");
}

#[test]
fn a_panic_in_a_worker_is_a_bug_not_a_failure_of_the_data() {
    let shop = workshop(
        r#"echo '{"event":"failed","message":"oops","details":[],"help":null,"panicked":true}'
exit 1"#,
    );
    assert!(shop.run(EXPERIMENT, &[]).result.summary.bug);
}

#[test]
fn a_worker_that_leaves_an_output_empty_is_a_failure() {
    let failure = failure(&workshop(r#"echo '{"event":"done"}'"#).run(EXPERIMENT, &[]));
    assert_eq!(
        failure.message,
        "stage `shell` ended without writing its output `out` (node `shell`)"
    );
}

#[test]
fn a_missing_worker_says_how_to_get_it() {
    let mut shop = workshop("");
    shop.workers = WorkerPrograms::default();
    let failure = failure(&shop.run(EXPERIMENT, &[]));
    assert_eq!(failure.message, "the worker program `toy-worker` is not installed");
    assert!(failure.help.unwrap().contains("cargo xtask"));
}

#[test]
fn cancelling_ends_a_worker_and_everything_it_started() {
    let shop = workshop(
        r#"sleep 1000 &
echo $! > "$out/../../pid"
echo '{"event":"progress","done":0,"total":1,"message":"started"}'
wait"#,
    );
    let cancellation = shop.cancellation.clone();
    let tmp = shop.path("store").join("v2/tmp");
    let canceller = std::thread::spawn(move || {
        loop {
            let pid = fs_err::read_dir(&tmp).ok().and_then(|entries| {
                entries.flatten().find_map(|entry| {
                    let text = fs_err::read_to_string(entry.path().join("0/pid")).ok()?;
                    text.trim().parse::<i32>().ok()
                })
            });
            if let Some(pid) = pid {
                cancellation.cancel();
                return pid;
            }
            std::thread::yield_now();
        }
    });
    let outcome = shop.run(EXPERIMENT, &[]);
    let pid = canceller.join().unwrap();
    assert_eq!(outcome.with("skipped"), ["shell"]);
    // A killed process takes a moment to close its files; then it is gone, or a zombie that nobody
    // has waited for yet.
    let begin = std::time::Instant::now();
    loop {
        let status = fs_err::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        if status.is_empty() || status.contains(") Z ") {
            break;
        }
        assert!(begin.elapsed() < std::time::Duration::from_secs(20), "still there: {status}");
        std::thread::yield_now();
    }
}
