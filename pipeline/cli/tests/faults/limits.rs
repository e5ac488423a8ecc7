//! Workers that take too long or too much, and those that need another try.

use std::time::Duration;

use crate::space::{Said, Space};
use crate::worker::{TABLE, failed, recovers, script, space, table};

/// Says that the worker is done once it was tried often enough, and leaves something behind if it
/// was not.
const THIRD_TIME: &str = "\
n=$(cat $STATE/tries 2>/dev/null || echo 0)
echo $((n + 1)) > $STATE/tries
if [ $n -lt 2 ]; then echo half > $OUT/junk; echo try number $n; exit 7; fi
echo '{\"event\":\"done\"}'";

fn tries(space: &Space) -> String {
    fs_err::read_to_string(space.state("tries")).unwrap_or_default().trim().to_owned()
}

#[test]
fn a_worker_that_takes_too_long_is_ended() {
    for lines in ["exec sleep 600", "trap '' TERM\nwhile :; do sleep 0.05; done"] {
        let space = script(lines, "    limits: { time: 1s }\n");
        let said = space.run();
        failed(&said, "time limit of 1 s");
        assert!(said.took > Duration::from_secs(1), "{said:?}");
        assert!(said.took < Duration::from_secs(8), "{said:?}");
        recovers(&space);
    }
}

#[test]
fn a_worker_within_its_limits_is_left_alone() {
    let space = space("", "    limits: { time: 1m, memory: 1GiB }\n");
    let said = space.run();
    assert_eq!(said.status, Some(0), "{said:?}");
    assert_eq!(fs_err::read_to_string(space.path(TABLE)).unwrap(), table());
}

#[test]
fn a_worker_that_takes_too_much_memory_is_ended_and_told_so() {
    let space = space("      memory_mib: 700\n", "    limits: { memory: 300MiB }\n");
    let said: Said = space.run();
    failed(&said, "memory");
    recovers(&space);
}

#[test]
fn limits_and_retries_are_no_part_of_a_result() {
    let space = space("", "");
    assert_eq!(space.run().status, Some(0));
    let text = fs_err::read_to_string(space.path("e.yaml")).unwrap();
    let more = "  forge:\n    limits: { time: 1m, memory: 1GiB }\n    retries: 3\n";
    space.write("e.yaml", &text.replace("  forge:\n", more));
    let said = space.run();
    assert_eq!(said.counts().0, 0, "{said:?}");
}

#[test]
fn a_worker_that_succeeds_at_the_third_try_has_succeeded() {
    let space = script(THIRD_TIME, "    retries: 2\n");
    let said = space.run();
    assert_eq!(said.status, Some(0), "{said:?}");
    assert_eq!(tries(&space), "3");
    assert!(said.tells(&["status 7"]), "the reason is told: {said:?}");
    assert_eq!(fs_err::read_to_string(space.path(TABLE)).unwrap(), table());
    let junk = space
        .store()
        .objects()
        .into_iter()
        .any(|object| fs_err::read(object.path).is_ok_and(|bytes| bytes == b"half\n"));
    assert!(!junk, "what a failed try left is no part of the result");
    recovers(&space);
}

#[test]
fn a_worker_is_not_tried_more_often_than_was_asked() {
    let space = script(THIRD_TIME, "    retries: 1\n");
    let said = space.run();
    failed(&said, "status 7");
    assert_eq!(tries(&space), "2");
    let said = space.run();
    assert_eq!(said.status, Some(0), "{said:?}");
    recovers(&space);
}

#[test]
fn a_run_that_is_stopped_tries_nothing_again() {
    let space =
        script("touch $STATE/ready; echo x >> $STATE/starts; exec sleep 600", "    retries: 5\n");
    let mut running = space.start_run();
    let ready = space.state("ready");
    running.wait_until("the worker is ready", |_| ready.exists());
    running.signal(rustix::process::Signal::TERM);
    let said = running.wait();
    assert_eq!(said.status, Some(1), "{said:?}");
    assert_eq!(fs_err::read_to_string(space.state("starts")).unwrap(), "x\n");
    recovers(&space);
}
