//! `orchestrate compare` on runs whose metrics are written by the tests.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use stages_tables::{ClassInfo, DatasetInfo, Grid, MetricRow, MetricState, MetricsTable, Scoring};

/// Passes on metrics that lie beside the experiment.
const EXPERIMENT: &str = r"
experiment: toy
matrix:
  method: [base, more]
  seed: [1, 2]
stages:
  measure:
    uses: command
    with:
      run: cp {source_dir}/metrics/${method}-${seed}/metrics.arrow {outputs.metrics}/
      outputs: { metrics: metrics }
      sources: [metrics]
";

struct Space(tempfile::TempDir);

struct Said {
    status: Option<i32>,
    out: String,
    err: String,
}

impl Space {
    fn new() -> Self {
        let space = Self(tempfile::tempdir().expect("a temporary folder"));
        fs_err::create_dir(space.path("metrics")).expect("the folder is there");
        fs_err::write(space.path("toy.yaml"), EXPERIMENT).expect("the folder is there");
        space
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn orchestrate(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orchestrate"));
        command.args(arguments).current_dir(self.0.path());
        for name in ["ORCHESTRATE_STORE", "ORCHESTRATE_DATA", "ORCHESTRATE_LOG", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        let output = command.output().expect("the program starts");
        Said {
            status: output.status.code(),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }

    /// The standard output of a command that is carried out.
    fn done(&self, arguments: &[&str]) -> String {
        let said = self.orchestrate(arguments);
        assert_eq!(said.status, Some(0), "{}{}", said.out, said.err);
        said.out
    }

    /// Writes the metrics of all methods and seeds, and runs.
    fn run(&self, value: impl Fn(&str, u32, &str, &str) -> Option<f64>, more: &[&str]) -> String {
        for method in ["base", "more"] {
            for seed in [1, 2] {
                self.metrics(&format!("{method}-{seed}"), |s, c| value(method, seed, s, c));
            }
        }
        self.done(&[&["run", "toy.yaml", "-q"], more].concat());
        let listed = self.done(&["runs", "toy", "--json"]);
        let listed: Value = serde_json::from_str(&listed).expect("JSON");
        listed["runs"][0]["run_id"].as_str().expect("an id").to_owned()
    }

    fn metrics(&self, name: &str, value: impl Fn(&str, &str) -> Option<f64>) {
        let mut rows = Vec::new();
        for subject in ["p1", "p2", "p3"] {
            for (class_id, class) in [(1, "LV"), (2, "RV")] {
                let Some(value) = value(subject, class) else { continue };
                rows.push(MetricRow {
                    case_id: format!("{subject}_ED"),
                    subject: subject.to_owned(),
                    phase: Some("ED".to_owned()),
                    class_id,
                    class_name: class.to_owned(),
                    metric: "dice".to_owned(),
                    grid: Grid::Network,
                    checkpoint: "best".to_owned(),
                    value: Some(value),
                    state: MetricState::Ok,
                    unit: "1".to_owned(),
                    higher_is_better: Some(true),
                    diagonal_mm: None,
                    ignored_voxels: None,
                });
            }
        }
        let class = |id: u8, name: &str| ClassInfo { id, name: name.to_owned() };
        let classes = vec![class(0, "background"), class(1, "LV"), class(2, "RV")];
        let dataset = DatasetInfo { name: "toy".to_owned(), classes };
        let table = MetricsTable { dataset, scoring: Scoring::default(), rows };
        let folder = self.path(&format!("metrics/{name}"));
        fs_err::create_dir_all(&folder).expect("the folder can be made");
        table.write(&folder).expect("the folder is there");
    }
}

/// 0.5, and 0.02 more for the second seed.
fn base(seed: u32) -> f64 {
    if seed == 1 { 0.5 } else { 0.52 }
}

/// The lines of a text with one space between words.
fn words(text: &str) -> Vec<String> {
    text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn two_runs_of_one_experiment_are_compared_by_their_ids() {
    let space = Space::new();
    let first = space.run(|_, seed, _, _| Some(base(seed)), &[]);
    // `more` becomes 0.2 better in LV, for p3 worse; nothing else moves.
    let moved = |method: &str, seed: u32, subject: &str, class: &str| {
        let change = match (method, class, subject) {
            ("more", "LV", "p3") => -0.1,
            ("more", "LV", _) => 0.35,
            _ => 0.0,
        };
        Some(base(seed) + change)
    };
    let second = space.run(moved, &["--set", "measure.environment={X: y}"]);
    let text = space.done(&["compare", &format!("toy@{first}"), &second, "--subjects", "1"]);
    assert!(text.contains("\n  0 nodes are the same, 4 differ\n  measure (all 4):\n"), "{text}");
    assert!(text.contains("\n    parameter environment: (absent) -> {\"X\":\"y\"}\n"), "{text}");
    let lines = words(&text);
    for expected in [
        "dice in %, higher is better; network grid, checkpoint best",
        "base LV 51.00 ± 1.41 (2) 51.00 ± 1.41 (2) 0.00 the same 3 0.00 [0.00, 0.00] 1.000",
        "more LV 51.00 ± 1.41 (2) 71.00 ± 1.41 (2) +20.00 +14.1 beyond 3 +20.00 [-10.00, +35.00] 1.000",
        "more mean 51.00 ± 1.41 (2) 61.00 ± 1.41 (2) +10.00 +7.1 beyond 3 +10.00 [-5.00, +17.50] 1.000",
        "more p1 51.00 68.50 +17.50 ED LV: 51.00 -> 86.00",
        "more p3 51.00 46.00 -5.00 ED LV: 51.00 -> 41.00",
    ] {
        assert!(lines.iter().any(|line| line == expected), "no `{expected}` in {text}");
    }
    // Of each list there is one subject.
    assert!(!lines.iter().any(|line| line.starts_with("more p2 ")), "{text}");
    let markdown = space.done(&["compare", &first, &second, "--format", "md"]);
    assert!(
        markdown.contains("| more | LV | 51.00 ± 1.41 (2) | 71.00 ± 1.41 (2) | +20.00 |"),
        "{markdown}"
    );
    let json = space.done(&["compare", &first, "toy", "--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    let row = &json["metrics"][0]["rows"][3];
    assert_eq!((&row["row"]["method"], &row["class"]), (&"more".into(), &"LV".into()));
    // Means 0.51 and 0.71; the seeds' std is sqrt(0.0002) in both.
    assert!((row["difference"].as_f64().unwrap() - 0.2).abs() < 1e-12, "{row:#}");
    assert!((row["against"]["std"].as_f64().unwrap() - 0.000_2_f64.sqrt()).abs() < 1e-12);
    assert_eq!(row["against"]["verdict"], "beyond");
    assert_eq!(json["differs"]["changed"][0]["nodes"].as_array().unwrap().len(), 4);
    assert_eq!(json["metrics"][0]["moves"][2]["subject"], "p3");
}

#[test]
fn nothing_differs_between_a_run_and_itself() {
    let space = Space::new();
    space.run(|_, seed, _, _| Some(base(seed)), &[]);
    let text = space.done(&["compare", "toy", "toy.yaml"]);
    assert!(text.contains("nothing differs: all 4 nodes are the same actions"), "{text}");
    assert!(text.ends_with("the metrics are the same in both runs\n"), "{text}");
}

#[test]
fn results_that_are_gone_are_named_with_what_to_do() {
    let space = Space::new();
    let first = space.run(|_, seed, _, _| Some(base(seed)), &[]);
    space.run(|_, seed, _, _| Some(base(seed) + 0.1), &[]);
    space.done(&["gc", "--keep-runs", "0", "--max-size", "0", "-q"]);
    let said = space.orchestrate(&["compare", &first, "toy"]);
    assert_eq!(said.status, Some(2));
    assert!(said.out.contains("another action; the store no longer knows"), "{}", said.out);
    assert!(
        said.err.contains("what `measure[method=base,seed=1]` has made cannot be read"),
        "{}",
        said.err
    );
    assert!(said.err.contains("help: "), "{}", said.err);
}

#[test]
fn requests_that_cannot_be_answered_say_what_there_is() {
    let space = Space::new();
    let first = space.run(|_, seed, _, _| Some(base(seed)), &[]);
    space.run(|_, seed, _, class| (class == "LV").then(|| base(seed) + 0.1), &[]);
    let refused = |arguments: &[&str]| {
        let said = space.orchestrate(&[&["compare"], arguments].concat());
        assert_eq!(said.status, Some(2), "{}", said.out);
        said.err
    };
    let wrong = refused(&["toi", "also"]);
    assert!(wrong.contains("did you mean `toy`?") && wrong.contains("2 mistakes"), "{wrong}");
    let wrong = refused(&[&first, "toy", "--metric", "dise"]);
    assert!(wrong.contains("there is no metric `dise` in either run"), "{wrong}");
    assert!(wrong.contains("did you mean `--metric dice`?"), "{wrong}");
    let wrong = refused(&[&first, "toy", "--grid", "native"]);
    assert!(wrong.contains("there is no grid `native`"), "{wrong}");
    // A class that the second run lacks is in the table all the same.
    let text = space.done(&["compare", &first, "toy"]);
    assert!(text.contains("only in A") && text.contains("other classes"), "{text}");
}
