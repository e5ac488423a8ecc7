//! A worker that is stopped saves its work, and the next attempt goes on where it was.
//!
//! The worker counts to 40. Its first attempt stops at 25 and waits there until it is interrupted;
//! without being asked it has saved its work last at 20.

use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

use crate::toy::{Ended, Toy, wait_until_gone};

/// A folder with the experiment; the worker takes so long to save its work, and its node has these
/// further fields.
fn folder(save_ms: u32, more: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let text = format!(
        "experiment: w\nstages: {{ count: {{ with: {{ to: 40, hold: 25, save_ms: {save_ms} }}{more} }} }}\n"
    );
    fs_err::write(dir.path().join("e.yaml"), text).expect("a file");
    dir
}

/// Starts a run and waits until its worker holds; the worker.
fn held(dir: &Path, arguments: &[&str]) -> (Toy, Pid) {
    let mut run = Toy::start(dir, arguments);
    let pid = run.read_until("held in process ").parse().expect("a number");
    (run, Pid::from_raw(pid).expect("not 0"))
}

/// What interrupted attempts have left in the store.
fn left(dir: &Path) -> usize {
    let layouts = fs_err::read_dir(dir.join(".orchestrate")).expect("a store").flatten();
    let partial = layouts.filter_map(|layout| fs_err::read_dir(layout.path().join("partial")).ok());
    partial.flatten().count()
}

/// It counted to the end, and its attempts began there.
fn counted(dir: &Path, ended: &Ended, began: &str) {
    assert_eq!(ended.status, Some(0), "{}", ended.err);
    assert_eq!(ended.out, format!("counted to 40, began at {began}\n"), "{}", ended.err);
    assert_eq!(left(dir), 0, "unfinished work of a finished action");
}

/// The next run goes on there.
fn goes_on(dir: &Path, began: &str) {
    assert_eq!(left(dir), 1, "nothing to go on from");
    counted(dir, &Toy::start(dir, &[]).end(), began);
}

#[test]
fn whatever_asks_the_orchestrator_to_stop_lets_the_worker_save() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::USR1, Signal::USR2] {
        let dir = folder(500, "");
        let (mut run, _) = held(dir.path(), &[]);
        run.signal(signal);
        run.read_until("stopping: running actions have 30s to save their work");
        let ended = run.end();
        assert_eq!(ended.status, Some(1), "{signal:?}: {}", ended.err);
        assert!(ended.err.contains("0 run, 0 cached, 0 failed, 1 skipped"), "{}", ended.err);
        goes_on(dir.path(), "0, 25");
    }
}

#[test]
fn a_worker_that_takes_too_long_to_save_is_killed() {
    let dir = folder(600_000, "");
    let (run, worker) = held(dir.path(), &["--grace", "1s"]);
    run.signal(Signal::TERM);
    let ended = run.end();
    assert_eq!(ended.status, Some(1), "{}", ended.err);
    assert!(ended.err.contains("killed: it did not end within 1 s"), "{}", ended.err);
    wait_until_gone(worker);
    goes_on(dir.path(), "0, 20");
}

#[test]
fn a_second_ctrl_c_does_not_wait_for_the_worker() {
    let dir = folder(600_000, "");
    let (mut run, worker) = held(dir.path(), &[]);
    run.signal(Signal::INT);
    run.read_until("stopping");
    run.signal(Signal::INT);
    assert_eq!(run.end().status, Some(130));
    wait_until_gone(worker);
    goes_on(dir.path(), "0, 20");
}

#[test]
fn after_a_time_limit_the_next_attempt_goes_on() {
    let dir = folder(0, ", limits: { time: 2s }, retries: 3");
    let mut run = Toy::start(dir.path(), &[]);
    run.read_until("attempt 1 of 4: exceeded its time limit of 2 s");
    counted(dir.path(), &run.end(), "0, 25");
}

#[test]
fn after_a_time_limit_the_next_run_goes_on() {
    let dir = folder(0, ", limits: { time: 2s }");
    let ended = Toy::start(dir.path(), &[]).end();
    assert_eq!(ended.status, Some(1));
    assert!(ended.err.contains("goes on from there when it is tried again"), "{}", ended.err);
    goes_on(dir.path(), "0, 25");
}

#[test]
fn a_signal_to_the_worker_alone_lets_it_save_and_go_on() {
    for (signal, name) in
        [(Signal::TERM, "SIGTERM"), (Signal::USR1, "SIGUSR1"), (Signal::USR2, "SIGUSR2")]
    {
        let dir = folder(0, ", retries: 1");
        let (mut run, worker) = held(dir.path(), &[]);
        kill_process(worker, signal).expect("it waits");
        run.read_until(&format!("attempt 1 of 2: was stopped by {name} before it was done"));
        counted(dir.path(), &run.end(), "0, 25");
    }
}

#[test]
fn a_signal_to_a_worker_that_may_not_be_tried_again_says_how_to_go_on() {
    let dir = folder(0, "");
    let (run, worker) = held(dir.path(), &[]);
    kill_process(worker, Signal::USR1).expect("it waits");
    let ended = run.end();
    assert_eq!(ended.status, Some(1));
    assert!(ended.err.contains("was stopped by SIGUSR1 before it was done"), "{}", ended.err);
    assert!(ended.err.contains("it goes on from what it has saved"), "{}", ended.err);
    goes_on(dir.path(), "0, 25");
}

#[test]
fn after_a_killed_worker_the_next_attempt_goes_on() {
    let dir = folder(0, ", retries: 1");
    let (run, worker) = held(dir.path(), &[]);
    kill_process(worker, Signal::KILL).expect("it waits");
    counted(dir.path(), &run.end(), "0, 20");
}

#[test]
fn after_everything_was_killed_the_next_run_goes_on() {
    for worker_too in [false, true] {
        let dir = folder(0, "");
        let (run, worker) = held(dir.path(), &[]);
        if worker_too {
            kill_process(worker, Signal::KILL).expect("it waits");
        }
        run.signal(Signal::KILL);
        assert_eq!(run.end().status, None);
        wait_until_gone(worker);
        goes_on(dir.path(), "0, 20");
    }
}
