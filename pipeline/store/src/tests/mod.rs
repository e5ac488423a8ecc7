//! The store as a whole: what is kept, found again, and noticed when damaged.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::{ActionKey, ActionRecord, ActionResult, Digest, Lookup, Provenance, Store, StoreError};

mod collect;
mod touched;
mod verify;

struct Fixture {
    dir: tempfile::TempDir,
    store: Store,
}

fn fixture() -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("store")).unwrap();
    Fixture { dir, store }
}

/// Folders of an action.
fn folders() -> Vec<String> {
    ["in", "out"].map(str::to_owned).into()
}

impl Fixture {
    /// Keeps an artifact of these files.
    fn artifact(&self, files: &[(&str, &str)]) -> Digest {
        let workspace = self.store.workspace(folders()).unwrap();
        let out = workspace.folder("out");
        for (name, text) in files {
            let path = out.join(name);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        }
        self.store.keep(&out, &BTreeMap::new()).unwrap()
    }

    fn remember(&self, artifact: Digest) -> ActionResult {
        self.remember_as("action", artifact)
    }

    fn remember_as(&self, name: &str, artifact: Digest) -> ActionResult {
        let record = ActionRecord {
            key: ActionKey(Digest::of_bytes(name.as_bytes())),
            fingerprint: serde_json::json!({"stage": "toy"}),
            outputs: BTreeMap::from([("out".to_owned(), artifact)]),
            provenance: Provenance { node: name.to_owned(), ..Provenance::default() },
        };
        self.store.remember(record).unwrap()
    }

    /// The store as the next process finds it.
    fn reopened(&self) -> Store {
        self.store.save();
        Store::open(&self.dir.path().join("store")).unwrap()
    }

    fn record(&self, key: ActionKey) -> std::path::PathBuf {
        self.store.record_path(key)
    }

    fn object(&self, text: &str) -> std::path::PathBuf {
        let name = Digest::of_bytes(text.as_bytes()).to_string();
        self.store.root().join("objects").join(&name[..2]).join(&name[2..])
    }
}

fn overwrite(path: &Path, text: &str) {
    fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
    fs_err::write(path, text).unwrap();
}

#[test]
fn the_digest_of_an_artifact_depends_on_names_and_contents_only() {
    let f = fixture();
    let one = f.artifact(&[("a", "1"), ("b/c", "2")]);
    assert_eq!(one, f.artifact(&[("b/c", "2"), ("a", "1")]));
    assert_ne!(one, f.artifact(&[("a", "1"), ("b/d", "2")]));
    assert_ne!(one, f.artifact(&[("a", "1"), ("b/c", "3")]));
}

#[test]
fn an_artifact_is_placed_as_it_was_kept_and_read_only() {
    let f = fixture();
    let artifact = f.artifact(&[("a", "1"), ("b/c", "2")]);
    let workspace = f.store.workspace(folders()).unwrap();
    let dir = workspace.folder("in");
    f.store.place(artifact, &dir).unwrap();
    assert_eq!(fs_err::read_to_string(dir.join("b/c")).unwrap(), "2");
    let mode = fs_err::metadata(dir.join("a")).unwrap().permissions().mode();
    assert_eq!(mode & 0o222, 0, "nobody may write");
}

#[test]
fn a_remembered_action_is_a_hit_and_an_unknown_one_a_miss() {
    let f = fixture();
    let record = f.remember(f.artifact(&[("a", "1")]));
    assert_eq!(f.store.lookup(record.key), Lookup::Hit(Box::new(record.clone())));
    assert_eq!(f.store.lookup(ActionKey(Digest::of_bytes(b"other"))), Lookup::Miss);
}

#[test]
fn a_deleted_object_a_truncated_object_and_a_damaged_listing_are_noticed() {
    for damage in ["deleted", "truncated", "listing"] {
        let f = fixture();
        let artifact = f.artifact(&[("a", "hello")]);
        let record = f.remember(artifact);
        match damage {
            "deleted" => fs_err::remove_file(f.object("hello")).unwrap(),
            "truncated" => overwrite(&f.object("hello"), "hel"),
            _ => {
                let name = artifact.to_string();
                let path = f.store.root().join("objects").join(&name[..2]).join(&name[2..]);
                overwrite(&path, "{\"files\":{}}");
            }
        }
        let found = f.store.lookup(record.key);
        assert!(matches!(found, Lookup::Damaged(_)), "{damage}: {found:?}");
        // Making the artifact again heals the store.
        assert_eq!(f.artifact(&[("a", "hello")]), artifact);
        assert!(matches!(f.store.lookup(record.key), Lookup::Hit(_)), "{damage}");
    }
}

#[test]
fn a_damaged_record_is_noticed() {
    let f = fixture();
    let record = f.remember(f.artifact(&[("a", "1")]));
    overwrite(&f.record(record.key), "{\"key\":");
    assert!(matches!(f.store.lookup(record.key), Lookup::Damaged(_)));
}

#[test]
fn files_outside_the_store_are_referenced_not_copied() {
    let f = fixture();
    let outside = f.dir.path().join("volume.nii");
    fs_err::write(&outside, "voxels").unwrap();
    let workspace = f.store.workspace(folders()).unwrap();
    let out = workspace.folder("out");
    let references = BTreeMap::from([("x/volume.nii".to_owned(), outside.clone())]);
    let artifact = f.store.keep(&out, &references).unwrap();
    assert_eq!(artifact, f.artifact(&[("x/volume.nii", "voxels")]), "same content, same artifact");
    fs_err::remove_file(f.object("voxels")).unwrap();
    let record = f.remember(artifact);
    assert!(matches!(f.store.lookup(record.key), Lookup::Hit(_)));
    let dir = workspace.folder("in");
    f.store.place(artifact, &dir).unwrap();
    assert_eq!(fs_err::read_to_string(dir.join("x/volume.nii")).unwrap(), "voxels");
    fs_err::write(&outside, "other!").unwrap();
    assert!(matches!(f.store.lookup(record.key), Lookup::Damaged(_)), "the file changed");
}

#[test]
fn links_and_pipes_in_an_output_are_refused() {
    let f = fixture();
    let workspace = f.store.workspace(folders()).unwrap();
    let out = workspace.folder("out");
    fs_err::os::unix::fs::symlink("/etc/hostname", out.join("link")).unwrap();
    let error = f.store.keep(&out, &BTreeMap::new()).unwrap_err();
    assert!(matches!(error, StoreError::NotAFile { .. }), "{error}");
}

#[test]
fn a_workspace_is_gone_after_use_and_leftovers_are_removed_on_opening() {
    let f = fixture();
    let path = {
        let workspace = f.store.workspace(folders()).unwrap();
        fs_err::write(workspace.folder("out").join("half"), "half").unwrap();
        workspace.path().to_owned()
    };
    assert!(!path.exists());
    let tmp = f.store.root().join("tmp");
    fs_err::create_dir_all(tmp.join("work-dead")).unwrap();
    fs_err::write(tmp.join("work-dead/half"), "half").unwrap();
    fs_err::write(tmp.join("work-dead.lock"), "").unwrap();
    fs_err::write(tmp.join("work-early.lock"), "").unwrap();
    let held = f.store.workspace(folders()).unwrap();
    let again = Store::open(&f.dir.path().join("store")).unwrap();
    for name in ["work-dead", "work-dead.lock", "work-early.lock"] {
        assert!(!tmp.join(name).exists(), "{name}: nobody holds its lock");
    }
    assert!(held.path().exists(), "a workspace in use stays");
    drop(again);
}

#[test]
fn a_workspace_that_is_handed_on_is_empty_and_open_again() {
    let f = fixture();
    let workspace = f.store.workspace(folders()).unwrap();
    let path = workspace.path().to_owned();
    let out = workspace.folder("out");
    fs_err::create_dir_all(out.join("deep/er")).unwrap();
    fs_err::write(out.join("deep/er/file"), "left").unwrap();
    fs_err::write(path.join("job.json"), "{}").unwrap();
    fs_err::os::unix::fs::symlink("/etc", workspace.folder("in").join("link")).unwrap();
    fs_err::set_permissions(&out, std::fs::Permissions::from_mode(0o500)).unwrap();
    workspace.hand_on();

    let other = f.store.workspace(vec!["out".to_owned()]).unwrap();
    assert_ne!(other.path(), path, "it has other folders");
    let again = f.store.workspace(folders()).unwrap();
    assert_eq!(again.path(), path);
    let names = |dir: &Path| {
        let entries = fs_err::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = entries.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&path), ["in", "out"]);
    assert!(names(&out).is_empty() && names(&again.folder("in")).is_empty());
    fs_err::write(out.join("file"), "new").unwrap();
    assert!(Path::new("/etc").is_dir());
    let third = f.store.workspace(folders()).unwrap();
    assert_ne!(third.path(), path, "it is in use");
}

#[test]
fn a_lock_is_held_by_one_at_a_time() {
    let f = fixture();
    let key = ActionKey(Digest::of_bytes(b"action"));
    let held = f.store.try_lock(key).unwrap().unwrap();
    assert!(f.store.try_lock(key).unwrap().is_none());
    drop(held);
    assert!(f.store.try_lock(key).unwrap().is_some());
}
