//! Running experiments made of toy stages: what runs, what is cached, and why.

use crate::toy::Workshop;
use pipeline_engine::{NodeState, RunEvent};

const CHAIN: &str = "
experiment: chain
matrix:
  seed: [1, 2]
  method:
    plain: {}
    loud: { append: { word: '!' } }
stages:
  text: { with: { text: hello } }
  append: { with: { note: 'seed ${seed}' } }
  join: {}
";

#[test]
fn runs_everything_once_and_nothing_the_second_time() {
    let shop = Workshop::new();
    let first = shop.run(CHAIN, &[]);
    assert_eq!(first.result.summary.run, 6, "text, four appends, join");
    assert_eq!(
        first.shown(),
        "method=loud,seed=1: hello!\nmethod=loud,seed=2: hello!\n\
         method=plain,seed=1: hello\nmethod=plain,seed=2: hello\n"
    );
    let second = shop.run(CHAIN, &[]);
    assert_eq!((second.result.summary.run, second.result.summary.cached), (0, 6));
    assert_eq!(second.shown(), first.shown());
}

#[test]
fn a_node_is_multiplied_only_by_variables_that_it_or_something_upstream_uses() {
    let shop = Workshop::new();
    let graph = shop.graph(CHAIN, &[]);
    let ids: Vec<_> = graph.nodes.iter().map(|node| node.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "text",
            "append[method=plain,seed=1]",
            "append[method=loud,seed=1]",
            "append[method=plain,seed=2]",
            "append[method=loud,seed=2]",
            "join",
        ]
    );
}

#[test]
fn a_changed_parameter_of_one_bundle_reruns_exactly_that_branch_and_is_explained() {
    let shop = Workshop::new();
    shop.run(CHAIN, &[]);
    let set = ["matrix.method.loud.append.word=what"];
    assert_eq!(
        shop.reasons(CHAIN, &set, "append[method=loud,seed=1]"),
        ["parameter word: \"!\" -> \"what\""]
    );
    let plan = shop.plan(CHAIN, &set);
    assert!(matches!(plan["append[method=plain,seed=1]"].state, NodeState::Cached { .. }));
    assert!(matches!(plan["join"].state, NodeState::Unknown { .. }));
    let again = shop.run(CHAIN, &set);
    assert_eq!(
        again.with("ran"),
        ["append[method=loud,seed=1]", "append[method=loud,seed=2]", "join"]
    );
    let back = shop.run(CHAIN, &[]);
    assert_eq!(back.result.summary.run, 0, "the old results are still there");
    assert!(back.shown().contains("hello!"));
}

#[test]
fn a_rerun_that_gives_the_same_bytes_stops_there() {
    let shop = Workshop::new();
    let yaml = "
experiment: cutoff
stages:
  text: { with: { text: one } }
  append: { with: { swallow: true } }
  join: {}
";
    shop.run(yaml, &[]);
    let again = shop.run(yaml, &["text.text=two"]);
    assert_eq!(again.with("ran"), ["append", "text"]);
    assert_eq!(again.with("cached"), ["join"]);
}

#[test]
fn an_outside_file_is_followed_by_content_not_by_time() {
    for by_reference in ["false", "true"] {
        let shop = Workshop::new();
        let yaml = "
experiment: import
stages:
  import: { with: { path: a.txt } }
  append: { with: { word: '!' } }
  join: {}
";
        let set = format!("import.by_reference={by_reference}");
        let set = [set.as_str()];
        fs_err::write(shop.path("a.txt"), "one").unwrap();
        assert_eq!(shop.run(yaml, &set).result.summary.run, 3);
        // Another name, another time, the same content.
        fs_err::write(shop.path("b.txt"), "one").unwrap();
        let moved = shop.run(yaml, &[set[0], "import.path=b.txt"]);
        assert_eq!(moved.result.summary.run, 0, "by reference: {by_reference}");
        fs_err::write(shop.path("a.txt"), "two").unwrap();
        let reasons = shop.reasons(yaml, &set, "import");
        assert!(reasons[0].starts_with("file text.txt: content "), "{reasons:?}");
        let changed = shop.run(yaml, &set);
        assert_eq!(changed.result.summary.run, 3);
        assert!(changed.shown().contains("two!"));
    }
}

#[test]
fn a_file_that_changes_while_it_is_used_is_never_remembered() {
    let shop = Workshop::new();
    let yaml = "{ experiment: x, stages: { import: { with: { path: a.txt, disturb: true } } } }";
    fs_err::write(shop.path("a.txt"), "one").unwrap();
    let outcome = shop.run(yaml, &[]);
    assert_eq!(outcome.with("failed"), ["import"]);
    let error = outcome.result.report.nodes[0].error.clone().unwrap();
    assert_eq!(error, "files changed while they were being used");
}

#[test]
fn a_missing_outside_file_fails_its_node_and_skips_exactly_its_descendants() {
    let mut shop = Workshop::new();
    shop.keep_going = true;
    let yaml = "
experiment: missing
stages:
  import: { with: { path: nowhere.txt } }
  text: { with: { text: fine } }
  from_import: { uses: append, inputs: { in: import } }
  from_text: { uses: append, inputs: { in: text } }
  join: { inputs: { in: from_import } }
";
    let outcome = shop.run(yaml, &[]);
    assert_eq!(outcome.with("failed"), ["import"]);
    assert_eq!(outcome.with("skipped"), ["from_import", "join"]);
    assert_eq!(outcome.with("ran"), ["from_text", "text"]);
}

#[test]
fn a_failure_is_reported_with_its_help_and_log_and_is_tried_again() {
    let shop = Workshop::new();
    let yaml = "
experiment: failure
stages:
  text: { with: { text: hello } }
  append: { with: { fail: true } }
  join: {}
";
    for _ in 0..2 {
        let outcome = shop.run(yaml, &[]);
        assert_eq!(outcome.with("failed"), ["append"]);
        assert_eq!(outcome.with("skipped"), ["join"]);
        let failure = outcome
            .events
            .iter()
            .find_map(|event| match event {
                RunEvent::NodeFinished {
                    outcome: pipeline_engine::NodeOutcome::Failed { error },
                    ..
                } => Some(error.clone()),
                _ => None,
            })
            .unwrap();
        assert_eq!(failure.message, "the toy failed");
        assert_eq!(failure.help.as_deref(), Some("set fail to false"));
        assert_eq!(failure.log_tail, ["info: appending"]);
        let log = shop.path("runs").join(failure.log_file.unwrap());
        assert_eq!(fs_err::read_to_string(log).unwrap(), "info: appending\n");
    }
    assert_eq!(shop.run(yaml, &["append.fail=false"]).with("failed"), [] as [&str; 0]);
}

#[test]
fn a_panic_in_a_stage_fails_one_node_as_a_bug() {
    let shop = Workshop::new();
    let yaml = "
experiment: panic
stages:
  text: { with: { text: hello } }
  append: { with: { panic: true } }
";
    let outcome = shop.run(yaml, &[]);
    assert_eq!(outcome.with("failed"), ["append"]);
    assert!(outcome.result.summary.bug);
    let error = outcome.result.report.nodes[1].error.clone().unwrap();
    assert_eq!(error, "the stage panicked: the toy panicked");
}

#[test]
fn warnings_are_given_again_on_cached_runs() {
    let shop = Workshop::new();
    for _ in 0..2 {
        let outcome = shop.run(CHAIN, &[]);
        assert_eq!(outcome.result.report.nodes[0].warnings, ["a toy warning"]);
    }
}

#[test]
fn a_cancelled_run_stops_its_actions_and_keeps_what_is_finished() {
    let shop = Workshop::new();
    let yaml = "
experiment: cancel
stages:
  text: { with: { text: hello } }
  append: { with: { wait_for_cancel: true } }
  join: {}
";
    let cancellation = shop.cancellation.clone();
    let canceller = std::thread::spawn({
        let runs = shop.path("store").join("v2/actions");
        // The record of `text` shows that only `append` can be running.
        move || {
            while fs_err::read_dir(&runs).map_or(0, Iterator::count) == 0 {
                std::thread::yield_now();
            }
            cancellation.cancel();
        }
    });
    let outcome = shop.run(yaml, &[]);
    canceller.join().unwrap();
    assert!(outcome.result.summary.cancelled);
    assert_eq!(outcome.with("ran"), ["text"]);
    assert_eq!(outcome.with("skipped"), ["append", "join"]);
    assert_eq!(fs_err::read_dir(shop.path("store").join("v2/tmp")).unwrap().count(), 0);
}

#[test]
fn two_nodes_with_one_key_run_once() {
    let shop = Workshop::new();
    let yaml = "
experiment: twins
stages:
  text: { with: { text: hello } }
  one: { uses: append, with: { word: x } }
  two: { uses: append, with: { word: x } }
";
    let outcome = shop.run(yaml, &[]);
    assert_eq!((outcome.result.summary.run, outcome.result.summary.cached), (2, 1));
}

#[test]
fn never_runs_more_at_once_than_there_are_cpus() {
    let mut shop = Workshop::new();
    shop.capacity.cpus = 1;
    assert_eq!(shop.run(CHAIN, &[]).at_once, 1);
}

#[test]
fn a_damaged_result_is_made_again_and_explained() {
    let shop = Workshop::new();
    let first = shop.run(CHAIN, &[]);
    let digest = pipeline_store::Digest::of_bytes(b"hello!").to_string();
    let object = shop.path("store").join("v2/objects").join(&digest[..2]).join(&digest[2..]);
    fs_err::remove_file(object).unwrap();
    let reasons = shop.reasons(CHAIN, &[], "append[method=loud,seed=1]");
    assert!(reasons[0].starts_with("its result is gone: output `out`"), "{reasons:?}");
    let again = shop.run(CHAIN, &[]);
    // One action makes the shared object again; the other finds it.
    assert!((1..=2).contains(&again.result.summary.run), "{:?}", again.status);
    assert_eq!(again.status["join"], "cached");
    assert_eq!(again.shown(), first.shown());
}

#[test]
fn two_runs_at_once_on_one_store_compute_everything_once() {
    let shop = Workshop::new();
    let (one, two) = std::thread::scope(|scope| {
        let one = scope.spawn(|| shop.run(CHAIN, &[]));
        let two = scope.spawn(|| shop.run(CHAIN, &[]));
        (one.join().unwrap(), two.join().unwrap())
    });
    assert_eq!(one.result.summary.run + two.result.summary.run, 6);
    assert_eq!(one.result.summary.cached + two.result.summary.cached, 6);
}
