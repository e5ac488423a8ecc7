//! Ctrl-C, once and twice.

use std::path::Path;

use rustix::process::Signal;

use crate::toy::Toy;

/// Starts a run of the toy program whose last node waits.
fn start(dir: &Path, stubborn: bool) -> Toy {
    let text = format!(
        "experiment: w\nstages: {{ say: {{ with: {{ word: x }} }}, wait: {{ with: {{ stubborn: {stubborn} }} }} }}\n"
    );
    fs_err::write(dir.join("e.yaml"), text).expect("a file");
    Toy::start(dir, &[])
}

#[test]
fn the_first_one_stops_and_keeps_what_is_done() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut run = start(dir.path(), false);
    run.read_until("start   wait");
    run.signal(Signal::INT);
    run.read_until("stopping");
    run.read_until("1 run, 0 cached, 0 failed, 1 skipped in");
    assert_eq!(run.end().status, Some(1));

    let mut again = start(dir.path(), false);
    again.read_until("cached  say");
    again.read_until("start   wait");
    again.signal(Signal::INT);
    assert_eq!(again.end().status, Some(1));
}

#[test]
fn the_second_one_leaves_at_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut run = start(dir.path(), true);
    run.read_until("start   wait");
    run.signal(Signal::INT);
    run.read_until("stopping");
    run.signal(Signal::INT);
    assert_eq!(run.end().status, Some(130));
}

#[test]
fn what_schedulers_send_is_no_impatience() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut run = start(dir.path(), true);
    run.read_until("start   wait");
    for signal in [Signal::USR1, Signal::TERM, Signal::TERM, Signal::HUP, Signal::USR2] {
        run.signal(signal);
    }
    run.read_until("stopping");
    // It still waits for the action, until a person says otherwise.
    run.signal(Signal::INT);
    assert_eq!(run.end().status, Some(130));
}
