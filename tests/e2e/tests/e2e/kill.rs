//! Killed at any moment, then run again: the same tables, and nothing finished is lost.

use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use tests_e2e::Workspace;

const RUN: &[&str] = &["run", "tiny.yaml"];
/// What trains and predicts.
const WORKER: &str = "orchestrate-torch";

/// The newest layout of the store.
fn store(w: &Workspace) -> PathBuf {
    let layouts = fs_err::read_dir(w.path(".orchestrate")).into_iter().flatten().flatten();
    layouts.map(|entry| entry.path()).max().unwrap_or_default()
}

/// The records of finished actions.
fn finished(w: &Workspace) -> usize {
    let Ok(folders) = fs_err::read_dir(store(w).join("actions")) else { return 0 };
    folders.flatten().filter_map(|folder| fs_err::read_dir(folder.path()).ok()).flatten().count()
}

/// Nothing half-written stays behind.
fn assert_clean(w: &Workspace) {
    for folder in ["tmp", "partial"] {
        let left = fs_err::read_dir(store(w).join(folder)).into_iter().flatten().count();
        assert_eq!(left, 0, "{folder} is not empty");
    }
}

/// The workers that are alive and work in a folder.
fn workers(w: &Workspace) -> Vec<i32> {
    let place = w.path("").display().to_string();
    let arguments = |pid: i32| {
        let bytes = fs_err::read(Path::new("/proc").join(pid.to_string()).join("cmdline"));
        String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
    };
    fs_err::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| {
            let arguments = arguments(*pid);
            arguments.contains(WORKER) && arguments.contains(&place)
        })
        .collect()
}

/// Waits until something holds while a program runs; whether it came to that.
fn wait_for(child: &mut Child, mut holds: impl FnMut() -> bool) -> bool {
    let begin = Instant::now();
    while !holds() {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        assert!(begin.elapsed() < Duration::from_mins(2), "nothing happens");
        std::thread::sleep(Duration::from_millis(1));
    }
    true
}

fn kill(pid: i32) {
    let status = std::process::Command::new("kill").args(["-9", &pid.to_string()]).status();
    assert!(status.is_ok(), "no program `kill`");
}

#[test]
fn a_run_killed_after_any_number_of_actions_ends_with_the_same_tables() {
    let undisturbed = Workspace::new();
    undisturbed.orchestrate(RUN).ok();
    let expected = undisturbed.tables("tiny");
    // Two methods that predict the same share one action.
    let total = finished(&undisturbed);
    let (run, shared, _) = undisturbed.orchestrate(RUN).ok().counts();
    let nodes = run + shared;

    let w = Workspace::new();
    let mut done = 0;
    // Each time the run gets one or two actions further before it is killed.
    while done < total - 1 {
        let mut child = w.start(RUN);
        wait_for(&mut child, || finished(&w) > done);
        child.kill().unwrap();
        child.wait().unwrap();
        let now = finished(&w);
        assert!(now > done, "a finished action was lost");
        done = now;
    }
    let last = w.orchestrate(RUN).ok();
    let (run, cached, failed) = last.counts();
    assert_eq!((run + cached, failed), (nodes, 0));
    assert!(cached >= done, "{cached} of {done} finished actions were found");
    assert_eq!(w.tables("tiny"), expected);
    // The last worker of a killed run may have been dying while that run began.
    w.orchestrate(RUN).ok();
    assert_clean(&w);
}

#[test]
fn workers_killed_alone_and_with_their_orchestrator_leave_the_tables_as_they_are() {
    let undisturbed = Workspace::new();
    undisturbed.orchestrate(RUN).ok();
    let expected = undisturbed.tables("tiny");

    let w = Workspace::new();
    // How long a worker works before it is killed: while it starts, trains, or writes its model.
    for (round, delay) in [0, 150, 500, 900].into_iter().enumerate() {
        let mut child = w.start(&["run", "tiny.yaml", "--keep-going"]);
        if !wait_for(&mut child, || !workers(&w).is_empty()) {
            break;
        }
        std::thread::sleep(Duration::from_millis(delay));
        let done = finished(&w);
        let alone = round % 2 == 0;
        if !alone {
            child.kill().unwrap();
        }
        let killed = workers(&w);
        for pid in &killed {
            kill(*pid);
        }
        let status = child.wait().unwrap();
        if alone && !killed.is_empty() {
            assert_eq!(status.code(), Some(1), "a killed worker is a failed action");
        }
        assert!(finished(&w) >= done, "a finished action was lost");
    }
    w.orchestrate(RUN).ok();
    assert_eq!(w.tables("tiny"), expected);
    assert!(workers(&w).is_empty(), "no worker is left behind");
    assert_clean(&w);
}

#[test]
fn a_worker_ends_soon_after_its_orchestrator_was_killed() {
    let w = Workspace::new();
    let mut child = w.start(RUN);
    assert!(wait_for(&mut child, || !workers(&w).is_empty()), "no worker was started");
    child.kill().unwrap();
    child.wait().unwrap();
    let begin = Instant::now();
    while !workers(&w).is_empty() {
        assert!(begin.elapsed() < Duration::from_secs(10), "the worker goes on");
        std::thread::sleep(Duration::from_millis(10));
    }
}
