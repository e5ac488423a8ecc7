//! `run`, and how it tells what it does.

use crate::workspace::{WORDS, Workspace, steady};

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
fn what_is_cached_is_one_line_unless_all_is_asked_for() {
    let space = Workspace::new(WORDS);
    space.toy(&["run", "e.yaml", "-q"]).expect(0);
    let again = space.toy(&["run", "e.yaml"]).expect(0);
    insta::assert_snapshot!("run_cached", steady(&again.err));
    let verbose = space.toy(&["run", "e.yaml", "-v"]).expect(0);
    assert_eq!(verbose.err.matches("cached  ").count(), 5, "{}", verbose.err);
}

#[test]
fn the_last_lines_of_a_failed_action_are_shown_and_the_whole_log_by_show() {
    let text = "experiment: f\nstages: { say: { with: { word: x } }, trip: }\n";
    let space = Workspace::new(text);
    let run = space.toy(&["run", "e.yaml"]).expect(1);
    assert!(run.err.contains("  | info: about to trip"), "{}", run.err);
    let show = space.toy(&["show", "f", "trip"]).expect(0);
    assert!(show.out.contains("error: tripped over 2 stones"), "{}", show.out);
    assert!(show.out.contains("  log:\n  | info: about to trip\n"), "{}", show.out);
    let logs = space.toy(&["logs", "f", "trip"]).expect(0);
    assert_eq!(logs.out, "info: about to trip\nfailed: tripped over 2 stones\n");
}

#[test]
fn colour_is_for_messages_and_by_choice() {
    let space =
        Workspace::new("experiment: w\nstages: { say: { with: { word: leak } }, collect: }\n");
    let red = "\u{1b}[";
    let plain = space.toy(&["run", "e.yaml"]).expect(0);
    assert!(!plain.err.contains(red));
    let always = space.toy(&["run", "e.yaml", "--color", "always"]).expect(0);
    assert!(always.err.contains(red) && !always.out.contains(red), "{}", always.err);
    let said = |name: &str, value: &str, arguments: &[&str]| {
        let output = space.command(arguments).env(name, value).output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said("CLICOLOR_FORCE", "1", &["run", "e.yaml"]).contains(red));
    assert!(!said("CLICOLOR_FORCE", "1", &["run", "e.yaml", "--color=never"]).contains(red));
    let both = space
        .command(&["run", "e.yaml"])
        .envs([("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")])
        .output();
    assert!(!String::from_utf8(both.unwrap().stderr).unwrap().contains(red));
    let mistake = space.toy(&["rum", "--color", "always"]).expect(2);
    assert!(mistake.err.contains(red), "{}", mistake.err);
}

#[test]
fn a_program_is_supervised_by_this_one_and_its_output_is_its_log() {
    let space = Workspace::new(
        "experiment: c\nstages: { call: { with: { script: 'echo working; printf called > \"$1/word.txt\"' } }, collect: }\n",
    );
    let run = space.toy(&["run", "e.yaml"]).expect(0);
    assert_eq!(run.out, "- called {}\n");
    let logs = space.toy(&["logs", "c", "call"]).expect(0);
    assert!(logs.out.contains("working"), "{}", logs.out);
    let failing = ["run", "e.yaml", "--set", "call.script=echo no luck; exit 3"];
    let failed = space.toy(&failing).expect(1);
    assert!(failed.err.contains("status 3"), "{}", failed.err);
    assert!(failed.err.contains("no luck"), "{}", failed.err);
}
