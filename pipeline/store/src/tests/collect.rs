//! Removing what nobody needs.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Fixture, fixture};
use crate::{ActionResult, GcPolicy, Lookup, Store};

/// Everything that is not kept, whatever its age.
fn policy(f: &Fixture, keep: &[&ActionResult]) -> GcPolicy {
    GcPolicy {
        keep: keep.iter().map(|result| result.key).collect(),
        older_than: Duration::ZERO,
        max_bytes: None,
        now: fs_err::metadata(f.dir.path()).unwrap().modified().unwrap() + Duration::from_hours(1),
    }
}

fn two(f: &Fixture) -> (ActionResult, ActionResult) {
    let one = f.remember_as("one", f.artifact(&[("shared", "s"), ("own", "hello")]));
    let two = f.remember_as("two", f.artifact(&[("shared", "s"), ("own", "world")]));
    (one, two)
}

#[test]
fn what_is_kept_stays_whole_and_the_rest_goes() {
    let f = fixture();
    let (one, two) = two(&f);
    let looked = f.store.collect(&policy(&f, &[&one]), true).unwrap();
    assert!(f.object("world").exists(), "only looked");
    let report = f.store.collect(&policy(&f, &[&one]), false).unwrap();
    assert_eq!(looked, report);
    assert_eq!((report.kept.actions, report.removed.actions), (1, 1));
    assert_eq!(report.kept.objects, 3, "two files and their listing");
    assert_eq!(report.removed.objects, 2, "a file and its listing");
    assert_eq!(report.actions[0].node, "two");
    assert_eq!(report.actions[0].bytes, report.removed.bytes);
    let store = f.reopened();
    assert!(matches!(store.lookup(one.key), Lookup::Hit(_)));
    assert_eq!(store.lookup(two.key), Lookup::Miss);
    assert!(f.object("s").exists() && !f.object("world").exists());
    assert_eq!(store.usage().unwrap(), report.kept);
}

#[test]
fn the_young_stay_unless_there_is_too_much() {
    let f = fixture();
    let (one, two) = two(&f);
    let patient = GcPolicy { older_than: Duration::from_hours(2), ..policy(&f, &[]) };
    assert_eq!(f.store.collect(&patient, false).unwrap().removed.actions, 0);
    let all = f.store.usage().unwrap().bytes;
    let tight = GcPolicy { max_bytes: Some(all - 1), ..patient };
    let report = f.store.collect(&tight, false).unwrap();
    assert_eq!(report.removed.actions, 1, "no more than needed");
    assert!(report.kept.bytes < all);
    let left =
        [one, two].iter().filter(|r| matches!(f.store.lookup(r.key), Lookup::Hit(_))).count();
    assert_eq!(left, 1);
}

#[test]
fn what_runs_refer_to_stays_although_it_is_too_much() {
    let f = fixture();
    let (one, _) = two(&f);
    let policy = GcPolicy { max_bytes: Some(0), ..policy(&f, &[&one]) };
    let report = f.store.collect(&policy, false).unwrap();
    assert_eq!((report.kept.actions, report.removed.actions), (1, 1));
}

#[test]
fn what_another_process_relies_on_stays() {
    let f = fixture();
    let (one, two) = two(&f);
    let other = Store::open(&f.dir.path().join("store")).unwrap();
    other.pin(&[two.key]).unwrap();
    let report = f.store.collect(&policy(&f, &[]), false).unwrap();
    assert_eq!(report.actions.iter().map(|a| a.key).collect::<Vec<_>>(), [one.key]);
    drop(other);
    assert_eq!(f.store.collect(&policy(&f, &[]), false).unwrap().removed.actions, 1);
    assert_eq!(f.store.usage().unwrap().objects, 0);
}

#[test]
fn objects_being_published_are_waited_for() {
    let f = fixture();
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let publication = f.store.publication().unwrap();
        let artifact = f.artifact(&[("a", "new")]);
        let collected = scope.spawn(|| {
            sender.send(()).unwrap();
            f.store.collect(&policy(&f, &[]), false).unwrap()
        });
        receiver.recv().unwrap();
        f.store.pin(&[crate::ActionKey(crate::Digest::of_bytes(b"action"))]).unwrap();
        let record = f.remember(artifact);
        drop(publication);
        assert_eq!(collected.join().unwrap().removed.objects, 0);
        assert!(matches!(f.store.lookup(record.key), Lookup::Hit(_)));
    });
}

/// Makes a file or a folder look as if it had been changed so many hours before.
fn age(path: &std::path::Path, hours: u64) {
    let file = fs_err::File::open(path).unwrap().into_file();
    let modified = file.metadata().unwrap().modified().unwrap() - Duration::from_hours(hours);
    file.set_times(std::fs::FileTimes::new().set_modified(modified)).unwrap();
}

#[test]
fn unfinished_work_stays_while_it_is_young_or_in_use() {
    let f = fixture();
    let key = crate::ActionKey(crate::Digest::of_bytes(b"x"));
    let resume = f.store.resume_folder(key);
    let checkpoint = resume.join("checkpoint");
    fs_err::create_dir_all(&resume).unwrap();
    fs_err::write(&checkpoint, "half").unwrap();
    // The folder was last changed days ago, the file in it just now.
    age(&resume, 72);
    let a_day = GcPolicy { older_than: Duration::from_hours(24), ..policy(&f, &[]) };
    f.store.collect(&a_day, false).unwrap();
    assert!(checkpoint.exists(), "it was written in place");
    age(&checkpoint, 72);
    let lock = f.store.try_lock(key).unwrap().expect("nobody has it");
    f.reopened().collect(&a_day, false).unwrap();
    assert!(checkpoint.exists(), "an attempt is using it");
    drop(lock);
    f.store.collect(&a_day, true).unwrap();
    assert!(checkpoint.exists(), "only looked");
    f.store.collect(&a_day, false).unwrap();
    assert!(!resume.exists());
}

#[test]
fn orphans_of_killed_processes_go() {
    let f = fixture();
    f.artifact(&[("a", "never recorded")]);
    let resume = f.store.resume_folder(crate::ActionKey(crate::Digest::of_bytes(b"x")));
    fs_err::create_dir_all(&resume).unwrap();
    let report = f.store.collect(&policy(&f, &[]), false).unwrap();
    assert_eq!((report.removed.actions, report.removed.objects), (0, 2));
    assert!(!resume.exists());
    assert_eq!(BTreeSet::from([f.store.usage().unwrap().bytes]), BTreeSet::from([0]));
}
