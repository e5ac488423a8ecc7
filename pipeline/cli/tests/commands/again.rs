//! Runs that had nothing to do and are asked for again: answered without looking at the experiment,
//! unless anything at all has changed.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::workspace::Workspace;

const READS: &str = "\
experiment: words
stages:
  read: { with: { files: [a.txt] } }
  say: { with: { word: hello } }
  collect: { inputs: { texts: [say] } }
";

/// The file that every run that looks for itself writes anew.
fn report(space: &Workspace) -> u64 {
    fs_err::metadata(space.path("runs/words/report.json")).expect("there was a run").ino()
}

/// Whether a run was answered at once; it must say the same either way.
fn at_once(space: &Workspace, arguments: &[&str]) -> bool {
    let before = report(space);
    let said = space.toy(arguments).expect(0);
    assert!(said.last_line().contains("0 failed"), "{}", said.err);
    assert_eq!(said.out, "- hello {}\n", "{}", said.err);
    report(space) == before
}

/// Files younger than this could change again without being seen to.
fn settle() {
    std::thread::sleep(Duration::from_millis(80));
}

/// A run has had nothing to do, and the next is answered at once.
fn settled() -> Workspace {
    let space = Workspace::new(READS);
    space.write("a.txt", "content");
    space.toy(&["run", "e.yaml"]).expect(0);
    settle();
    assert!(!at_once(&space, &["run", "e.yaml"]), "the first with nothing to do");
    assert!(at_once(&space, &["run", "e.yaml"]));
    space
}

/// The files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn says_what_a_run_says() {
    let space = settled();
    let said = space.toy(&["run", "e.yaml"]).expect(0);
    assert!(said.err.starts_with("words: 3 nodes\n"), "{}", said.err);
    assert!(said.last_line().starts_with("0 run, 3 cached, 0 failed in "), "{}", said.err);
    let quiet = space.toy(&["run", "e.yaml", "--quiet"]).expect(0);
    assert_eq!((quiet.out, quiet.err), (said.out, String::new()));
    assert!(at_once(&space, &["run", "e.yaml", "-j", "1"]));
}

#[test]
fn other_requests_are_looked_at() {
    let space = settled();
    for arguments in [
        ["run", "e.yaml", "--set", "say.word=hello"].as_slice(),
        &["run", "e.yaml", "-v"],
        &["run", "e.yaml", "--until", "collect"],
        &["run", "./e.yaml"],
    ] {
        assert!(!at_once(&space, arguments), "{arguments:?}");
    }
    let forced = space.toy(&["run", "e.yaml", "--force", "say"]).expect(0);
    assert!(forced.last_line().starts_with("1 run, 2 cached"), "{}", forced.err);
    let json = space.toy(&["run", "e.yaml", "--json"]).expect(0);
    assert!(json.out.contains("run_finished"), "{}", json.out);
    let plan = space.toy(&["run", "e.yaml", "--dry-run"]).expect(0);
    assert!(plan.out.contains("collect"), "{}", plan.out);
}

#[test]
fn whatever_is_touched_is_looked_at_again_and_known_afterwards() {
    let space = settled();
    let store = files(&space.path(".orchestrate/v2/objects"));
    let records = files(&space.path(".orchestrate/v2/actions"));
    let tables = vec![space.path("runs/words/words.md"), space.path("runs/words/report.json")];
    let own = vec![space.path("a.txt"), space.path("e.yaml")];
    // The log of nobody and the like: objects that prove nothing are not looked at.
    let proving = store.len() - 1;
    let mut noticed = 0;
    for path in store.iter().chain(&records).chain(&tables).chain(&own) {
        let file = fs_err::File::open(path).unwrap();
        let time = file.metadata().unwrap().modified().unwrap() + Duration::from_secs(1);
        file.file().set_modified(time).unwrap();
        settle();
        noticed += usize::from(!at_once(&space, &["run", "e.yaml"]));
        settle();
        at_once(&space, &["run", "e.yaml"]);
        assert!(at_once(&space, &["run", "e.yaml"]), "{} is known again", path.display());
    }
    // The content of the experiment file is what counts.
    let expected = proving + records.len() + tables.len() + own.len() - 1;
    assert!(noticed >= expected, "{noticed} of {expected}");
}

/// Changes a file in place, and what can be seen of that except its change time.
fn change(path: &Path) {
    let before = fs_err::metadata(path).expect("it is there");
    let mut bytes = fs_err::read(path).expect("it can be read");
    bytes[0] ^= 1;
    let mode = std::fs::Permissions::from_mode(0o644);
    fs_err::set_permissions(path, mode).expect("it is ours");
    fs_err::write(path, bytes).expect("it can be written");
    let file = fs_err::File::open(path).expect("it is there");
    file.file().set_modified(before.modified().expect("it has a time")).expect("it is ours");
}

#[test]
fn whatever_is_taken_away_or_changed_is_made_again() {
    for what in ["removed", "changed"] {
        let space = settled();
        let table = space.path("runs/words/words.md");
        let expected = fs_err::read(&table).unwrap();
        let paths = ["objects", "actions"].map(|name| space.path(".orchestrate/v2").join(name));
        let kept: Vec<PathBuf> = paths.iter().flat_map(|path| files(path)).collect();
        for path in kept.iter().chain([&table]) {
            if !path.exists() {
                continue;
            }
            if what == "removed" {
                fs_err::remove_file(path).unwrap();
            } else {
                change(path);
            }
            let said = space.toy(&["run", "e.yaml"]).expect(0);
            assert_eq!(fs_err::read(&table).unwrap(), expected, "{what} {}", path.display());
            assert_eq!(said.out.as_bytes(), expected, "{what} {}", path.display());
            settle();
            space.toy(&["run", "e.yaml"]).expect(0);
        }
    }
}

#[test]
fn other_content_counts_at_once() {
    let space = settled();
    space.write("a.txt", "CONTENT");
    let said = space.toy(&["run", "e.yaml"]).expect(0);
    assert!(said.last_line().starts_with("1 run, 2 cached"), "{}", said.err);
    let other = READS.replace("hello", "goodbye");
    space.write("e.yaml", &other);
    let said = space.toy(&["run", "e.yaml"]).expect(0);
    assert_eq!(said.out, "- goodbye {}\n");
    fs_err::remove_file(space.path("a.txt")).unwrap();
    let said = space.toy(&["run", "e.yaml"]).expect(1);
    assert!(said.err.contains("a.txt"), "{}", said.err);
}

#[test]
fn a_link_that_leads_elsewhere_is_noticed() {
    let space = Workspace::new(&READS.replace("a.txt", "data/a.txt"));
    for folder in ["one", "two"] {
        fs_err::create_dir_all(space.path(folder)).unwrap();
        space.write(&format!("{folder}/a.txt"), folder);
    }
    let link = space.path("data");
    fs_err::os::unix::fs::symlink(space.path("one"), &link).unwrap();
    space.toy(&["run", "e.yaml"]).expect(0);
    settle();
    at_once(&space, &["run", "e.yaml"]);
    assert!(at_once(&space, &["run", "e.yaml"]));
    fs_err::remove_file(&link).unwrap();
    fs_err::os::unix::fs::symlink(space.path("two"), &link).unwrap();
    let said = space.toy(&["run", "e.yaml"]).expect(0);
    assert!(said.last_line().starts_with("1 run, 2 cached"), "{}", said.err);
}

#[test]
fn a_damaged_answer_is_not_believed() {
    let space = settled();
    let [answer] = &files(&space.path(".orchestrate/v2/reruns"))[..] else { panic!("one answer") };
    let whole = fs_err::read(answer).unwrap();
    for at in (0..whole.len()).step_by(37) {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs_err::write(answer, damaged).unwrap();
        assert!(!at_once(&space, &["run", "e.yaml"]), "byte {at}");
    }
    assert!(at_once(&space, &["run", "e.yaml"]));
}

#[test]
fn a_mistake_makes_no_store() {
    let space = Workspace::new("experiment: words\nstages: { sya: }\n");
    space.toy(&["run", "e.yaml"]).expect(2);
    assert!(!space.path(".orchestrate").exists() && !space.path("runs").exists());
}
