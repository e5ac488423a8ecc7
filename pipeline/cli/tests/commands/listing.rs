//! The history of runs.

use serde_json::Value;

use crate::workspace::{WORDS, Workspace};

fn json(space: &Workspace, arguments: &[&str]) -> Value {
    let all: Vec<&str> = ["runs", "--json"].iter().chain(arguments).copied().collect();
    let said = space.toy(&all).expect(0).out;
    serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
}

fn statuses(listed: &Value) -> Vec<&str> {
    let runs = listed["runs"].as_array().expect("a list");
    runs.iter().map(|run| run["status"].as_str().expect("a word")).collect()
}

#[test]
fn runs_are_listed_newest_first_with_what_they_did() {
    let space = Workspace::new(WORDS);
    let none = space.toy(&["runs"]).expect(0).out;
    assert!(none.starts_with("there is no run in `runs` yet; `toy run EXPERIMENT.yaml`"), "{none}");
    assert_eq!(json(&space, &[])["runs"], Value::Array(Vec::new()));
    space.toy(&["run", "e.yaml", "-q"]).expect(0);
    space.toy(&["run", "e.yaml", "-q", "--set", "matrix.mood.loud.say.times=4"]).expect(0);
    space.toy(&["run", "e.yaml", "-q", "--set", "say.word=leak"]).expect(0);
    space.write("f.yaml", "experiment: f\nstages: { say: { with: { word: x } }, trip: }\n");
    space.toy(&["run", "f.yaml", "-q"]).expect(1);
    let all = json(&space, &[]);
    assert_eq!(statuses(&all), ["failed", "done", "done", "done"]);
    let [failed, _, second, first] = &all["runs"].as_array().unwrap()[..] else { panic!("{all}") };
    assert_eq!(first["nodes"]["ran"], 5);
    assert_eq!((&second["nodes"]["ran"], &second["nodes"]["cached"]), (&3.into(), &2.into()));
    assert_eq!(second["cached_share"], 0.4);
    assert_eq!(second["command"][4], "--set");
    assert!(failed["failures"]["trip"].as_str().unwrap().contains("tripped"), "{failed}");
    assert!(failed["seconds"].as_f64().unwrap() > 0.0);
    let text = space.toy(&["runs", "e.yaml", "--limit", "2"]).expect(0);
    assert_eq!(text.out.lines().count(), 3, "{}", text.out);
    assert!(text.out.contains("3 ran, 2 cached (40%)"), "{}", text.out);
    assert!(text.out.contains("run e.yaml -q --set say.word=leak"), "{}", text.out);
    assert_eq!(text.err, "and 1 older; `--all` or `--limit N` lists more\n");
    assert_eq!(statuses(&json(&space, &["words", "--all"])).len(), 3);
    let wrong = space.toy(&["runs", "wrods"]).expect(2);
    assert!(wrong.err.contains("did you mean `words`?"), "{}", wrong.err);
}

#[test]
fn a_run_in_progress_is_told_in_words_and_one_that_was_killed_as_interrupted() {
    let space = Workspace::new("");
    let key = space.path("open");
    let gate = format!("gate: {{ with: {{ key: '{}' }} }}", key.display());
    let text = format!("experiment: gated\nstages:\n  say: {{ with: {{ word: x }} }}\n  {gate}\n");
    space.write("e.yaml", &text);
    let mut run = space.start(&["run", "e.yaml", "-v"]);
    run.wait_for("the gate is closed");
    let listed = json(&space, &[]);
    assert_eq!(statuses(&listed), ["running"]);
    assert_eq!(listed["runs"][0]["running"]["gate"]["progress"]["done"], 1);
    let text = space.toy(&["runs"]).expect(0).out;
    assert!(text.contains("1 ran, 1 running"), "{text}");
    let below = text.lines().nth(2).unwrap();
    assert!(below.starts_with("  gate  ") && below.contains("25% (1/4) waiting"), "{text}");
    run.kill();
    let listed = json(&space, &[]);
    assert_eq!(statuses(&listed), ["interrupted"]);
    assert_eq!(listed["runs"][0]["nodes"]["ran"], 1);
    let text = space.toy(&["runs", "gated"]).expect(0).out;
    assert!(text.contains("1 ran, 1 cut off"), "{text}");
}

#[test]
fn damaged_files_are_named_and_spoil_nothing() {
    let space = Workspace::new(WORDS);
    space.toy(&["run", "e.yaml", "-q"]).expect(0);
    let history = space.path("runs/words/history");
    fs_err::write(history.join("20200101T000000Z-000001.jsonl"), "{\"type\":").unwrap();
    fs_err::write(history.join("20200101T000000Z-000002.json"), [0_u8, 255, 13]).unwrap();
    fs_err::create_dir(history.join("20200101T000000Z-000003.json")).unwrap();
    fs_err::write(history.join("notes.txt"), "mine").unwrap();
    fs_err::write(space.path("runs/words/report.json"), "{").unwrap();
    let listed = json(&space, &[]);
    assert_eq!(statuses(&listed), ["done", "damaged", "damaged", "interrupted"]);
    assert_eq!(listed["damaged"].as_array().unwrap().len(), 5, "{listed:#}");
    let text = space.toy(&["runs"]).expect(0);
    assert_eq!(text.out.lines().count(), 5, "{}", text.out);
    assert!(text.err.contains("notes.txt is not of a run"), "{}", text.err);
}
