//! What runs again, and what does not.

use tests_e2e::Workspace;

const RUN: &[&str] = &["run", "tiny.yaml"];
/// Three methods at one seed: train, predict and evaluate each; four stages before, one after.
const NODES: usize = 4 + 3 * 3 + 1;

#[test]
fn the_second_run_runs_nothing_and_writes_the_same_bytes() {
    let w = Workspace::new();
    let first = w.orchestrate(RUN).ok();
    let (run, cached, failed) = first.counts();
    // Two methods that predict the same share an evaluation.
    assert_eq!((run + cached, failed), (NODES, 0));
    for word in ["partial", "full", "ours_kl", "RV", "Myo", "LV"] {
        assert!(first.out.contains(word), "no `{word}` in:\n{}", first.out);
    }
    let tables = w.tables("tiny");
    for name in
        ["metrics.arrow", "comparison.arrow", "comparison.md", "comparison.csv", "comparison.tex"]
    {
        assert!(tables.contains_key(name), "no {name} in {tables:?}");
    }
    let second = w.orchestrate(RUN).ok();
    assert_eq!(second.counts(), (0, NODES, 0));
    assert_eq!(w.tables("tiny"), tables);
    assert_eq!(second.out, first.out);
    // Another store, another place: the same bytes.
    let elsewhere = Workspace::new();
    elsewhere.orchestrate(RUN).ok();
    assert_eq!(elsewhere.tables("tiny"), tables);
}

#[test]
fn one_changed_training_parameter_reruns_exactly_its_branch_and_is_explained() {
    let w = Workspace::new();
    w.orchestrate(RUN).ok();
    let set = "matrix.method.full.train.learning_rate.constant.lr=0.008";
    let node = "train[method=full,seed=8]";
    let explained = w.orchestrate(&["explain", "tiny.yaml", node, "--set", set]).ok();
    assert!(
        explained.out.contains("parameter learning_rate.constant.lr: 0.01 -> 0.008"),
        "{}",
        explained.out
    );
    w.orchestrate(&["run", "tiny.yaml", "--set", set]).ok();
    assert_eq!(
        w.nodes_that("ran", "tiny"),
        [
            "train[method=full,seed=8]",
            "predict[method=full,seed=8]",
            "evaluate[method=full,seed=8]",
            "compare"
        ]
    );
    let back = w.orchestrate(RUN).ok();
    assert_eq!(back.counts(), (0, NODES, 0), "the old results are still there");
}

#[test]
fn touching_every_input_reruns_nothing_and_changing_one_reruns_what_reads_it() {
    let w = Workspace::new();
    // A dataset outside the store: the phantom's, taken out of it.
    let yaml = "{ experiment: data, stages: { phantom: { with: { subjects: 4, seed: 3 } } } }";
    w.write("data.yaml", yaml);
    w.orchestrate(&["run", "data.yaml"]).ok();
    let dataset = w.path("data/acdc");
    let shown = w.orchestrate(&["show", "data.yaml", "phantom", "--export", "data/acdc"]).ok();
    assert!(dataset.join("training/patient001/Info.cfg").is_file(), "{}", shown.out);
    let tiny = fs_err::read_to_string(w.path("tiny.yaml")).unwrap();
    let phantom = tiny.lines().find(|line| line.contains("layout: acdc")).unwrap();
    w.write("outside.yaml", &tiny.replace(phantom, "").replace("tiny", "outside"));
    let run = ["run", "outside.yaml", "--data-root", "data", "--set", "matrix.method=[partial]"];
    let first = w.orchestrate(&run).ok();
    assert_eq!(first.counts(), (7, 0, 0), "{}", first.err);
    let mut files = Vec::new();
    list(&dataset, &mut files);
    for path in &files {
        let file = fs_err::OpenOptions::new().append(true).open(path).unwrap();
        file.file().set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    }
    assert_eq!(w.orchestrate(&run).ok().counts(), (0, 7, 0));
    // The weight of a patient changes the description that ingest reads, and nothing after it.
    let info = dataset.join("training/patient001/Info.cfg");
    let text = fs_err::read_to_string(&info).unwrap();
    fs_err::write(&info, format!("{text}\n")).unwrap();
    assert_eq!(w.orchestrate(&run).ok().counts(), (1, 6, 0), "early cutoff after ingest");
}

fn list(dir: &std::path::Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs_err::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { list(&path, files) } else { files.push(path) }
    }
}
