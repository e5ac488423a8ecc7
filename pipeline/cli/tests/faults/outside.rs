//! Files outside the store whose times or contents change, and clocks that jump.

use std::time::{Duration, SystemTime};

use crate::experiment::{NODES, chains};
use crate::space::{Space, undisturbed};

/// Nodes that depend on a file outside the store: `read`, `table` and `notes`.
const READERS: usize = 3;

/// A moment so many seconds after 1970.
fn moment(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn set_modified(path: &std::path::Path, time: SystemTime) {
    // Opened for reading, so that it works on the store's read-only files as well.
    fs_err::File::open(path).unwrap().file().set_modified(time).unwrap();
}

#[test]
fn other_times_with_the_same_content_rerun_nothing() {
    let undisturbed = undisturbed();
    let space = Space::new();
    space.run();
    // The year 1970, 2001, and 2100: as if the clock had jumped.
    for seconds in [0, 1, 1_000_000_000, 4_102_444_800] {
        for file in ["data/a.bin", "data/b.bin"] {
            set_modified(&space.path(file), moment(seconds));
        }
        let context = format!("modified at {seconds}");
        let said = space.recovers(&undisturbed.tables, &context);
        assert_eq!(said.counts(), (0, NODES, 0), "{context}: {said:?}");
    }
    // Written anew, and replaced by another file of the same content.
    let text = fs_err::read(space.path("data/a.bin")).unwrap();
    fs_err::write(space.path("data/a.bin"), &text).unwrap();
    fs_err::write(space.path("data/new"), &text).unwrap();
    fs_err::rename(space.path("data/new"), space.path("data/a.bin")).unwrap();
    let said = space.recovers(&undisturbed.tables, "replaced");
    assert_eq!(said.counts(), (0, NODES, 0), "{said:?}");
}

#[test]
fn other_content_with_the_same_size_and_time_reruns_what_reads_it() {
    let undisturbed = undisturbed();
    let space = Space::new();
    let path = space.path("data/a.bin");
    let first = fs_err::read(&path).unwrap();
    // The file is new in the first round, long known in the second, and from the future in the
    // third: none of them may hide the change.
    for (round, time) in [None, None, Some(moment(4_102_444_800))].into_iter().enumerate() {
        space.recovers(&undisturbed.tables, "as it was");
        if round > 0 {
            std::thread::sleep(Duration::from_millis(60));
            space.recovers(&undisturbed.tables, "known");
        }
        if let Some(time) = time {
            set_modified(&path, time);
            space.recovers(&undisturbed.tables, "from the future");
        }
        let before = fs_err::metadata(&path).unwrap();
        let mut changed = first.clone();
        changed[0] ^= 1;
        // In place, and as a new file under the old name.
        for replace in [false, true] {
            let target = if replace { space.path("data/new") } else { path.clone() };
            changed[1] ^= 1;
            fs_err::write(&target, &changed).unwrap();
            set_modified(&target, before.modified().unwrap());
            fs_err::rename(&target, &path).unwrap();
            assert_eq!(fs_err::metadata(&path).unwrap().len(), before.len());
            let said = space.run();
            assert_eq!(said.status, Some(0), "{said:?}");
            let (run, cached, _) = said.counts();
            let context = format!("round {round}, replaced: {replace}");
            assert_eq!(run + cached, NODES, "{context}: {said:?}");
            assert!(run == READERS || round > 0, "{context}: {said:?}");
            assert_ne!(space.tables(), undisturbed.tables, "{context}: {said:?}");
        }
        fs_err::write(&path, &first).unwrap();
    }
    let said = space.recovers(&undisturbed.tables, "the old content");
    assert_eq!(said.counts(), (0, NODES, 0), "{said:?}");
}

#[test]
fn times_of_the_store_prove_nothing() {
    let undisturbed = undisturbed();
    let space = Space::new();
    space.run();
    for seconds in [0, 4_102_444_800] {
        let objects = space.store().objects().into_iter().map(|object| object.path);
        for path in objects.chain(space.store().records()).chain(space.store().indexes()) {
            set_modified(&path, moment(seconds));
        }
        let context = format!("a store of {seconds}");
        let said = space.recovers(&undisturbed.tables, &context);
        assert_eq!(said.counts(), (0, NODES, 0), "{context}: {said:?}");
    }
}

#[test]
fn a_file_that_is_gone_is_named_and_found_again() {
    let undisturbed = undisturbed();
    let space = Space::new();
    space.run();
    for new_place in [false, true] {
        let (here, there) = (space.path("data/a.bin"), space.path("elsewhere"));
        fs_err::rename(&here, &there).unwrap();
        let said = space.run();
        assert!(matches!(said.status, Some(1 | 2)), "{said:?}");
        assert!(said.tells(&["a.bin"]), "{said:?}");
        if new_place {
            fs_err::os::unix::fs::symlink(&there, &here).unwrap();
        } else {
            fs_err::rename(&there, &here).unwrap();
        }
        let said = space.recovers(&undisturbed.tables, "found again");
        assert_eq!(said.counts(), (0, NODES, 0), "{said:?}");
    }
}

#[test]
fn a_file_that_changes_while_it_is_read_leaves_no_result() {
    let undisturbed = undisturbed();
    let space = Space::new();
    let path = space.path("data/a.bin");
    let first = fs_err::read(&path).unwrap();
    let slow = chains(&space.tally()).replace("b.bin], tally", "b.bin], ms: 300, tally");
    space.write("slow.yaml", &slow);
    let mut running = space.start(&["run", "slow.yaml", "--cpus", "2", "--runs", "slow"]);
    let tally = space.tally();
    running.wait_until("it reads", |_| {
        fs_err::read_to_string(&tally).is_ok_and(|text| text.contains("begin read"))
    });
    fs_err::write(&path, "other content\n").unwrap();
    let said = running.wait();
    assert_eq!(said.status, Some(1), "{said:?}");
    assert!(said.tells(&["changed while"]), "{said:?}");
    fs_err::write(&path, first).unwrap();
    space.recovers(&undisturbed.tables, "with the old content");
    let said = space.say(&["run", "slow.yaml", "--runs", "slow"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    let table = fs_err::read_to_string(space.path("slow/faults/table/table.md")).unwrap();
    assert_eq!(table, undisturbed.tables["table/table.md"]);
}
