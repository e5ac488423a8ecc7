//! Collecting garbage beside runs that need the store.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::chance::Chance;
use crate::experiment::{NODES, chains};
use crate::space::{Space, undisturbed};

/// Removes all that it may, whatever its age.
const GREEDY: [&str; 3] = ["gc", "--max-size", "1MiB"];

/// A space whose texts are so large that the store is larger than a greedy collection leaves it.
fn large() -> Space {
    let space = Space::empty_in_memory();
    let text = chains(&space.tally());
    let text = text.replace("how: ", "kib: 256, how: ").replace("{ seed: $", "{ kib: 256, seed: $");
    space.write("e.yaml", &text);
    space
}

#[test]
fn a_dry_run_removes_nothing_and_what_runs_refer_to_stays() {
    let space = large();
    space.run();
    let before = space.store().objects().len();
    let dry = space.say(&["gc", "--max-size", "1MiB", "--dry-run"]);
    assert_eq!(dry.status, Some(0), "{dry:?}");
    assert_eq!(space.store().objects().len(), before, "{dry:?}");
    let said = space.say(&GREEDY);
    assert_eq!(said.status, Some(0), "{said:?}");
    let tables = space.tables();
    let again = space.recovers(&tables, "after gc");
    assert_eq!(again.counts(), (0, NODES, 0), "{again:?}");
}

#[test]
fn what_no_run_refers_to_goes_and_can_be_made_again() {
    let space = large();
    space.run();
    let tables = space.tables();
    fs_err::remove_dir_all(space.path("runs")).unwrap();
    let said = space.say(&GREEDY);
    assert_eq!(said.status, Some(0), "{said:?}");
    let left: u64 = space
        .store()
        .objects()
        .iter()
        .map(|object| fs_err::metadata(&object.path).unwrap().len())
        .sum();
    assert!(left <= 1024 * 1024, "{left} bytes are left: {said:?}");
    let again = space.recovers(&tables, "after gc");
    assert!(again.counts().0 > 0, "{again:?}");
    space.is_whole().unwrap();
}

#[test]
fn collecting_beside_runs_takes_nothing_from_them() {
    let expected = {
        let space = large();
        assert_eq!(space.run().status, Some(0));
        space.tables()
    };
    let took = undisturbed().took;
    let mut chance = Chance::new(40);
    for round in 0..4 {
        let space = large();
        let text = fs_err::read_to_string(space.path("e.yaml")).unwrap();
        space.write("f.yaml", &text.replace("experiment: faults", "experiment: others"));
        let mut one = space.start_run();
        std::thread::sleep(chance.time(took));
        let mut two = space.start(&["run", "f.yaml", "--cpus", "2"]);
        let begin = Instant::now();
        while one.is_running() || two.is_running() {
            let gc = space.say(&GREEDY);
            assert_eq!(gc.status, Some(0), "round {round}: {gc:?}");
            assert!(begin.elapsed() < Duration::from_mins(1), "round {round}: the runs hang");
        }
        for run in [one, two] {
            let said = run.wait();
            assert_eq!(said.status, Some(0), "seed 40, round {round}: {said:?}");
        }
        assert_eq!(space.tables(), expected, "round {round}");
        space.recovers(&expected, &format!("seed 40, round {round}"));
        space.is_whole().unwrap();
    }
}

#[test]
fn a_collection_that_is_killed_breaks_nothing() {
    let space = large();
    assert_eq!(space.run().status, Some(0));
    let expected = space.tables();
    let mut chance = Chance::new(41);
    for round in 0..15 {
        // Another experiment's results, which may all go.
        let _ = fs_err::remove_dir_all(space.path("runs"));
        let gc = space.start(&GREEDY);
        std::thread::sleep(chance.time(Duration::from_millis(12)));
        gc.signal(Signal::KILL);
        gc.wait();
        let context = format!("seed 41, round {round}");
        space.recovers(&expected, &context);
        space.is_whole().unwrap_or_else(|what| panic!("{context}: {what}"));
    }
}
