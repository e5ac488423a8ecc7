//! The commands of a real program, with toy stages.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder with an experiment, and the toy program.
struct Workspace {
    dir: tempfile::TempDir,
}

const WORDS: &str = "\
experiment: words
matrix:
  seed: [1, 2]
  mood:
    calm: {}
    loud: { say: { times: 3 } }
stages:
  say: { with: { word: hello, seed: ${seed} } }
  collect:
";

impl Workspace {
    fn new(experiment: &str) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        fs_err::write(dir.path().join("e.yaml"), experiment).expect("a file in it");
        Self { dir }
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.dir.path().join(relative)
    }

    fn toy(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new(toy());
        command.args(arguments).current_dir(self.dir.path());
        for name in ["ORCHESTRATE_DATA", "ORCHESTRATE_STORE", "ORCHESTRATE_LOG", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        Said::from(command.output().expect("the toy program starts"))
    }
}

/// The example beside the tests.
fn toy() -> PathBuf {
    let tests = std::env::current_exe().expect("a test has a path");
    let built = tests.ancestors().nth(2).expect("tests lie in target/PROFILE/deps");
    built.join("examples/toy")
}

#[derive(Debug)]
struct Said {
    status: i32,
    out: String,
    err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Said {
    fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.out, self.err);
        self
    }

    fn last_line(&self) -> &str {
        self.err.lines().find(|line| line.contains(" failed")).unwrap_or_default()
    }
}

/// Replaces what differs from run to run: times and digests.
fn steady(text: &str) -> String {
    let mut filtered = String::new();
    for line in text.lines() {
        let words: Vec<String> = line.split(' ').map(steady_word).collect();
        filtered = format!("{filtered}{}\n", words.join(" ").trim_end());
    }
    filtered
}

fn steady_word(word: &str) -> String {
    let (name, value) = word.split_once('=').map_or((None, word), |(n, v)| (Some(n), v));
    let hex = |text: &str| text.len() >= 12 && text.chars().all(|c| c.is_ascii_hexdigit());
    let steady = if hex(value) {
        "DIGEST"
    } else if value.ends_with('s') && value.trim_end_matches('s').parse::<f64>().is_ok() {
        "TIME"
    } else if value.len() == 20 && value.ends_with('Z') {
        "DATE"
    } else {
        return word.to_owned();
    };
    name.map_or_else(|| steady.to_owned(), |name| format!("{name}={steady}"))
}

#[test]
fn a_run_computes_once_and_then_remembers() {
    let space = Workspace::new(WORDS);
    let first = space.toy(&["run", "e.yaml"]).expect(0);
    assert!(first.last_line().starts_with("5 run, 0 cached, 0 failed in "), "{}", first.err);
    assert_eq!(
        first.out,
        "- hello {\"mood\": \"calm\", \"seed\": \"1\"}\n\
         - hello {\"mood\": \"calm\", \"seed\": \"2\"}\n\
         - hello hello hello {\"mood\": \"loud\", \"seed\": \"1\"}\n\
         - hello hello hello {\"mood\": \"loud\", \"seed\": \"2\"}\n"
    );
    let list = fs_err::read_to_string(space.path("runs/words/words.md")).unwrap();
    assert_eq!(list, first.out);
    let second = space.toy(&["run", "e.yaml"]).expect(0);
    assert!(second.last_line().starts_with("0 run, 5 cached, 0 failed in "), "{}", second.err);
    assert_eq!(second.out, first.out);
}

#[test]
fn explain_names_the_parameter_with_both_values() {
    let space = Workspace::new(WORDS);
    let never = space.toy(&["explain", "e.yaml", "collect"]).expect(0);
    assert!(never.out.starts_with("collect may run, depending on other nodes:"), "{}", never.out);
    space.toy(&["run", "e.yaml", "-q"]).expect(0);
    let set = ["--set", "matrix.mood.loud.say.times=4"];
    let plan = space.toy(&["plan", "e.yaml", set[0], set[1]]).expect(0);
    insta::assert_snapshot!("plan", steady(&format!("{}{}", plan.out, plan.err)));
    let changed = space.toy(&["explain", "e.yaml", "say", set[0], set[1]]).expect(0);
    insta::assert_snapshot!("explain_say", steady(&changed.out));
    let collect = space.toy(&["explain", "e.yaml", "collect", set[0], set[1]]).expect(0);
    insta::assert_snapshot!("explain_collect", steady(&collect.out));
    let run = space.toy(&["run", "e.yaml", set[0], set[1]]).expect(0);
    assert!(run.last_line().starts_with("3 run, 2 cached, 0 failed in "), "{}", run.err);
}

#[test]
fn a_set_argument_may_choose_bundles_and_values() {
    let space = Workspace::new(WORDS);
    let run = space
        .toy(&["run", "e.yaml", "--set", "matrix.mood=[loud]", "--set", "matrix.seed=7"])
        .expect(0);
    assert_eq!(run.out, "- hello hello hello {\"mood\": \"loud\", \"seed\": \"7\"}\n");
}

#[test]
fn piped_progress_is_lines_and_quiet_is_silent() {
    let space = Workspace::new(WORDS);
    let run = space.toy(&["run", "e.yaml", "--cpus", "1"]).expect(0);
    insta::assert_snapshot!("run_lines", steady(&run.err));
    let quiet = space.toy(&["run", "e.yaml", "--quiet"]).expect(0);
    assert_eq!(quiet.err, "");
    assert_eq!(quiet.out, run.out);
}

#[test]
fn json_events_are_one_a_line() {
    let space = Workspace::new(WORDS);
    let run = space.toy(&["run", "e.yaml", "--json"]).expect(0);
    let events: Vec<serde_json::Value> =
        run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let count = |kind: &str| events.iter().filter(|event| event["type"] == kind).count();
    assert_eq!(events[0]["type"], "run_started");
    assert_eq!((count("node_started"), count("node_finished")), (5, 5));
    let last = events.last().unwrap();
    assert_eq!((&last["type"], &last["summary"]["run"]), (&"run_finished".into(), &5.into()));
    assert!(run.err.contains("5 run, 0 cached, 0 failed in "), "{}", run.err);
}

#[test]
fn warnings_are_shown_again_when_cached() {
    let space = Workspace::new("experiment: w\nstages: { say: { with: { word: leak } } }\n");
    for _ in 0..2 {
        let run = space.toy(&["run", "e.yaml"]).expect(0);
        assert!(run.err.contains("warning: say: the word is a leak"), "{}", run.err);
    }
}

#[test]
fn a_failed_stage_is_told_in_full() {
    let text = "experiment: f\nstages: { say: { with: { word: x } }, trip: , collect: }\n";
    let space = Workspace::new(text);
    let run = space.toy(&["run", "e.yaml", "--keep-going", "--cpus", "1"]).expect(1);
    insta::assert_snapshot!("failure", steady(&run.err));
    assert_eq!(run.out, "- x {}\n");
    let log = fs_err::read_to_string(space.path("runs/f/logs/trip.log")).unwrap();
    assert_eq!(log, "info: about to trip\n");
}

#[test]
fn a_panic_is_a_bug() {
    let text =
        "experiment: f\nstages: { say: { with: { word: x } }, trip: { with: { panic: true } } }\n";
    let run = Workspace::new(text).toy(&["run", "e.yaml"]).expect(3);
    assert!(run.err.contains("tripped over an invariant"), "{}", run.err);
    assert!(run.err.contains("this is a bug"), "{}", run.err);
    assert!(!run.err.contains("backtrace"), "{}", run.err);
}

#[test]
fn wrong_requests_end_with_2_and_say_what_is_accepted() {
    let space = Workspace::new(WORDS);
    let cases: [(&[&str], &str); 9] = [
        (&["run", "f.yaml"], "did you mean `e.yaml`?"),
        (&["run", "e.yaml", "--set", "say.wrod=x"], "did you mean `word`?"),
        (&["run", "e.yaml", "--set", "say.times=0"], "1 or more"),
        (&["run", "e.yaml", "--set", "sai.times=1"], "did you mean `say`?"),
        (&["run", "e.yaml", "--data-root", "nowhere"], "`nowhere`, given by --data-root, is not"),
        (&["explain", "e.yaml", "colect"], "did you mean `collect`?"),
        (&["stages", "sayy"], "did you mean `say`?"),
        (&["show", "wrods"], "there is no run in `runs` of `wrods`"),
        (&["rum", "e.yaml"], "run"),
    ];
    for (arguments, expected) in cases {
        let said = space.toy(arguments).expect(2);
        assert!(said.err.contains(expected), "{arguments:?}: {}", said.err);
        assert_eq!(said.out, "", "{arguments:?}");
    }
}

#[test]
fn every_mistake_of_a_file_is_told_with_its_place() {
    let text = "experiment: m\nstages:\n  say: { with: { wrod: x, times: many } }\n  tell: {}\n";
    let run = Workspace::new(text).toy(&["run", "e.yaml"]).expect(2);
    insta::assert_snapshot!("mistakes", run.err);
}

#[test]
fn stages_are_described_with_their_parameters() {
    let space = Workspace::new(WORDS);
    insta::assert_snapshot!("stages", space.toy(&["stages"]).expect(0).out);
    insta::assert_snapshot!("stages_say", space.toy(&["stages", "say"]).expect(0).out);
    insta::assert_snapshot!("stages_md", space.toy(&["stages", "--markdown"]).expect(0).out);
}

#[test]
fn graphs_are_drawn_in_two_languages() {
    let space = Workspace::new(WORDS);
    let mermaid = space.toy(&["graph", "e.yaml"]).expect(0).out;
    assert!(
        mermaid.starts_with("flowchart") && mermaid.contains("say -->|text| collect"),
        "{mermaid}"
    );
    let dot = space.toy(&["graph", "e.yaml", "--format", "dot"]).expect(0).out;
    assert!(dot.starts_with("digraph") && dot.contains("\"say\" -> \"collect\""), "{dot}");
}

#[test]
fn show_tells_what_ran_and_where_it_is() {
    let space = Workspace::new(WORDS);
    space.toy(&["run", "e.yaml", "-q"]).expect(0);
    let by_name = space.toy(&["show", "words"]).expect(0);
    insta::assert_snapshot!("show", steady(&by_name.out));
    assert_eq!(space.toy(&["show", "e.yaml"]).expect(0).out, by_name.out);
    assert_eq!(space.toy(&["show", "runs/words"]).expect(0).out, by_name.out);
    let node = space.toy(&["show", "words", "say[mood=loud,seed=2]"]).expect(0).out;
    assert!(node.contains("\"times\": 3"), "{node}");
    let file = node.lines().find(|line| line.contains("word.txt")).unwrap();
    let path = Path::new(file.split_whitespace().last().unwrap());
    assert_eq!(fs_err::read_to_string(path).unwrap(), "hello hello hello");
    let json = space.toy(&["show", "words", "--json"]).expect(0).out;
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["nodes"].as_array().unwrap().len(), 5);
}

#[test]
fn the_help_has_examples() {
    let space = Workspace::new(WORDS);
    insta::assert_snapshot!("help", space.toy(&["--help"]).expect(0).out);
    insta::assert_snapshot!("help_run", space.toy(&["run", "--help"]).expect(0).out);
    assert_eq!(space.toy(&["--version"]).expect(0).out, "toy 1.2.3\n");
}
