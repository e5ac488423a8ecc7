//! The store and the machine.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::workspace::{WORDS, Workspace};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The largest object of the store.
fn object(space: &Workspace, text: &str) -> std::path::PathBuf {
    let mut folders = vec![space.path(".orchestrate")];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder).expect("it is there").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if fs_err::read(&path).is_ok_and(|bytes| bytes == text.as_bytes()) {
                return path;
            }
        }
    }
    panic!("no object holds `{text}`");
}

#[test]
fn damage_is_found_named_removed_and_repaired() {
    let space = Workspace::new(WORDS);
    let run = space.toy(&["run", "e.yaml", "-q"]).expect(0);
    let whole = space.toy(&["verify"]).expect(0);
    assert!(whole.out.contains("everything is whole"), "{}", whole.out);
    let object = object(&space, "hello hello hello");
    let writable = std::fs::Permissions::from_mode(0o644);
    fs_err::set_permissions(&object, writable).unwrap();
    fs_err::write(&object, "hello hello jello").unwrap();
    let dry = space.toy(&["verify", "--dry-run"]).expect(1);
    assert!(dry.out.contains("run `verify` without --dry-run"), "{}", dry.out);
    assert!(object.exists());
    let found = json(&space.toy(&["verify", "--json"]).expect(1).out);
    assert!(found["damage"][0]["removed"].as_bool().unwrap(), "{found:#}");
    let nodes = found["damage"][0]["actions"].as_array().unwrap();
    assert!(nodes.iter().any(|action| action["node"].as_str().unwrap().starts_with("say[")));
    let again = space.toy(&["run", "e.yaml"]).expect(0);
    assert_eq!(again.out, run.out);
    space.toy(&["verify", "-q"]).expect(0);
}

#[test]
fn what_runs_refer_to_is_kept_and_the_rest_goes() {
    let space = Workspace::new(WORDS);
    let none = space.toy(&["gc"]).expect(0);
    assert_eq!(none.err, "no run folder refers to this store\n");
    space.toy(&["run", "e.yaml", "-q"]).expect(0);
    space.toy(&["run", "e.yaml", "-q", "--set", "say.word=other"]).expect(0);
    let nothing = json(&space.toy(&["gc", "--json"]).expect(0).out);
    assert_eq!(nothing["removed"]["actions"], 0);
    let none = ["gc", "--keep-runs", "0", "--older-than", "1s", "--max-size", "1MiB"];
    space.toy(&none).expect(0);
    // Nothing that the latest run refers to is gone; everything else may go.
    let dry = json(&space.toy(&["gc", "--keep-runs", "0", "--max-size", "0", "--json", "-n"]).out);
    assert_eq!(dry["removed"]["actions"], 5, "{dry:#}");
    assert_eq!(dry["kept"]["actions"], 5, "{dry:#}");
    let text = space.toy(&["gc", "--keep-runs", "0", "--max-size", "0"]).expect(0);
    assert!(text.out.contains("freed ") && text.out.contains("5 results"), "{}", text.out);
    assert!(text.err.starts_with("kept for the runs in "), "{}", text.err);
    let other = space.toy(&["run", "e.yaml", "--set", "say.word=other"]).expect(0);
    assert!(other.last_line().starts_with("0 run, 5 cached"), "{}", other.err);
    let first = space.toy(&["run", "e.yaml"]).expect(0);
    assert!(first.last_line().starts_with("5 run, 0 cached"), "{}", first.err);
}

#[test]
fn the_doctor_says_what_to_do() {
    let space = Workspace::new(WORDS);
    let checks = |status: i32| {
        let mut command = space.command(&["doctor", "--json"]);
        command.env("PATH", space.path("bin"));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(status), "{output:?}");
        json(&String::from_utf8(output.stdout).unwrap())["checks"].as_array().unwrap().clone()
    };
    let named = |checks: &[Value], group: &str, name: &str| -> Value {
        let found = checks.iter().find(|check| check["group"] == group && check["name"] == name);
        found.unwrap_or_else(|| panic!("no {group} {name}: {checks:#?}")).clone()
    };
    let without = checks(1);
    let worker = named(&without, "programs", "toy-worker");
    assert_eq!((&worker["state"], &worker["value"]), (&"fail".into(), &"not found".into()));
    assert_eq!(named(&without, "store", "writable")["state"], "ok");

    fs_err::create_dir_all(space.path("bin")).unwrap();
    let program = space.path("bin/toy-worker");
    let facts = "#!/bin/sh\necho '{\"name\":\"muscles\",\"value\":\"strong\",\"state\":\"ok\"}'\n";
    space.write("bin/toy-worker", facts);
    fs_err::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let with = checks(0);
    assert_eq!(named(&with, "programs", "toy-worker: muscles")["value"], "strong");
    let text = space.toy(&["doctor"]).out;
    assert!(text.starts_with("programs\n") && text.contains(" failed\n"), "{text}");

    space.write("file", "");
    let refused = space.toy(&["doctor", "--data-root", "nowhere", "--store", "file"]).expect(1);
    assert!(refused.out.contains("--data-root DIR"), "{}", refused.out);
}
