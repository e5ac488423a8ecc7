//! The tables of a run, read by the programs that people read them with.

use std::path::Path;
use std::process::Command;

use tests_e2e::Workspace;

use crate::python::{outer_path, python_with, skip, succeeds};

const EXPERIMENT: &str = include_str!("../../fixtures/shifted.yaml");
const PAGE: &str = include_str!("../../../../docs/querying.md");
/// Six of `shift`, six of `evaluate`, four before and one after.
const NODES: usize = 6 + 6 + 4 + 1;

/// A workspace in which Python is found, and what has run there.
pub(crate) struct Runs {
    pub(crate) w: Workspace,
    path: String,
}

impl Runs {
    /// Nothing has run yet. None, with a printed reason, without Python.
    pub(crate) fn new(modules: &[&str]) -> Option<Self> {
        let python = python_with(modules)?;
        let w = Workspace::new();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        for from in ["../../experiments/python/tables.py", "python/shift.py"] {
            let text = fs_err::read_to_string(folder.join(from)).unwrap();
            w.write(&format!("python/{}", from.rsplit('/').next().unwrap()), &text);
        }
        Some(Self { w, path: format!("{}:{}", python.display(), outer_path()) })
    }

    /// Runs an experiment of this name, whose method `near` moves by this many pixels; returns what it
    /// said.
    pub(crate) fn run(&self, name: &str, near: u32) -> String {
        let text = EXPERIMENT.replace("NAME", name).replace("NEAR", &near.to_string());
        let file = format!("{name}.yaml");
        self.w.write(&file, &text);
        self.orchestrate(&["run", &file])
    }

    pub(crate) fn orchestrate(&self, arguments: &[&str]) -> String {
        Self::ended(self.w.command(arguments).env("PATH", &self.path))
    }

    /// Runs a program of `python/` in the workspace.
    fn python(&self, program: &str, argument: &str) {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(program);
        let mut command = Command::new("python3");
        command.arg(program).arg(argument).current_dir(self.w.path(".")).env("PATH", &self.path);
        println!("{}", Self::ended(&mut command));
    }

    fn ended(command: &mut Command) -> String {
        let output = command.output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(output.status.success(), "{said}");
        said
    }
}

#[test]
fn the_page_on_queries_says_what_is_true() {
    let Some(runs) = Runs::new(&["numpy", "pyarrow", "pandas", "polars", "duckdb"]) else { return };
    runs.run("quickstart", 1);
    // The same but for the name, and for one parameter.
    assert!(runs.run("before", 1).contains(&format!("0 run, {NODES} cached")));
    runs.run("after", 2);
    runs.w.write("querying.md", PAGE);
    runs.python("queries.py", "querying.md");
    r_on_the_page(&runs);
}

/// R with its package `arrow` is rarely there; where it is, the page's R must give what SQL gives.
fn r_on_the_page(runs: &Runs) {
    let mut rscript = Command::new("Rscript");
    if !succeeds(rscript.args(["-e", "library(arrow); library(dplyr)"])) {
        skip("no R with the packages arrow and dplyr was found");
        return;
    }
    let (_, block) = PAGE.split_once("```r\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let told = "cat(as.character(answer$method), format(answer$dice, digits = 15))";
    let file = runs.w.write("query.R", &format!("{block}\n{told}\n"));
    let mut rscript = Command::new("Rscript");
    let said = Runs::ended(rscript.arg(file).current_dir(runs.w.path(".")));
    assert!(said.contains("far near") || said.contains("near far"), "{said}");
}

#[test]
fn every_reader_finds_the_same_types_nulls_and_numbers() {
    let Some(runs) = Runs::new(&["numpy", "pyarrow", "pandas", "polars", "duckdb"]) else { return };
    runs.run("shifted", 1);
    runs.python("readers.py", "runs/shifted");
}

#[test]
fn the_tables_of_a_run_follow_what_the_run_has() {
    let Some(runs) = Runs::new(&["numpy", "pyarrow"]) else { return };
    runs.run("shifted", 1);
    let first = runs.w.tables("shifted");
    for name in ["metrics.arrow", "clinical.arrow", "comparison.arrow"] {
        assert!(first.contains_key(name), "no {name} in {first:?}");
    }
    // Nothing to do; then a table that somebody has thrown away.
    assert!(runs.run("shifted", 1).contains(&format!("0 run, {NODES} cached")));
    assert_eq!(runs.w.tables("shifted"), first);
    fs_err::remove_file(runs.w.path("runs/shifted/metrics.arrow")).unwrap();
    runs.run("shifted", 1);
    assert_eq!(runs.w.tables("shifted"), first);
    // Another store and folder: the same bytes.
    let elsewhere = Runs::new(&["numpy", "pyarrow"]).unwrap();
    elsewhere.run("shifted", 1);
    assert_eq!(elsewhere.w.tables("shifted"), first);
    // One parameter: other rows.
    runs.run("shifted", 2);
    let second = runs.w.tables("shifted");
    assert_ne!(second["metrics.arrow"], first["metrics.arrow"]);
    // Without clinical values, and then without any evaluation.
    let text = fs_err::read_to_string(runs.w.path("shifted.yaml")).unwrap();
    runs.w.write("shifted.yaml", &text.replace("{ clinical: {} }", "{}"));
    runs.orchestrate(&["run", "shifted.yaml"]);
    let third = runs.w.tables("shifted");
    assert!(third.contains_key("metrics.arrow") && !third.contains_key("clinical.arrow"));
    let (short, _) = text.split_once("  evaluate:").unwrap();
    runs.w.write("shifted.yaml", short);
    runs.orchestrate(&["run", "shifted.yaml"]);
    assert!(!runs.w.path("runs/shifted/metrics.arrow").exists());
}

#[test]
fn a_metrics_artifact_that_is_none_is_named_with_what_is_accepted() {
    let w = Workspace::new();
    w.write(
        "wrong.yaml",
        r"
experiment: wrong
stages:
  own:
    uses: command
    with:
      run: 'echo no table > {outputs.scores}/metrics.arrow'
      outputs: { scores: metrics }
",
    );
    let ran = w.orchestrate(&["run", "wrong.yaml"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    for words in ["wrong/metrics.arrow cannot be made", "orchestrate columns metrics"] {
        assert!(ran.err.contains(words), "no `{words}` in {}", ran.err);
    }
}

#[test]
fn columns_are_told_in_the_terminal() {
    let w = Workspace::new();
    let all = w.orchestrate(&["columns"]).ok().out;
    assert!(all.contains("significance") && all.contains("training_log.arrow"), "{all}");
    let one = w.orchestrate(&["columns", "run metrics"]).ok().out;
    assert!(one.contains("(each variable)") && one.contains("higher_is_better"), "{one}");
    let wrong = w.orchestrate(&["columns", "metricss"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("did you mean `metrics`?"), "{}", wrong.err);
}
