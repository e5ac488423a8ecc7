//! `report.html`: what is in it, when it is written, and how a browser takes it.

use std::path::Path;
use std::process::Command;

use tests_e2e::Workspace;

use crate::python::{outer_path, python_with, skip};

const EXPERIMENT: &str = include_str!("../../fixtures/shifted.yaml");
/// A method's name that a careless page would run.
const HOSTILE: &str = "<img src=x onerror=hacked=1>\"'&</script><script>hacked=1</script>";

/// A run with figures and hostile names; none, with a printed reason, without Python.
fn shown_run(modules: &[&str]) -> Option<(Workspace, String)> {
    let python = python_with(modules)?;
    let w = Workspace::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    for from in ["../../experiments/python/tables.py", "python/shift.py"] {
        let text = fs_err::read_to_string(folder.join(from)).unwrap();
        w.write(&format!("python/{}", from.rsplit('/').next().unwrap()), &text);
    }
    let hostile = serde_json::to_string(HOSTILE).unwrap();
    let text = EXPERIMENT.replace("NAME", "shown").replace("NEAR", "1").replace(
        "compare: { with: {",
        &format!("figures: {{}}\n  compare: {{ with: {{ names: {{ near: {hostile} }},"),
    );
    w.write("shown.yaml", &text);
    let path = format!("{}:{}", python.display(), outer_path());
    let output = w.command(&["run", "shown.yaml"]).env("PATH", &path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some((w, path))
}

#[test]
fn a_browser_takes_the_report_as_people_do() {
    let Some((w, path)) = shown_run(&["numpy", "pyarrow", "playwright"]) else { return };
    if !Path::new("/usr/bin/chromium").is_file() {
        skip("no Chromium was found in /usr/bin/chromium");
        return;
    }
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/report_page.py");
    let report = w.path("runs/shown/report.html");
    let mut command = Command::new("python3");
    let output = command.arg(program).arg(report).env("PATH", path).output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{said}");
    println!("{said}");
}

#[test]
fn the_report_is_written_once_and_again_where_it_is_missing() {
    let Some((w, path)) = shown_run(&["numpy", "pyarrow"]) else { return };
    let report = w.path("runs/shown/report.html");
    let first = fs_err::read_to_string(&report).unwrap();
    for part in ["orchestrate run shown.yaml", "Every subject", "data-members", "Provenance"] {
        assert!(first.contains(part), "no {part} in the report");
    }
    for part in ["<img", "<script>hacked"] {
        assert!(!first.contains(part), "{part} is in the report");
    }
    let run = || {
        let output = w.command(&["run", "shown.yaml"]).env("PATH", &path).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs_err::read_to_string(&report).unwrap()
    };
    // Nothing to do: it tells of the run that made the results.
    assert_eq!(run(), first);
    // `report` says the same of the same run, whether its tables are there or only in the store.
    let told = w.orchestrate(&["report", "shown", "--out", "-"]).ok();
    assert_eq!(told.out, first);
    for file in ["metrics.arrow", "comparison.html", "figures/figures.json"] {
        fs_err::remove_file(w.path("runs/shown").join(file)).unwrap();
    }
    assert_eq!(w.orchestrate(&["report", "shown", "--out", "-"]).ok().out, first);
    fs_err::remove_file(&report).unwrap();
    assert_eq!(run(), first);
    let history = fs_err::read_dir(w.path("runs/shown/history")).unwrap();
    let ids: Vec<_> = history
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_suffix(".json")?.to_owned()))
        .collect();
    let [id] = &ids[..] else { panic!("{ids:?}") };
    let told = w.orchestrate(&["report", &format!("shown@{id}")]).ok();
    assert_eq!(told.out.trim(), format!("runs/shown/history/{id}.html"));
    let again = fs_err::read_to_string(w.path(told.out.trim())).unwrap();
    assert_eq!(again, first);
    // Once the run that made the results is forgotten, the page tells of the one that found them.
    fs_err::remove_file(w.path(format!("runs/shown/history/{id}.json").as_str())).unwrap();
    fs_err::remove_file(&report).unwrap();
    assert!(run().contains("nothing had to run"));
}

#[test]
fn a_failed_run_has_a_report_that_says_so() {
    let w = Workspace::new();
    w.write(
        "broken.yaml",
        r"
experiment: broken
stages:
  fine: { uses: command, with: { run: 'echo a > {outputs.text}/a.txt', outputs: { text: text } } }
  bad: { uses: command, with: { run: 'exit 3', inputs: { text: text }, outputs: { more: more } } }
  last: { uses: command, with: { run: 'true', inputs: { more: more }, outputs: { end: end } } }
",
    );
    assert_eq!(w.orchestrate(&["run", "broken.yaml"]).code, 1);
    let report = fs_err::read_to_string(w.path("runs/broken/report.html")).unwrap();
    for part in ["1 node failed", "did not come to their end", "status 3", "state-failed"] {
        assert!(report.contains(part), "no {part} in the report");
    }
    assert!(!report.contains("Every subject"), "it has no metrics");
    let wrong = w.orchestrate(&["report", "brokn"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("broken"), "{}", wrong.err);
}
