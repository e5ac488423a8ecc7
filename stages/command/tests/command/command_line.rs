//! The command line of an action.

use pipeline_engine::{Job, Stage};
use serde_json::json;
use stages_command::Command;

use crate::support::{Bench, params};

#[test]
fn the_command_line_of_this_version_is_pinned() {
    assert_eq!(Command.info().version, 1);
    let bench = Bench::new();
    bench.write("experiments/code/train.py", "import net");
    bench.write("experiments/code/net.py", "");
    let line = bench.command(&json!({
        "run": [
            "python", "{source_dir}/code/train.py", "--job={job}", "{inputs.slices}",
            "{inputs.metrics}", "{inputs.extra}", "{outputs.model}", "{sources.code/net.py}",
            "{scratch}", "{resume}", "{cpus}/{gpus}", "{{x}}",
        ],
        "inputs": {
            "slices": "slices",
            "metrics": { "kind": "metrics", "many": true },
            "extra": { "kind": "extra", "optional": true },
        },
        "outputs": { "model": "checkpoint" },
        "sources": ["code"],
        "environment": { "PYTHONPATH": "{source_dir}", "PYTHONHASHSEED": "7" },
        "pass_environment": ["LICENSE_SERVER"],
        "readable": ["../.venv"],
    }));
    assert_eq!(line.program, "python");
    let arguments: Vec<_> = line.arguments.iter().map(|word| bench.plain(word)).collect();
    assert_eq!(
        arguments,
        [
            "DIR/action/scratch/sources/code/train.py",
            "--job=DIR/action/scratch/job.json",
            "DIR/action/in/slices-1",
            "DIR/action/in/metrics-1",
            "DIR/action/in/metrics-2",
            "DIR/action/out/model",
            "DIR/experiments/code/net.py",
            "DIR/action/scratch",
            "DIR/action/resume",
            "2/0,3",
            "{x}",
        ]
    );
    let environment: Vec<_> = line
        .environment
        .iter()
        .map(|(name, value)| format!("{name}={}", bench.plain(value)))
        .collect();
    assert_eq!(
        environment,
        [
            "ORCHESTRATE_JOB=DIR/action/scratch/job.json",
            "PYTHONHASHSEED=7",
            "PYTHONPATH=DIR/action/scratch/sources",
            "PYTHONUNBUFFERED=1",
        ]
    );
    assert_eq!(line.pass_environment, ["LICENSE_SERVER"]);
    assert_eq!(line.readable, [std::path::PathBuf::from("../.venv")]);
    assert!(bench.path("action/resume").is_dir());
}

#[test]
fn the_source_folder_holds_what_was_declared_and_nothing_else() {
    let bench = Bench::new();
    bench.write("experiments/code/train.py", "declared");
    bench.write("experiments/code/other.py", "not declared");
    bench.write("src/net.py", "from above");
    let large = "x".repeat(300 * 1024);
    bench.write("experiments/large.csv", &large);
    bench.command(&json!({
        "run": "python {source_dir}/code/train.py",
        "outputs": { "out": "text" },
        "sources": ["code/train.py", "../src", "large.csv"],
    }));
    let folder = bench.path("action/scratch/sources");
    let read = |name: &str| fs_err::read_to_string(folder.join(name));
    assert_eq!(read("code/train.py").unwrap(), "declared");
    assert_eq!(read("src/net.py").unwrap(), "from above");
    assert_eq!(read("large.csv").unwrap(), large);
    assert!(read("code/other.py").is_err());
    // Following the program's own path must not lead to files beside the original.
    assert!(!folder.join("code/train.py").is_symlink());
    assert!(folder.join("large.csv").is_symlink());
}

#[test]
fn the_shell_gets_paths_that_it_cannot_misread() {
    let bench = Bench::new();
    bench.write("experiments/it's $(here).py", "");
    let line = bench.command(&json!({
        "run": "cat {sources.it's $(here).py} > {outputs.out}/a; echo \"${{HOME}}\" {inputs.all}",
        "inputs": { "all": { "kind": "text", "many": true } },
        "outputs": { "out": "text" },
        "sources": ["it's $(here).py"],
    }));
    assert_eq!(line.program, "sh");
    let arguments: Vec<_> = line.arguments.iter().map(|word| bench.plain(word)).collect();
    assert_eq!(
        arguments,
        [
            "-e",
            "-c",
            "cat 'DIR/experiments/it'\\''s $(here).py' > 'DIR/action/out/out'/a; echo \"${HOME}\" \
             'DIR/action/in/all-1' 'DIR/action/in/all-2'",
        ]
    );
}

#[test]
fn the_shell_really_runs_what_it_gets() {
    let bench = Bench::new();
    bench.write("experiments/it's $(here).txt", "content");
    fs_err::create_dir_all(bench.path("action/out/out")).unwrap();
    let line = bench.command(&json!({
        "run": "cat {sources.it's $(here).txt} > {outputs.out}/copy\nfalse\ntrue",
        "outputs": { "out": "text" },
        "sources": ["it's $(here).txt"],
    }));
    let status = std::process::Command::new(&line.program).args(&line.arguments).status().unwrap();
    assert_eq!(fs_err::read_to_string(bench.path("action/out/out/copy")).unwrap(), "content");
    assert_eq!(status.code(), Some(1), "what fails in the middle fails the whole");
}

#[test]
fn the_job_file_holds_the_programs_own_parameters() {
    let bench = Bench::new();
    bench.command(&json!({
        "run": ["train", "{job}"],
        "inputs": { "metrics": { "kind": "metrics", "many": true } },
        "outputs": { "out": "text" },
        "params": { "lr": 0.1, "layers": [8, 16] },
    }));
    let job = Job::read(&bench.path("action/scratch/job.json")).unwrap();
    assert_eq!(job.params, json!({ "lr": 0.1, "layers": [8, 16] }));
    assert_eq!(job.inputs["metrics"][1].coordinates["seed"], "2");
}

#[test]
fn a_source_that_is_not_there_is_guessed() {
    let bench = Bench::new();
    bench.write("experiments/train.py", "");
    let params = params(&json!({
        "run": ["python", "{sources.trian.py}"], "outputs": { "a": "b" }, "sources": ["*.py"],
    }));
    assert_eq!(Command.check(&params), []);
    let error = Command.command(&params, &bench.job(&params)).unwrap_err();
    assert!(error.help.clone().unwrap().contains("did you mean `train.py`?"), "{error:?}");
}
