//! Disks that are full or not writable.

use crate::chance::Chance;
use crate::experiment::NODES;
use crate::mount::{Mount, skip};
use crate::space::{Said, Space, undisturbed};

/// Size of the small disk in KiB: more than twice what the experiment needs.
const DISK: usize = 3 * 1024;

/// A run that could not write says so, names a file, and ends in an orderly way.
fn refused(said: &Said, cause: &str, place: &str, context: &str) {
    assert!(matches!(said.status, Some(1 | 2)), "{context}: {said:?}");
    assert!(said.tells(&[cause]), "{context}: the cause is not told: {said:?}");
    assert!(said.tells(&[place]), "{context}: no file is named: {said:?}");
    assert!(!said.tells(&["bug", "panicked"]), "{context}: {said:?}");
}

#[test]
fn a_full_disk_is_told_and_after_making_room_the_run_goes_on() {
    let undisturbed = undisturbed();
    for room in [0, 4, 24, 60, 120, 200, 320] {
        let space = Space::new();
        let folder = space.path(".orchestrate");
        let Some(_disk) = Mount::memory(&folder, &format!("size={DISK}k")) else {
            return skip("a full disk");
        };
        let filler = folder.join("filler");
        fs_err::write(&filler, vec![b'.'; (DISK - room) * 1024]).unwrap();
        let context = format!("{room} KiB free");
        refused(&space.run(), "No space left", ".orchestrate", &context);
        fs_err::remove_file(filler).unwrap();
        space.recovers(&undisturbed.tables, &context);
        space.is_whole().unwrap_or_else(|what| panic!("{context}: {what}"));
    }
}

#[test]
fn a_disk_without_room_for_more_files_is_told_too() {
    let undisturbed = undisturbed();
    let space = Space::new();
    let folder = space.path(".orchestrate");
    for files in [40, 90, 140] {
        let Some(disk) = Mount::memory(&folder, &format!("size=16m,nr_inodes={files}")) else {
            return skip("a disk with few files");
        };
        refused(&space.run(), "No space left", ".orchestrate", &format!("{files} files"));
        drop(disk);
    }
    space.recovers(&undisturbed.tables, "on a larger disk");
}

#[test]
fn a_full_disk_of_runs_loses_no_result() {
    let undisturbed = undisturbed();
    let space = Space::new();
    let runs = space.path("runs");
    let Some(_disk) = Mount::memory(&runs, "size=64k") else { return skip("a full disk") };
    let filler = runs.join("filler");
    fs_err::write(&filler, vec![b'.'; 64 * 1024]).unwrap();
    refused(&space.run(), "No space left", "runs", "no room");
    fs_err::remove_file(filler).unwrap();
    let said = space.recovers(&undisturbed.tables, "room again");
    assert_eq!(said.counts(), (0, NODES, 0), "{said:?}");
}

#[test]
fn a_store_that_turns_read_only_in_the_middle_is_told_and_nothing_is_lost() {
    let undisturbed = undisturbed();
    let mut chance = Chance::new(20);
    let (mut refusals, mut rounds) = (0, 0);
    while refusals < 5 {
        rounds += 1;
        assert!(rounds < 40, "{refusals} refusals in {rounds} rounds");
        let space = Space::new();
        let running = space.start_run();
        std::thread::sleep(chance.time(undisturbed.took / 2));
        let Some(disk) = Mount::read_only(&space.path(".orchestrate")) else {
            running.kill_all();
            running.wait();
            return skip("a store that turns read-only");
        };
        let said = running.wait();
        let finished = space.store().records().len();
        let context = format!("seed 20, round {rounds}");
        if said.status != Some(0) {
            refused(&said, disk.refusal(), ".orchestrate", &context);
            refusals += 1;
        }
        // Also when it is so from the beginning.
        let still = space.run();
        if still.status == Some(0) {
            assert_eq!(space.tables(), undisturbed.tables, "{context}: {still:?}");
        } else {
            refused(&still, disk.refusal(), ".orchestrate", &context);
        }
        drop(disk);
        let said = space.recovers(&undisturbed.tables, &context);
        assert!(said.counts().1 >= finished, "{context}: finished actions were lost: {said:?}");
        space.is_whole().unwrap_or_else(|what| panic!("{context}: {what}"));
    }
}

#[test]
fn a_folder_of_runs_that_cannot_be_written_is_told() {
    let undisturbed = undisturbed();
    let space = Space::new();
    // A file where the folder should be: nobody can write there, root neither.
    space.write("runs", "a file\n");
    let said = space.run();
    assert!(matches!(said.status, Some(1 | 2)), "{said:?}");
    assert!(said.tells(&["runs"]), "{said:?}");
    fs_err::remove_file(space.path("runs")).unwrap();
    space.recovers(&undisturbed.tables, "a folder of runs again");

    let Some(disk) = Mount::read_only(&space.path("runs")) else {
        return skip("a read-only folder of runs");
    };
    let said = space.say(&["run", "e.yaml", "--set", "table.title=other"]);
    refused(&said, disk.refusal(), "runs", "read-only runs");
    drop(disk);
    space.recovers(&undisturbed.tables, "writable runs again");
}

#[test]
fn a_store_that_cannot_be_made_is_told() {
    let undisturbed = undisturbed();
    let space = Space::new();
    space.write(".orchestrate", "a file\n");
    let said = space.run();
    assert_eq!(said.status, Some(2), "{said:?}");
    assert!(said.tells(&[".orchestrate"]), "{said:?}");
    fs_err::remove_file(space.path(".orchestrate")).unwrap();
    space.recovers(&undisturbed.tables, "a store again");
}
