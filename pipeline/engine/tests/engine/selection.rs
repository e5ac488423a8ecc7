//! Running a part of an experiment, and running again what is done.

use pipeline_engine::{DirtyReason, NodeState, Selection};

use crate::toy::Workshop;

const CHAIN: &str = "
experiment: part
matrix: { word: [a, b] }
stages:
  text: { with: { text: hello } }
  append: { with: { word: \"${word}\" } }
  join: {}
";

fn select(shop: &mut Workshop, choose: fn(Vec<usize>) -> Selection, node: &str) {
    shop.selection = choose(shop.graph(CHAIN, &[]).find(node));
}

#[test]
fn until_runs_a_node_and_what_it_needs() {
    let mut shop = Workshop::new();
    select(&mut shop, Selection::Until, "append[word=b]");
    let outcome = shop.run(CHAIN, &[]);
    assert_eq!(outcome.with("ran"), ["append[word=b]", "text"]);
    assert_eq!(outcome.with("left out"), ["append[word=a]", "join"]);
    assert_eq!(outcome.result.summary.skipped, 0);
}

#[test]
fn only_needs_the_rest_to_be_there() {
    let mut shop = Workshop::new();
    select(&mut shop, Selection::Only, "append");
    let refused = shop.run(CHAIN, &[]);
    assert_eq!(refused.with("failed"), ["text"]);
    let error = refused.result.report.nodes[0].error.as_deref();
    assert_eq!(error, Some("its result is not there, and it was not chosen to run"));

    select(&mut shop, Selection::Until, "text");
    shop.run(CHAIN, &[]);
    select(&mut shop, Selection::Only, "append");
    let outcome = shop.run(CHAIN, &[]);
    assert_eq!(outcome.with("ran"), ["append[word=a]", "append[word=b]"]);
    assert_eq!(outcome.with("cached"), ["text"]);
}

#[test]
fn a_forced_node_runs_again_and_what_follows_is_cached() {
    let mut shop = Workshop::new();
    shop.run(CHAIN, &[]);
    shop.force = shop.graph(CHAIN, &[]).find("append[word=a]").into_iter().collect();
    let plan = shop.plan(CHAIN, &[]);
    let NodeState::Dirty { reasons, .. } = &plan["append[word=a]"].state else {
        panic!("{plan:?}")
    };
    assert_eq!(*reasons, [DirtyReason::Forced]);
    assert!(matches!(plan["join"].state, NodeState::Cached { .. }));
    let outcome = shop.run(CHAIN, &[]);
    assert_eq!(outcome.with("ran"), ["append[word=a]"]);
    assert_eq!(outcome.with("cached"), ["append[word=b]", "join", "text"]);
}

#[test]
fn gathered_nodes_get_the_coordinates_that_the_experiment_gives() {
    let shop = Workshop::new();
    let yaml = "
experiment: gather
matrix: { word: [a, b] }
stages:
  text: { with: { text: hello } }
  append: { with: { word: \"${word}\" } }
  mine: { uses: append, with: { word: \"?\" } }
  join: { inputs: { in: [append, { from: mine, as: { word: mine } }] } }
";
    assert_eq!(shop.run(yaml, &[]).shown(), "word=a: helloa\nword=b: hellob\nword=mine: hello?\n");
    let clash = yaml.replace(", as: { word: mine }", ", as: { word: a }");
    assert_eq!(
        shop.mistakes(&clash),
        [
            "graph::same_coordinates: input `in` of node `join` gathers `append[word=a]` and `mine`, which have the same coordinates (name one of them: `{from: NODE, as: {VARIABLE: NAME}}`)"
        ]
    );
    let single =
        yaml.replace("join: {", "more: { uses: append, inputs: { in: [text, mine] } }\n  join: {");
    assert!(
        shop.mistakes(&single)[0].starts_with("graph::takes_one"),
        "{:?}",
        shop.mistakes(&single)
    );
}
