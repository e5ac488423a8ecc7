//! Workers that misbehave.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::experiment::forge;
use crate::process;
use crate::space::{Running, Said, Space};

/// A worker that is asked to end gets some seconds for it.
const SOON: Duration = Duration::from_secs(8);
/// The table of an undisturbed run.
pub(crate) const TABLE: &str = "runs/faults/table.md";

/// A space whose worker has these parameters, and its node these further lines.
pub(crate) fn space(with: &str, more: &str) -> Space {
    let space = Space::empty_in_memory();
    space.write("e.yaml", &forge(&space.tally(), with, more));
    space
}

/// A space whose worker becomes a shell script.
pub(crate) fn script(lines: &str, more: &str) -> Space {
    let indented: Vec<String> = lines.lines().map(|line| format!("        {line}")).collect();
    space(&format!("      script: |\n{}\n", indented.join("\n")), more)
}

/// What the table of the same experiment with a worker that behaves says.
pub(crate) fn table() -> String {
    let space = space("", "");
    let said = space.run();
    assert_eq!(said.status, Some(0), "{said:?}");
    fs_err::read_to_string(space.path(TABLE)).unwrap()
}

/// After whatever the worker did, one that behaves gives the table.
pub(crate) fn recovers(space: &Space) {
    process::wait_for_none(space.marker());
    space.write("e.yaml", &forge(&space.tally(), "", ""));
    let said = space.run();
    assert_eq!(said.status, Some(0), "{said:?}");
    assert_eq!(fs_err::read_to_string(space.path(TABLE)).unwrap(), table());
    assert_eq!(space.store().temporary(), [] as [std::path::PathBuf; 0]);
    space.is_whole().unwrap();
}

/// Starts a run and waits until the script has made the file `ready`.
fn start(space: &Space) -> Running {
    let ready = space.state("ready");
    let mut running = space.start_run();
    running.wait_until("the worker is ready", |_| ready.exists());
    running
}

pub(crate) fn failed(said: &Said, words: &str) {
    assert_eq!(said.status, Some(1), "{said:?}");
    assert!(said.tells(&[words]), "`{words}` is not said: {said:?}");
}

#[test]
fn one_that_ends_well_without_saying_that_it_is_done_has_failed() {
    let space = script("echo unfinished > $OUT/first.txt; exit 0", "");
    failed(&space.run(), "without saying that it was done");
    recovers(&space);
}

#[test]
fn one_that_says_that_it_is_done_and_fails_has_failed() {
    let space = script("echo '{\"event\":\"done\"}'; exit 3", "");
    failed(&space.run(), "status 3");
    recovers(&space);
}

#[test]
fn one_that_closes_its_output_is_waited_for() {
    let space = script("exec >&- 2>&-; sleep 0.3; exit 0", "");
    let said = space.run();
    failed(&said, "without saying that it was done");
    assert!(said.took > Duration::from_millis(250), "{said:?}");
    recovers(&space);
}

#[test]
fn one_that_goes_on_after_its_output_is_closed_is_stopped_with_the_run() {
    let space = script("exec >&- 2>&-; touch $STATE/ready; exec sleep 600", "");
    let running = start(&space);
    running.signal(Signal::TERM);
    let said = running.wait();
    assert_eq!(said.status, Some(1), "{said:?}");
    assert!(said.took < SOON, "{said:?}");
    recovers(&space);
}

#[test]
fn one_that_ignores_being_asked_to_end_is_killed() {
    let space = script("trap '' TERM INT\ntouch $STATE/ready\nwhile :; do sleep 0.05; done", "");
    let running = start(&space);
    let asked = Instant::now();
    running.signal(Signal::TERM);
    let said = running.wait();
    assert_eq!(said.status, Some(1), "{said:?}");
    assert!(asked.elapsed() < SOON, "{said:?}");
    recovers(&space);
}

#[test]
fn what_a_worker_leaves_running_is_ended_with_it() {
    // In its process group, holding its output open.
    let space = script("sleep 600 &\nsleep 0.1\nexit 0", "");
    let said = space.run();
    failed(&said, "without saying that it was done");
    assert!(said.took < SOON, "{said:?}");
    recovers(&space);
}

#[test]
fn a_worker_of_a_killed_orchestrator_is_ended_by_the_next_run_at_the_latest() {
    // None of these programs watches whether the orchestrator is alive.
    for lines in [
        "touch $STATE/ready; exec sleep 600",
        "sleep 600 &\ntouch $STATE/ready; wait",
        "trap '' TERM INT HUP\ntouch $STATE/ready; while :; do sleep 0.05; done",
    ] {
        let space = script(lines, "");
        let running = start(&space);
        running.signal(Signal::KILL);
        running.wait();
        space.write("e.yaml", &forge(&space.tally(), "", ""));
        assert_eq!(space.run().status, Some(0));
        recovers(&space);
    }
}

#[test]
fn of_fifty_megabytes_of_log_the_beginning_and_the_end_are_kept() {
    let space = space("      log_mib: 50\n", "");
    let said = space.run();
    assert_eq!(said.status, Some(0), "{said:?}");
    assert_eq!(fs_err::read_to_string(space.path(TABLE)).unwrap(), table());
    assert!(said.out.len() + said.err.len() < 1024 * 1024, "it is not told in full");
    let logs = space.store().logs();
    let logs = space.store().objects().into_iter().filter(|o| logs.contains(&o.digest));
    let texts: Vec<_> = logs.map(|log| fs_err::read_to_string(log.path).unwrap()).collect();
    let log = texts.iter().max_by_key(|text| text.len()).unwrap();
    // 128 bytes a line.
    let last = format!("info: {:09} ", 50 * 8192 - 1);
    assert!(log.contains("info: 000000000 ") && log.contains(&last), "{} bytes", log.len());
    assert!((1 << 20..60 << 20).contains(&log.len()), "{} bytes", log.len());
    recovers(&space);
}

#[test]
fn a_line_without_an_end_is_no_danger() {
    // 20 MB without a line break, and bytes that are no text.
    let space =
        script("head -c 20000000 /dev/zero | tr '\\0' x\nhead -c 100000 /dev/urandom\nexit 4", "");
    let said = space.run();
    failed(&said, "status 4");
    assert!(said.err.len() < 1024 * 1024, "{} bytes on standard error", said.err.len());
    recovers(&space);
}

#[test]
fn what_a_failed_one_said_is_shown() {
    let space = script("echo the last words; echo on the other channel >&2; exit 5", "");
    let said = space.run();
    failed(&said, "the last words");
    failed(&said, "on the other channel");
    failed(&said, "status 5");
    recovers(&space);
}
