//! Runs as commands of the program find them, and files that it adds to runs.

use crate::workspace::{WORDS, Workspace};

fn nodes(space: &Workspace) -> String {
    fs_err::read_to_string(space.path("runs/words/nodes.txt")).expect("the program adds it")
}

/// The only run with a history.
fn run_id(space: &Workspace) -> String {
    let folder = fs_err::read_dir(space.path("runs/words/history")).expect("it ran");
    let names = folder.map(|entry| entry.expect("it can be read").file_name());
    let ids: Vec<_> =
        names.filter_map(|name| Some(name.to_str()?.strip_suffix(".json")?.to_owned())).collect();
    let [id] = ids.as_slice() else { panic!("one run, not {ids:?}") };
    id.clone()
}

#[test]
fn a_run_is_found_by_every_name_that_it_has() {
    let space = Workspace::new(WORDS);
    space.toy(&["run", "e.yaml", "-q"]).expect(0);
    let id = run_id(&space);
    let said = space.toy(&["made", "words", "text"]).expect(0).out;
    assert!(said.starts_with(&format!("words {id}\n")), "{said}");
    assert_eq!(said.lines().count(), 5, "{said}");
    assert!(said.contains("say[mood=loud,seed=2].text {"), "{said}");
    assert!(said.contains("\"times\":3"), "{said}");
    assert!(said.contains("hello hello hello"), "{said}");
    let (file, kept) = ("runs/words/report.json", format!("runs/words/history/{id}.json"));
    let both = format!("words@{id}");
    for name in ["e.yaml", "runs/words", file, &kept, &both, &id] {
        assert_eq!(space.toy(&["made", name, "text"]).expect(0).out, said, "{name}");
    }
    assert_eq!(space.toy(&["made", "words", "image"]).expect(0).out.lines().count(), 1);
}

#[test]
fn a_run_that_is_not_there_is_told_with_those_that_are() {
    let space = Workspace::new(WORDS);
    assert!(space.toy(&["made", "words", "text"]).expect(2).err.contains("there are none"));
    space.toy(&["run", "e.yaml", "-q"]).expect(0);
    let said = space.toy(&["made", "wards", "text"]).expect(2).err;
    assert!(said.contains("did you mean `words`?"), "{said}");
    let said = space.toy(&["made", "words@2001", "text"]).expect(2).err;
    assert!(said.contains("run of `words`") && said.contains(&run_id(&space)), "{said}");
    space.write("report.json", "{}");
    let said = space.toy(&["made", "report.json", "text"]).expect(2).err;
    assert!(said.contains("is not a report"), "{said}");
}

#[test]
fn an_artifact_that_is_gone_is_told_with_the_way_back() {
    let space = Workspace::new(WORDS);
    space.toy(&["run", "e.yaml", "-q"]).expect(0);
    fs_err::remove_dir_all(space.path(".orchestrate")).unwrap();
    let said = space.toy(&["made", "words", "text"]).expect(2).err;
    assert!(said.contains("what `say[mood=calm,seed=1]` has made cannot be read"), "{said}");
    assert!(said.contains("run `e.yaml` again"), "{said}");
}

#[test]
fn files_of_the_program_tell_of_every_run() {
    let space = Workspace::new(WORDS);
    space.toy(&["run", "e.yaml", "-q"]).expect(0);
    let text = nodes(&space);
    assert!(text.contains("say[mood=calm,seed=1] after : ran\n"), "{text}");
    let end = "collect after say[mood=calm,seed=1] say[mood=loud,seed=1] say[mood=calm,seed=2] \
               say[mood=loud,seed=2]: ran\n";
    assert!(text.ends_with(end), "{text}");
    space.toy(&["run", "e.yaml", "-q"]).expect(0);
    assert_eq!(nodes(&space), text.replace(": ran", ": cached"));
}

#[test]
fn a_rerun_makes_files_of_the_program_again_only_if_they_changed() {
    let space = Workspace::new(WORDS);
    for _ in 0..2 {
        space.toy(&["run", "e.yaml", "-q"]).expect(0);
        std::thread::sleep(std::time::Duration::from_millis(80));
    }
    let signature = || {
        use std::os::unix::fs::MetadataExt;
        fs_err::metadata(space.path("runs/words/nodes.txt")).map(|file| file.ino()).ok()
    };
    let before = signature();
    space.toy(&["run", "e.yaml", "-q"]).expect(0);
    assert_eq!(signature(), before, "nothing to do");
    fs_err::remove_file(space.path("runs/words/nodes.txt")).unwrap();
    space.toy(&["run", "e.yaml", "-q"]).expect(0);
    assert!(nodes(&space).contains("cached"));
}

#[test]
fn a_file_that_cannot_be_added_fails_the_request_after_the_results() {
    let space = Workspace::new(WORDS);
    fs_err::create_dir_all(space.path("runs/words/nodes.txt/in the way")).unwrap();
    let said = space.toy(&["run", "e.yaml"]).expect(2);
    assert!(said.out.contains("hello"), "{}", said.out);
    assert!(said.err.contains("4 run") || said.err.contains("5 run"), "{}", said.err);
    assert!(said.err.contains("error"), "{}", said.err);
}
