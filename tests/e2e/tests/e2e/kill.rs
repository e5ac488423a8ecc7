//! Killed at any moment, then run again: the same tables, and nothing finished is lost.

use std::time::{Duration, Instant};

use tests_e2e::Workspace;

const RUN: &[&str] = &["run", "tiny.yaml"];

/// The records of finished actions.
fn finished(w: &Workspace) -> usize {
    let actions = w.path(".orchestrate/v1/actions");
    let Ok(folders) = fs_err::read_dir(actions) else { return 0 };
    folders.flatten().filter_map(|folder| fs_err::read_dir(folder.path()).ok()).flatten().count()
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
        let begin = Instant::now();
        while finished(&w) <= done && child.try_wait().unwrap().is_none() {
            assert!(begin.elapsed() < Duration::from_mins(2), "no progress after {done}");
            std::thread::yield_now();
        }
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
    let left = fs_err::read_dir(w.path(".orchestrate/v1/tmp")).unwrap().count();
    assert_eq!(left, 0, "nothing half-written stays behind");
}
