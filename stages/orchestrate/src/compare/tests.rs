//! What differs between nodes, and how it is told.

use std::collections::BTreeMap;

use pipeline_engine::{Fingerprint, FingerprintInput, NodeId, NodeReport};
use pipeline_store::{ActionKey, Digest};
use serde_json::{Value, json};

use super::page::{markdown, text};
use super::structure::Structure;
use super::tell;
use super::variables::Variables;

type Known = BTreeMap<ActionKey, Fingerprint>;

/// A run of toy nodes.
#[derive(Default)]
struct Toy {
    nodes: Vec<NodeReport>,
    known: Known,
}

fn digest(text: &str) -> Digest {
    Digest::of_bytes(text.as_bytes())
}

impl Toy {
    fn node(&mut self, name: &str, at: &[(&str, &str)], reads: &str, params: Value) -> &mut Self {
        let coordinates: BTreeMap<String, String> =
            at.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let input = FingerprintInput { coordinates: BTreeMap::new(), artifact: digest(reads) };
        let fingerprint = Fingerprint {
            format: 1,
            stage: name.to_owned(),
            version: 1,
            params,
            inputs: BTreeMap::from([("in".to_owned(), vec![input])]),
            sources: BTreeMap::new(),
        };
        self.action(NodeId::new(name, &coordinates), coordinates, fingerprint)
    }

    fn action(
        &mut self,
        node: NodeId,
        coordinates: BTreeMap<String, String>,
        fingerprint: Fingerprint,
    ) -> &mut Self {
        let text = serde_json::to_string(&fingerprint).unwrap();
        let key = ActionKey(digest(&text));
        self.nodes.push(NodeReport {
            node,
            stage: fingerprint.stage.clone(),
            coordinates,
            after: Vec::new(),
            kinds: BTreeMap::new(),
            status: "ran".to_owned(),
            key: Some(key),
            outputs: BTreeMap::from([("out".to_owned(), digest(&text))]),
            seconds: 1.0,
            environment: BTreeMap::new(),
            warnings: Vec::new(),
            error: None,
        });
        self.known.insert(key, fingerprint);
        self
    }
}

fn structure(a: &Toy, b: &Toy) -> Structure {
    let variables = Variables::of(&a.nodes, &b.nodes);
    let known_a = |node: &NodeReport| a.known.get(&node.key?).cloned();
    let known_b = |node: &NodeReport| b.known.get(&node.key?).cloned();
    Structure::of_nodes((&a.nodes, &known_a), (&b.nodes, &known_b), &variables)
}

fn told(a: &Toy, b: &Toy) -> String {
    text(&tell::structure(&structure(a, b)))
}

/// `data`, then `train` for two methods and seeds, then `evaluate` of each.
fn run(epochs: u32, seeds: &[&str]) -> Toy {
    let mut toy = Toy::default();
    toy.node("data", &[], "nothing", json!({"n": 1}));
    for method in ["partial", "full"] {
        for seed in seeds {
            let at = [("method", method), ("seed", *seed)];
            let epochs = if method == "full" { 9 } else { epochs };
            toy.node(
                "train",
                &at,
                "data",
                json!({"epochs": epochs, "method": method, "seed": seed}),
            );
            toy.node("evaluate", &at, &format!("{method} {epochs} {seed}"), json!({}));
        }
    }
    toy
}

#[test]
fn a_run_does_not_differ_from_itself() {
    let found = structure(&run(3, &["1", "2"]), &run(3, &["1", "2"]));
    assert!(found.is_same());
    assert_eq!((found.nodes, found.same, found.differing), (9, 9, 0));
    insta::assert_snapshot!(text(&tell::structure(&found)), @r"
    what differs, from A to B
      nothing differs: all 9 nodes are the same actions with the same results
    ");
}

#[test]
fn variants_with_the_same_reason_are_told_together_and_what_follows_is_counted() {
    insta::assert_snapshot!(told(&run(3, &["1", "2"]), &run(5, &["1", "2", "3"])), @r"
    what differs, from A to B
      5 nodes are the same, 4 differ, 4 only in B
      variable seed: [1, 2] -> [1, 2, 3]
      train[method=partial] (all 2):
        parameter epochs: 3 -> 5
      only because of what they read: evaluate (2)
      only in B: train[method=partial,seed=3], evaluate[method=partial,seed=3], train[method=full,seed=3], evaluate[method=full,seed=3]
    ");
}

#[test]
fn a_variable_of_one_value_in_each_run_tells_no_nodes_apart() {
    let one = |at: &[(&str, &str)], rate: f64| {
        let mut toy = Toy::default();
        toy.node("train", at, "data", json!({"rate": rate}));
        toy
    };
    let found = structure(&one(&[("rate", "0.1")], 0.1), &one(&[], 0.1));
    assert!(found.is_same());
    insta::assert_snapshot!(told(&one(&[("rate", "0.1")], 0.1), &one(&[("rate", "0.2")], 0.2)), @r"
    what differs, from A to B
      0 nodes are the same, 1 differ
      variable rate: 0.1 -> 0.2
      train[rate=0.2]:
        parameter rate: 0.1 -> 0.2
    ");
}

#[test]
fn another_result_of_the_same_action_and_nodes_without_one_are_told() {
    let a = run(3, &["1"]);
    let mut b = run(3, &["1"]);
    b.nodes[1].outputs.insert("out".to_owned(), digest("another"));
    b.nodes[2].status = "skipped".to_owned();
    b.nodes[3].status = "failed".to_owned();
    insta::assert_snapshot!(told(&a, &b), @r"
    what differs, from A to B
      3 nodes are the same, 2 were not completed in both
      the same actions with another result, so not repeatable: train[method=partial,seed=1]
      not completed: evaluate[method=partial,seed=1], which was completed in A and was skipped in B
      not completed: train[method=full,seed=1], which was completed in A and failed in B
    ");
}

#[test]
fn files_are_counted_and_forgotten_actions_are_named() {
    let ingest = |salt: &str| {
        let sources = (0..9).map(|i| (format!("p{i}.nii"), digest(&format!("{salt} {i}"))));
        let fingerprint = Fingerprint {
            format: 1,
            stage: "ingest".to_owned(),
            version: if salt == "old" { 1 } else { 2 },
            params: json!({}),
            inputs: BTreeMap::new(),
            sources: sources.collect(),
        };
        let mut toy = Toy::default();
        toy.action(NodeId::new("cases", &BTreeMap::new()), BTreeMap::new(), fingerprint);
        toy
    };
    let (a, mut b) = (ingest("old"), ingest("new"));
    let lines = told(&a, &b);
    assert!(lines.contains("    stage version: 1 -> 2\n    file p0.nii: content "), "{lines}");
    assert!(lines.ends_with("    and 4 more files\n"), "{lines}");
    b.known.clear();
    let lines = told(&a, &b);
    assert!(lines.contains("another action; the store no longer knows"), "{lines}");
}

#[test]
fn markdown_shows_names_as_they_are() {
    let mut a = Toy::default();
    a.node("train", &[("method", "a|*b*\u{1b}[0m"), ("seed", "1")], "data", json!({}));
    let b = run(3, &["1"]);
    let page = markdown(&tell::structure(&structure(&a, &b)));
    assert!(page.starts_with("## what differs, from A to B\n\n- 0 nodes are the same"), "{page}");
    assert!(page.contains("a\\|\\*b\\*\u{FFFD}\\[0m"), "{page}");
}

#[test]
fn a_reason_that_all_share_is_told_once_and_before_those_of_some() {
    let train = |epochs: u32, rotate: u32| {
        let mut toy = Toy::default();
        for method in ["partial", "full"] {
            for seed in ["1", "2"] {
                let rotate = if method == "full" { rotate } else { 20 };
                let at = [("method", method), ("seed", seed)];
                toy.node(
                    "train",
                    &at,
                    "data",
                    json!({"epochs": epochs, "rotate": rotate, "n": [method, seed]}),
                );
            }
        }
        toy
    };
    let (a, mut b) = (train(3, 20), train(6, 0));
    insta::assert_snapshot!(told(&a, &b), @r"
    what differs, from A to B
      0 nodes are the same, 4 differ
      train (all 4):
        parameter epochs: 3 -> 6
      train[method=full] (all 2):
        parameter rotate: 20 -> 0
    ");
    b.nodes.truncate(3);
    let lines = told(&a, &b);
    assert!(
        lines.contains("  train[method=full,seed=1]:\n    parameter rotate: 20 -> 0\n"),
        "{lines}"
    );
}
