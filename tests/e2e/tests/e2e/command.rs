//! Programs of the user's: run once, run again when something that is declared changes.

use std::path::Path;

use tests_e2e::Workspace;

use crate::python::{outer_path, python_with, skip};

/// A program in two files: one reads the other and says what it does.
const EXPERIMENT: &str = r#"
experiment: own
stages:
  words:
    uses: command
    with:
      run: |
        echo '{{"event": "progress", "done": 1, "total": 2, "message": "words"}}'
        echo '{{"event": "metric", "name": "count", "step": 1, "value": 2.5}}'
        echo 'a plain line'
        cat {sources.code/words.txt} > {outputs.text}/words.txt
        echo "$GREETING" >> {outputs.text}/words.txt
      outputs: { text: text }
      sources: [code]
      environment: { GREETING: hello }
  count:
    uses: command
    with:
      run: [sh, "{source_dir}/code/count.sh", "{inputs.text}/words.txt", "{outputs.report}"]
      inputs: { text: text }
      outputs: { report: { kind: report, shown: report.txt } }
      sources: [code/count.sh]
"#;

/// Reads what lies beside it: only what is declared is there.
const COUNT: &str = r#"set -eu
dir=$(dirname "$0")
[ ! -e "$dir/words.txt" ] || exit 7
[ -z "$(ls -A . | grep -v -e '^job.json$' -e '^sources$')" ] || exit 8
[ -z "${SECRET:-}" ] || exit 9
echo "$(wc -w < "$1") words" > "$2/report.txt"
"#;

fn workspace() -> Workspace {
    let w = Workspace::new();
    w.write("own.yaml", EXPERIMENT);
    w.write("code/words.txt", "one two\n");
    w.write("code/count.sh", COUNT);
    w
}

#[test]
fn a_program_runs_once_with_what_it_declares_and_nothing_else() {
    let w = workspace();
    let mut command = w.command(&["run", "own.yaml"]);
    let first = command.env("SECRET", "unhashed").output().unwrap();
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    // `wc` pads its number on some systems.
    let text = fs_err::read_to_string(w.path("runs/own/report.txt")).unwrap();
    assert_eq!(text.trim(), "3 words");
    let second = w.orchestrate(&["run", "own.yaml"]).ok();
    assert_eq!(second.counts(), (0, 2, 0));
    assert!(second.out.contains("3 words"), "{}", second.out);
    let node = w.orchestrate(&["show", "own.yaml", "words"]).ok();
    for line in ["a plain line", "count", "2.5"] {
        assert!(node.out.contains(line), "no `{line}` in:\n{}", node.out);
    }
    assert!(!node.out.contains("\"event\""), "{}", node.out);
}

#[test]
fn a_changed_source_reruns_the_program_that_declares_it() {
    let w = workspace();
    w.orchestrate(&["run", "own.yaml"]).ok();
    w.write("code/count.sh", &format!("{COUNT}# A comment changes nothing but the file.\n"));
    // Both declare it: `words` by the folder. Its output is as before.
    assert_eq!(w.orchestrate(&["run", "own.yaml"]).ok().counts(), (2, 0, 0));
    w.write("code/new.txt", "a new file in a declared folder");
    let explained = w.orchestrate(&["explain", "own.yaml", "words"]);
    assert!(explained.out.contains("code/new.txt"), "{}\n{}", explained.out, explained.err);
    assert_eq!(w.orchestrate(&["run", "own.yaml"]).ok().counts(), (1, 1, 0));
    let greeting = ["run", "own.yaml", "--set", "words.environment.GREETING=hello you"];
    assert_eq!(w.orchestrate(&greeting).ok().counts(), (2, 0, 0));
    assert!(w.orchestrate(&greeting).ok().out.contains("4 words"));
}

#[test]
fn a_failing_program_shows_its_last_words_and_is_not_remembered() {
    let w = workspace();
    w.write("code/count.sh", "echo 'cannot open the thing' >&2\nexit 4\n");
    let failed = w.orchestrate(&["run", "own.yaml"]);
    assert_eq!(failed.code, 1);
    assert!(failed.err.contains("cannot open the thing"), "{}", failed.err);
    assert!(failed.err.contains("status 4"), "{}", failed.err);
    w.write("code/count.sh", COUNT);
    w.orchestrate(&["run", "own.yaml"]).ok();
}

#[test]
fn a_program_that_leaves_an_output_empty_has_failed() {
    let w = workspace();
    w.write("code/count.sh", "true\n");
    let failed = w.orchestrate(&["run", "own.yaml"]);
    assert_eq!(failed.code, 1);
    assert!(failed.err.contains("without writing its output `report`"), "{}", failed.err);
}

#[test]
fn a_program_goes_on_from_what_a_failed_attempt_left() {
    let w = Workspace::new();
    w.write(
        "resume.yaml",
        r"
experiment: resume
stages:
  slow:
    uses: command
    with:
      run: |
        if [ -e {resume}/half ]; then
          cp {resume}/half {outputs.text}/whole.txt
          echo second >> {outputs.text}/whole.txt
        else
          echo first > {resume}/half
          exit 3
        fi
      outputs: { text: { kind: text, exported: true } }
",
    );
    assert_eq!(w.orchestrate(&["run", "resume.yaml"]).code, 1);
    w.orchestrate(&["run", "resume.yaml"]).ok();
    let text = fs_err::read_to_string(w.path("runs/resume/whole.txt")).unwrap();
    assert_eq!(text, "first\nsecond\n");
}

#[test]
fn every_mistake_is_reported_with_its_place() {
    let w = Workspace::new();
    w.write(
        "wrong.yaml",
        r"
experiment: wrong
stages:
  own:
    uses: command
    with:
      run: [python, '{sorce_dir}/a.py', '{inputs.slice}']
      inputs: { slices: slices }
      outputs: { out: { kind: text, export: true } }
",
    );
    let ran = w.orchestrate(&["run", "wrong.yaml"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("did you mean `exported`?"), "{}", ran.err);
    w.write(
        "wrong.yaml",
        &fs_err::read_to_string(w.path("wrong.yaml"))
            .unwrap()
            .replace("export: true", "exported: true"),
    );
    let ran = w.orchestrate(&["run", "wrong.yaml"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    for guess in ["`{source_dir}`", "`{inputs.slices}`"] {
        assert!(ran.err.contains(&format!("did you mean {guess}")), "{guess}: {}", ran.err);
    }
}

#[test]
fn a_file_that_is_not_declared_cannot_be_read_where_the_kernel_allows() {
    let w = Workspace::new();
    if !has_landlock(&w) {
        skip("this kernel cannot confine programs");
        return;
    }
    let secret = w.write("secret.txt", "not declared");
    let experiment = |sources: &str| {
        format!(
            r"
experiment: secret
stages:
  peek:
    uses: command
    with:
      run: [cp, {:?}, '{{outputs.text}}/copy.txt']
      outputs: {{ text: text }}
      sources: [{sources}]
",
            secret.display().to_string()
        )
    };
    w.write("secret.yaml", &experiment(""));
    let ran = w.orchestrate(&["run", "secret.yaml"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("secret.txt"), "{}", ran.err);
    w.write("secret.yaml", &experiment("secret.txt"));
    w.orchestrate(&["run", "secret.yaml"]).ok();
}

/// A workspace with the Python files of the experiments, and how to run in it; none without Python.
struct WithPython {
    w: Workspace,
    path: String,
}

impl WithPython {
    fn new(files: &[&str]) -> Option<Self> {
        let python = python_with(&["numpy", "pyarrow"])?;
        let w = Workspace::new();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../experiments/python");
        for name in files {
            let text = fs_err::read_to_string(folder.join(name)).unwrap();
            w.write(&format!("python/{name}"), &text);
        }
        Some(Self { w, path: format!("{}:{}", python.display(), outer_path()) })
    }

    /// Standard output and standard error of a command that ends well.
    fn run(&self, arguments: &[&str]) -> (String, String) {
        let output = self.w.command(arguments).env("PATH", &self.path).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (out, err) = (text(output.stdout), text(output.stderr));
        assert_eq!(output.status.code(), Some(0), "{out}\n{err}");
        (out, err)
    }
}

#[test]
fn the_python_method_joins_the_table() {
    let Some(with) = WithPython::new(&["softmax.py", "tables.py"]) else { return };
    with.w.write("python.yaml", include_str!("../../fixtures/python.yaml"));
    let (first, _) = with.run(&["run", "python.yaml"]);
    assert!(first.contains("softmax") && first.contains("partial"), "{first}");
    let tables = with.w.tables("python");
    let (second, err) = with.run(&["run", "python.yaml"]);
    assert_eq!(second, first);
    assert!(err.contains("0 run, 10 cached, 0 failed"), "{err}");
    assert_eq!(with.w.tables("python"), tables);
    let (node, _) = with.run(&["show", "python.yaml", "softmax[seed=8]"]);
    for word in ["numpy", "validation_dice"] {
        assert!(node.contains(word), "no {word} in:\n{node}");
    }
}

#[test]
fn the_walk_through_works_as_it_is_written() {
    let text = include_str!("../../../../docs/own-method.md");
    let block = |language: &str| {
        let start = format!("```{language}\n");
        let (_, rest) = text.split_once(&start).expect("a block");
        rest.split_once("```").expect("its end").0
    };
    let Some(with) = WithPython::new(&["tables.py"]) else { return };
    with.w.write("python/atlas.py", block("python"));
    with.w.write("atlas.yaml", block("yaml"));
    let (first, _) = with.run(&["run", "atlas.yaml"]);
    assert!(first.contains("atlas") && first.contains("partial"), "{first}");
    let set = ["run", "atlas.yaml", "--set", "atlas.params.levels=3"];
    assert_eq!(with.run(&["run", "atlas.yaml"]).0, first);
    let (_, err) = with.run(&set);
    assert!(err.contains("3 run, 7 cached, 0 failed"), "{err}");
}

fn has_landlock(w: &Workspace) -> bool {
    let checks = w.orchestrate(&["doctor"]);
    let mut lines = checks.out.lines().chain(checks.err.lines()).map(str::trim);
    lines.any(|line| line.starts_with("ok") && line.contains("Landlock"))
}
