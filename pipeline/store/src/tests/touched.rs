//! Whatever is done to the files of a store behind its back is noticed by the next process, with
//! and without its index.

use std::time::SystemTime;

use super::{fixture, folders, overwrite};
use crate::{ActionKey, Digest, Lookup, Store};

/// Other content of the same length, with the times of the old one as far as a program can set
/// them.
fn change_unseen(path: &std::path::Path, text: &str) {
    let before = fs_err::metadata(path).unwrap();
    let times = std::fs::FileTimes::new()
        .set_modified(before.modified().unwrap())
        .set_accessed(before.accessed().unwrap_or(SystemTime::UNIX_EPOCH));
    overwrite(path, text);
    fs_err::OpenOptions::new().write(true).open(path).unwrap().file().set_times(times).unwrap();
    assert_eq!(fs_err::metadata(path).unwrap().len(), before.len());
}

fn is_hit(store: &Store, key: ActionKey) -> bool {
    matches!(store.lookup(key), Lookup::Hit(_))
}

#[test]
fn an_object_changed_in_place_with_its_times_restored() {
    for indexed in [true, false] {
        let f = fixture();
        let record = f.remember(f.artifact(&[("a", "hello")]));
        let store = f.reopened();
        assert!(is_hit(&store, record.key));
        if !indexed {
            fs_err::remove_file(f.store.root().join("actions.index")).unwrap();
        }
        change_unseen(&f.object("hello"), "hallo");
        let again = Store::open(&f.dir.path().join("store")).unwrap();
        assert!(matches!(again.lookup(record.key), Lookup::Damaged(_)), "indexed: {indexed}");
        assert!(!f.object("hello").exists(), "wrong content is taken out");
    }
}

#[test]
fn an_object_only_touched_is_read_once_and_then_known_again() {
    let f = fixture();
    let record = f.remember(f.artifact(&[("a", "hello")]));
    let store = f.reopened();
    overwrite(&f.object("hello"), "hello");
    assert!(is_hit(&store, record.key));
    store.save();
    let again = Store::open(&f.dir.path().join("store")).unwrap();
    let known = again.index.get(record.key).unwrap();
    let now = crate::stat::FileSignature::of(&f.object("hello")).unwrap();
    assert!(known.blobs.iter().any(|blob| blob.object == Some(now)));
}

#[test]
fn a_record_taken_away_is_a_miss_although_the_index_knows_it() {
    let f = fixture();
    let record = f.remember(f.artifact(&[("a", "hello")]));
    let store = f.reopened();
    fs_err::remove_file(f.record(record.key)).unwrap();
    assert_eq!(store.lookup(record.key), Lookup::Miss);
}

#[test]
fn a_record_changed_in_place_is_not_believed() {
    let f = fixture();
    let one = f.remember_as("one", f.artifact(&[("a", "hello")]));
    let other = f.artifact(&[("a", "world")]);
    let store = f.reopened();
    let path = f.record(one.key);
    let text = fs_err::read_to_string(&path).unwrap();
    let changed = text.replace(&one.outputs["out"].to_string(), &other.to_string());
    assert_ne!(text, changed);
    change_unseen(&path, &changed);
    assert!(matches!(store.lookup(one.key), Lookup::Damaged(_)));
}

#[test]
fn keeping_the_content_again_replaces_a_damaged_object() {
    let f = fixture();
    let artifact = f.artifact(&[("a", "hello")]);
    change_unseen(&f.object("hello"), "hallo");
    let store = f.reopened();
    let workspace = store.workspace(folders()).unwrap();
    let out = workspace.folder("out");
    fs_err::write(out.join("a"), "hello").unwrap();
    assert_eq!(store.keep(&out, &std::collections::BTreeMap::new()).unwrap(), artifact);
    assert_eq!(fs_err::read_to_string(f.object("hello")).unwrap(), "hello");
}

#[test]
fn a_copied_input_becomes_part_of_an_output() {
    let f = fixture();
    let artifact = f.artifact(&[("a", "hello")]);
    let workspace = f.store.workspace(folders()).unwrap();
    let out = workspace.folder("out");
    f.store.place(artifact, &out).unwrap();
    assert_eq!(f.store.keep(&out, &std::collections::BTreeMap::new()).unwrap(), artifact);
}

#[test]
fn a_store_that_cannot_be_written_to_can_be_looked_at() {
    let f = fixture();
    let record = f.remember(f.artifact(&[("a", "hello")]));
    f.store.save();
    let store = f.reopened();
    // No work folder was made for looking.
    let sessions = || fs_err::read_dir(f.store.root().join("tmp")).unwrap().count();
    let before = sessions();
    assert!(is_hit(&store, record.key));
    assert_eq!(store.lookup(ActionKey(Digest::of_bytes(b"other"))), Lookup::Miss);
    assert_eq!(sessions(), before);
}
