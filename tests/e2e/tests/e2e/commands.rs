//! The other commands, and what they print.

use tests_e2e::Workspace;

/// Every experiment of the repository.
fn experiments() -> Vec<std::path::PathBuf> {
    let dir = format!("{}/../../experiments", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = fs_err::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    files
}

#[test]
fn every_experiment_can_be_planned_and_drawn() {
    let files = experiments();
    assert!(files.len() >= 4);
    for file in files {
        let w = Workspace::new();
        let file = file.to_string_lossy();
        let graph = w.orchestrate(&["graph", &file]).ok();
        assert!(graph.out.starts_with("flowchart"), "{}", graph.out);
        // Without its dataset an experiment has one node that cannot run, and status 1.
        let plan = w.orchestrate(&["plan", &file]);
        assert_eq!(plan.code, i32::from(plan.out.contains("is missing")), "{}", plan.err);
        assert!(plan.out.contains("train (") && plan.out.contains("compare"), "{}", plan.out);
        assert!(!w.path("runs").exists(), "plan has written something");
    }
}

#[test]
fn plan_before_and_after_a_run() {
    let w = Workspace::new();
    let before = w.orchestrate(&["plan", "tiny.yaml"]).ok();
    assert!(before.out.contains("has never been completed"), "{}", before.out);
    w.orchestrate(&["run", "tiny.yaml"]).ok();
    let after = w.orchestrate(&["plan", "tiny.yaml"]).ok();
    assert!(!after.out.contains("has never been completed"), "{}", after.out);
}

#[test]
fn json_events_are_one_object_a_line_from_start_to_finish() {
    let w = Workspace::new();
    let ran =
        w.orchestrate(&["run", "tiny.yaml", "--json", "--set", "matrix.method=[partial]"]).ok();
    let events: Vec<serde_json::Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect();
    assert_eq!(events.first().unwrap()["type"], "run_started");
    assert_eq!(events.last().unwrap()["type"], "run_finished");
    assert_eq!(events.last().unwrap()["summary"]["run"], 8, "{}", ran.out);
    let losses = events
        .iter()
        .filter(|event| event["said"]["event"] == "metric")
        .filter(|event| event["said"]["name"].as_str().is_some_and(|name| name.contains("loss")))
        .count();
    assert!(losses >= 2, "a loss per epoch");
}

#[test]
fn stages_lists_every_stage_and_its_parameters() {
    let w = Workspace::new();
    let all = w.orchestrate(&["stages"]).ok();
    for name in
        ["phantom", "ingest", "extract", "partition", "train", "predict", "evaluate", "compare"]
    {
        assert!(all.out.contains(name), "no {name} in:\n{}", all.out);
        let one = w.orchestrate(&["stages", name]).ok();
        assert!(one.out.contains(name), "{}", one.out);
    }
    let train = w.orchestrate(&["stages", "train"]).ok();
    for parameter in ["seed", "regularizers", "batch_labelled", "local_mi"] {
        assert!(train.out.contains(parameter), "no {parameter} in:\n{}", train.out);
    }
}

#[test]
fn show_tells_what_ran_with_its_log() {
    let w = Workspace::new();
    w.orchestrate(&["run", "tiny.yaml"]).ok();
    let run = w.orchestrate(&["show", "tiny.yaml"]).ok();
    assert!(run.out.contains("train[method=ours_kl,seed=8]"), "{}", run.out);
    let node = w.orchestrate(&["show", "tiny.yaml", "train[method=ours_kl,seed=8]"]).ok();
    for word in ["device", "local_mi", "checkpoint"] {
        assert!(node.out.contains(word), "no {word} in:\n{}", node.out);
    }
}

#[test]
fn version_and_help_name_the_program() {
    let w = Workspace::new();
    assert!(w.orchestrate(&["--version"]).ok().out.starts_with("orchestrate "));
    insta::assert_snapshot!("help", w.orchestrate(&["--help"]).ok().out);
}

#[test]
fn the_quickstart_is_drawn_as_in_the_readme() {
    let w = Workspace::new();
    let path = format!("{}/../../experiments/quickstart.yaml", env!("CARGO_MANIFEST_DIR"));
    insta::assert_snapshot!("graph", w.orchestrate(&["graph", &path]).ok().out);
}
