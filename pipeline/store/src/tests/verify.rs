//! Reading everything back.

use super::{fixture, folders, overwrite};
use crate::Lookup;

fn quiet(_: u64, _: u64) {}

#[test]
fn a_sound_store_has_no_damage() {
    let f = fixture();
    f.remember(f.artifact(&[("a", "hello"), ("b", "world")]));
    let report = f.store.verify(true, &quiet).unwrap();
    assert_eq!((report.objects, report.actions, report.damage.len()), (3, 1, 0));
    assert!(report.bytes >= 10);
}

#[test]
fn damage_is_named_with_the_actions_it_costs_and_removed() {
    let f = fixture();
    let (one, two) = (f.artifact(&[("a", "hello")]), f.artifact(&[("a", "hello"), ("b", "world")]));
    let (one, two) = (f.remember_as("one", one), f.remember_as("two", two));
    overwrite(&f.object("hello"), "hallo");
    let looked = f.store.verify(false, &quiet).unwrap();
    assert!(f.object("hello").exists(), "only looked");
    let report = f.store.verify(true, &quiet).unwrap();
    assert_eq!(looked.damage.len(), report.damage.len());
    let object = report.damage.iter().find(|d| d.path == f.object("hello")).unwrap();
    let mut nodes: Vec<_> = object.actions.iter().map(|(_, node)| node.as_str()).collect();
    nodes.sort_unstable();
    assert_eq!(nodes, ["one", "two"]);
    assert!(object.removed && !f.object("hello").exists());
    for key in [one.key, two.key] {
        assert_eq!(f.reopened().lookup(key), Lookup::Miss, "records of lost results go with them");
    }
    assert_eq!(f.store.verify(true, &quiet).unwrap().damage, []);
}

#[test]
fn strange_files_and_damaged_records_are_named() {
    let f = fixture();
    let record = f.remember(f.artifact(&[("a", "hello")]));
    fs_err::write(f.object("hello").with_file_name("readme"), "x").unwrap();
    overwrite(&f.record(record.key), "{}");
    let mut what: Vec<_> =
        f.store.verify(true, &quiet).unwrap().damage.into_iter().map(|d| d.what).collect();
    what.sort();
    assert_eq!(
        what,
        [
            "a file among the objects whose name is no digest",
            "the record of an action is damaged: its checksum does not fit",
        ]
    );
}

#[test]
fn outside_files_that_changed_cost_the_record_only() {
    let f = fixture();
    let outside = f.dir.path().join("volume");
    fs_err::write(&outside, "voxels").unwrap();
    let workspace = f.store.workspace(folders()).unwrap();
    let out = workspace.folder("out");
    let references = std::collections::BTreeMap::from([("v".to_owned(), outside.clone())]);
    f.remember(f.store.keep(&out, &references).unwrap());
    assert_eq!(f.store.verify(true, &quiet).unwrap().outside, 1);
    fs_err::write(&outside, "others").unwrap();
    let report = f.store.verify(true, &quiet).unwrap();
    assert_eq!(report.damage.len(), 1, "{:?}", report.damage);
    assert!(outside.exists());
}
