//! Programs of the user's that misbehave: nothing of them is left, wherever they hide.

use std::time::Duration;

use rustix::process::Signal;

use crate::chance::Chance;
use crate::experiment::program;
use crate::process;
use crate::space::{Running, Space};
use crate::worker::{TABLE, failed};

/// A script that does what it should, slowly enough to be disturbed.
const GOOD: &str = "\
mkdir $OUT/deep
tr a-f A-F < $IN/first.txt > $OUT/first.txt
touch $STATE/ready
sleep 0.02
cp $IN/deep/second.txt $OUT/deep/second.txt
cp $IN/deep/copy.txt $OUT/deep/copy.txt
";

fn space(script: &str, more: &str) -> Space {
    let space = Space::empty_in_memory();
    space.write("e.yaml", &program(&space.tally(), script, more));
    space
}

/// What the table says when nothing happens.
fn table() -> String {
    let space = space(GOOD, "");
    let said = space.run();
    assert_eq!(said.status, Some(0), "{said:?}");
    fs_err::read_to_string(space.path(TABLE)).unwrap()
}

/// After whatever a program did, nothing of it runs any more, and one that behaves gives the table.
fn recovers(space: &Space, expected: &str, context: &str) {
    process::wait_for_none(space.marker());
    space.write("e.yaml", &program(&space.tally(), GOOD, ""));
    let said = space.run();
    assert_eq!(said.status, Some(0), "{context}: {said:?}");
    assert_eq!(fs_err::read_to_string(space.path(TABLE)).unwrap(), expected, "{context}");
    assert_eq!(space.store().temporary(), [] as [std::path::PathBuf; 0], "{context}");
    process::wait_for_none(space.marker());
    space.is_whole().unwrap_or_else(|what| panic!("{context}: {what}"));
}

/// Starts a run and waits until the script has made the file `ready`.
fn start(space: &Space) -> Running {
    let ready = space.state("ready");
    let mut running = space.start_run();
    running.wait_until("the program is ready", |_| ready.exists());
    running
}

/// Ways to leave a process behind.
const HIDING: [(&str, &str); 5] = [
    ("in its group", "sleep 600 &"),
    ("in a session of its own", "setsid sleep 600 < /dev/null > /dev/null 2>&1 &"),
    ("orphaned", "( setsid sh -c 'sleep 600 & sleep 600 & wait' & ) ; sleep 0.05"),
    ("holding the output", "setsid sleep 600 &"),
    ("stubborn", "setsid sh -c 'trap \"\" TERM INT HUP; while :; do sleep 0.05; done' &"),
];

#[test]
fn what_a_program_leaves_running_is_ended_with_it() {
    let expected = table();
    for (how, hide) in HIDING {
        let space = space(&format!("{hide}\n{GOOD}"), "");
        let said = space.run();
        assert_eq!(said.status, Some(0), "{how}: {said:?}");
        assert_eq!(fs_err::read_to_string(space.path(TABLE)).unwrap(), expected, "{how}");
        assert!(said.took < Duration::from_secs(8), "{how}: {said:?}");
        recovers(&space, &expected, how);
    }
}

#[test]
fn nothing_outlives_an_orchestrator_that_is_killed() {
    let expected = table();
    for (how, hide) in HIDING {
        let space = space(&format!("{hide}\ntouch $STATE/ready\nexec sleep 600"), "");
        let running = start(&space);
        running.signal(Signal::KILL);
        running.wait();
        recovers(&space, &expected, how);
    }
}

#[test]
fn nothing_outlives_a_run_that_is_stopped() {
    let expected = table();
    for (how, hide) in HIDING {
        let space = space(&format!("{hide}\ntouch $STATE/ready\nexec sleep 600"), "");
        let running = start(&space);
        running.signal(Signal::TERM);
        let said = running.wait();
        assert_eq!(said.status, Some(1), "{how}: {said:?}");
        recovers(&space, &expected, how);
    }
}

#[test]
fn a_program_that_takes_too_long_is_ended_with_all_it_started() {
    let space = space(&format!("{}\nexec sleep 600", HIDING[2].1), "    limits: { time: 1s }\n");
    let said = space.run();
    failed(&said, "time limit");
    recovers(&space, &table(), "after its time");
}

#[test]
fn a_program_whose_children_take_too_much_memory_is_ended() {
    // `tail` keeps a line without an end in memory, in a process of its own.
    let script = "head -c 700000000 /dev/zero | tail | wc -c > $OUT/first.txt";
    let space = space(script, "    limits: { memory: 200MiB }\n");
    let said = space.run();
    failed(&said, "memory");
    recovers(&space, &table(), "after too much memory");
}

#[test]
fn a_killed_supervisor_takes_the_program_with_it() {
    let expected = table();
    let space = space("touch $STATE/ready\nexec sleep 600", "");
    let running = start(&space);
    let supervisor = process::carrying(space.marker())
        .into_iter()
        .find(|process| process.command.contains("supervise"))
        .expect("a supervisor");
    supervisor.kill();
    let said = running.wait();
    failed(&said, "killed (signal 9)");
    recovers(&space, &expected, "after its supervisor");
}

#[test]
fn a_run_of_programs_killed_at_any_moment_loses_nothing() {
    let expected = table();
    let mut chance = Chance::new(50);
    let mut hit = 0;
    while hit < 40 {
        let space = space(GOOD, "");
        for _ in 0..=chance.below(3) {
            let mut running = space.start_run();
            std::thread::sleep(chance.time(Duration::from_millis(120)));
            hit += usize::from(running.is_running());
            match chance.below(3) {
                0 => running.kill_all(),
                1 => running.signal_group(Signal::KILL),
                _ => running.signal(Signal::KILL),
            }
            running.wait();
        }
        recovers(&space, &expected, &format!("seed 50, {hit} hits"));
    }
}
