//! What would run, and why.

use crate::workspace::{WORDS, Workspace, steady};

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
fn a_dry_run_is_a_plan_and_leaves_nothing_behind() {
    let space = Workspace::new(WORDS);
    let plan = space.toy(&["plan", "e.yaml"]).expect(0);
    let dry = space.toy(&["run", "e.yaml", "--dry-run"]).expect(0);
    assert_eq!((dry.out, dry.err), (plan.out, plan.err));
    let json = space.toy(&["run", "e.yaml", "-n", "--json"]).expect(0).out;
    assert_eq!(json, space.toy(&["plan", "e.yaml", "--json"]).expect(0).out);
    assert!(!space.path("runs").exists());
}

#[test]
fn unknown_nodes_of_a_selection_are_all_named() {
    let space = Workspace::new(WORDS);
    let run = space.toy(&["run", "e.yaml", "--until", "sai", "--force", "say[mood=lout,seed=1]"]);
    let run = run.expect(2);
    assert!(run.err.contains("did you mean `say`?"), "{}", run.err);
    assert!(run.err.contains("did you mean `say[mood=loud,seed=1]`?"), "{}", run.err);
    assert!(run.err.contains("2 mistakes"), "{}", run.err);
}

#[test]
fn a_part_of_an_experiment_can_be_run() {
    let space = Workspace::new(WORDS);
    let run = space.toy(&["run", "e.yaml", "--only", "collect"]).expect(1);
    assert!(run.last_line().starts_with("0 run, "), "{}", run.err);
    let run = space.toy(&["run", "e.yaml", "--until", "say[mood=calm,seed=1]"]).expect(0);
    assert!(run.last_line().starts_with("1 run, 0 cached, 0 failed"), "{}", run.err);
    let run = space.toy(&["run", "e.yaml", "--until", "say"]).expect(0);
    assert!(run.last_line().starts_with("3 run, 1 cached, 0 failed"), "{}", run.err);
    let run = space.toy(&["run", "e.yaml", "--only", "collect"]).expect(0);
    assert!(run.last_line().starts_with("1 run, "), "{}", run.err);
}

#[test]
fn a_forced_node_runs_again_and_what_gives_the_same_ends_there() {
    let space = Workspace::new(WORDS);
    space.toy(&["run", "e.yaml", "-q"]).expect(0);
    let plan = space.toy(&["plan", "e.yaml", "--force", "say[mood=calm,seed=2]"]).expect(0);
    assert!(plan.out.lines().any(|line| line.starts_with("run ")), "{}", plan.out);
    let run = space.toy(&["run", "e.yaml", "--force", "say"]).expect(0);
    assert!(run.last_line().starts_with("4 run, 1 cached, 0 failed"), "{}", run.err);
}

#[test]
fn values_come_from_a_file_and_from_a_sweep() {
    let space = Workspace::new("experiment: w\nstages: { say: { with: { word: x } }, collect: }\n");
    space.write("changes.yaml", "say.word: deep\nsay.times: 2\n");
    let file = ["--param-file", "changes.yaml"];
    let run = space.toy(&["run", "e.yaml", file[0], file[1], "--set", "say.times=1"]).expect(0);
    assert_eq!(run.out, "- deep {}\n");
    let run = space.toy(&["run", "e.yaml", "--sweep", "say.times=1,2"]).expect(0);
    assert_eq!(run.out, "- x {\"times\": \"1\"}\n- x x {\"times\": \"2\"}\n");
    let plan = space.toy(&["graph", "e.yaml", "--sweep", "say.times=1,2"]).expect(0);
    assert!(plan.out.contains("say"), "{}", plan.out);
    let wrong = ["run", "e.yaml", "--sweep", "say.times", "--set", "say.times"];
    let run = space.toy(&wrong).expect(2);
    assert!(run.err.contains("2 mistakes"), "{}", run.err);
}

#[test]
fn files_that_were_added_removed_and_changed_are_named() {
    let space = Workspace::new(
        "experiment: r\nstages: { read: { with: { files: [a.txt, b.txt] } }, collect: }\n",
    );
    space.write("a.txt", "a");
    space.write("b.txt", "b");
    space.toy(&["run", "e.yaml", "-q"]).expect(0);
    space.write("b.txt", "changed");
    space.write("c.txt", "c");
    let plan = space.toy(&["plan", "e.yaml", "--set", "read.files=[b.txt, c.txt]"]).expect(0);
    insta::assert_snapshot!("plan_files", steady(&plan.out));
    fs_err::remove_file(space.path("b.txt")).unwrap();
    let plan = space.toy(&["plan", "e.yaml"]).expect(1);
    assert!(plan.out.starts_with("cannot"), "{}", plan.out);
    assert!(plan.out.contains("b.txt"), "{}", plan.out);
}

#[test]
fn a_node_is_compared_with_any_run() {
    let space = Workspace::new(WORDS);
    space.toy(&["run", "e.yaml", "-q"]).expect(0);
    let ids = || -> Vec<String> {
        let names = fs_err::read_dir(space.path("runs/words/history")).unwrap().flatten();
        let mut ids: Vec<String> =
            names.filter_map(|file| Some(file.path().file_stem()?.to_str()?.to_owned())).collect();
        ids.sort();
        ids.dedup();
        ids
    };
    let first = ids().remove(0);
    let times = ["--set", "matrix.mood.loud.say.times=4"];
    space.toy(&["run", "e.yaml", "-q", times[0], times[1]]).expect(0);
    assert_eq!(ids().len(), 2);
    let explain = |run: &str| {
        let loud = "say[mood=loud,seed=1]";
        space.toy(&["explain", "e.yaml", loud, "--against", run, times[0], times[1]]).expect(0).out
    };
    // The node is cached by now, and still the difference is told.
    insta::assert_snapshot!("explain_against", steady(&explain(&first)));
    assert!(explain("words").contains("the same action, "), "{}", explain("words"));
    assert_eq!(explain("runs/words"), explain("words"));
    assert_eq!(explain("runs/words/report.json"), explain("words"));
    let all = space.toy(&["explain", "e.yaml", "--against", &first, times[0], times[1]]).expect(0);
    assert_eq!(all.out.matches("the same action, ").count(), 2, "{}", all.out);
    let wrong = space.toy(&["explain", "e.yaml", "--against", "wrods"]).expect(2);
    assert!(wrong.err.contains("did you mean `words`?"), "{}", wrong.err);
    let other = space.toy(&["explain", "e.yaml", "--against", "e.yaml"]).expect(2);
    assert!(other.err.contains("`e.yaml` is not a report"), "{}", other.err);
}
