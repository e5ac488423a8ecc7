//! What is wrong with parameters is said all together, each with its place.

use pipeline_engine::{ParamProblem, Registry, Stage};
use serde_json::{Value, json};
use stages_command::Command;

use crate::support::params;

fn problems(json: &Value) -> Vec<ParamProblem> {
    Command.check(&params(json))
}

fn paths(json: &Value) -> Vec<String> {
    problems(json).into_iter().map(|problem| problem.path).collect()
}

#[test]
fn every_problem_is_reported() {
    let found = paths(&json!({
        "run": ["./train.sh", "{input.slices}", "x{inputs.metrics}", "{", "{sources.a.py}"],
        "inputs": {
            "slices": "slices",
            "metrics": { "kind": "metrics", "many": true },
            "both": { "kind": "x", "many": true, "optional": true },
            "bad name": "x",
        },
        "outputs": { "out": { "kind": "a b", "shown": "../x" } },
        "environment": { "A=B": "1", "C": "{nothing}", "D": "1" },
        "pass_environment": ["D", ""],
        "readable": [" "],
    }));
    assert_eq!(
        found,
        [
            "run[1]",
            "run[2]",
            "run[3]",
            "run[4]",
            "run[0]",
            "inputs.bad name",
            "outputs.out.kind",
            "inputs.both",
            "outputs.out.shown",
            "readable[0]",
            "environment.A=B",
            "environment.C",
            "pass_environment[0]",
            "pass_environment[1]",
        ]
    );
}

#[test]
fn nothing_to_run_and_nothing_to_make_are_problems() {
    assert_eq!(paths(&json!({ "run": [], "outputs": {} })), ["run", "outputs"]);
    assert_eq!(paths(&json!({ "run": " ", "outputs": { "a": "b" } })), ["run"]);
}

#[test]
fn a_program_beside_the_experiment_must_be_declared() {
    let with = |sources: &[&str], readable: &[&str]| {
        paths(&json!({
            "run": ["../tools/bin/train", "x"],
            "outputs": { "a": "b" },
            "sources": sources,
            "readable": readable,
        }))
    };
    assert_eq!(with(&[], &[]), ["run[0]"]);
    assert_eq!(with(&["../tool"], &["tools"]), ["run[0]"]);
    assert!(with(&["./../tools/bin/train"], &[]).is_empty());
    assert!(with(&[], &["../tools"]).is_empty());
}

#[test]
fn sources_are_relative_and_listed_once() {
    let found = paths(&json!({
        "run": ["true"],
        "outputs": { "a": "b" },
        "sources": ["../code", "../../x/*.py", "/etc/passwd", "a/../b", "", "../code"],
    }));
    assert_eq!(found, ["sources[2]", "sources[3]", "sources[4]", "sources[5]"]);
}

#[test]
fn a_misspelled_placeholder_is_guessed() {
    let found = problems(&json!({
        "run": "train {input.slices}", "inputs": { "slices": "slices" }, "outputs": { "a": "b" },
    }));
    assert_eq!(found.len(), 1);
    let help = found[0].help.clone().unwrap();
    assert!(help.starts_with("did you mean `{inputs.slices}`?"), "{help}");
}

#[test]
fn a_wrong_form_is_reported_with_its_place_and_what_is_accepted() {
    let registry = Registry::new().with(Command);
    let problems = |raw: &Value| {
        registry.get("command").unwrap().configure(raw).map(|_| ()).expect_err("it was accepted")
    };
    let found = problems(&json!({ "run": 5, "outputs": { "a": "b" } }));
    assert_eq!(found[0].path, "run");
    assert!(found[0].message.contains("a list of words"), "{found:?}");
    let found = problems(&json!({
        "run": "x", "outputs": { "a": { "kind": "b", "export": true } },
    }));
    assert_eq!(found[0].path, "outputs.a.export");
    assert!(found[0].help.clone().unwrap().contains("did you mean `exported`?"), "{found:?}");
    let found = problems(&json!({ "run": "x", "inputs": { "a": {} }, "outputs": { "a": "b" } }));
    assert!(found[0].message.contains("kind"), "{found:?}");
}

#[test]
fn short_and_long_forms_are_the_same_parameters() {
    let short = params(&json!({ "run": ["x"], "inputs": { "a": "k" }, "outputs": { "b": "k" } }));
    let long = params(&json!({
        "run": ["x"],
        "inputs": { "a": { "kind": "k", "many": false } },
        "outputs": { "b": { "kind": "k", "exported": false } },
    }));
    assert_eq!(serde_json::to_value(&short).unwrap(), serde_json::to_value(&long).unwrap());
    let ports = Command.ports(&params(&json!({
        "run": ["x"],
        "inputs": { "a": { "kind": "k", "many": true } },
        "outputs": { "b": { "kind": "l", "shown": "s.md" } },
    })));
    assert_eq!(ports.inputs[0].arity, pipeline_engine::Arity::Many);
    assert_eq!(ports.outputs[0].shown.as_deref(), Some("s.md"));
    assert!(ports.outputs[0].exported);
}
