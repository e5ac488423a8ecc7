//! Reading experiments: layers, placeholders, variables, and `--set`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pipeline_spec::{
    Changes, Experiment, FieldPath, Gpus, InputSpec, MatrixVariable, Override, ResourcesSpec,
    SpecErrors, parse,
};
use serde_json::json;

const TEXT: &str = "
experiment: quick_start-1
description: three methods on a phantom
matrix:
  seed: [8, 9]
  method:
    partial: {}
    full:
      partition: { ratio: 1.0 }
    ours:
      train:
        optimizer: { rate: 0.5 }
        regularizers:
          - consistency: { divergence: kl, weight: 0.1 }
          - local_mi: { weight: 0.2 }
stages:
  phantom:
  cases:
    uses: ingest
    with: { manifest: acdc }
    inputs: { dataset: phantom.dataset }
    resources: { cpus: 2, memory: 4GiB, gpus: 0 }
  partition: { with: { seed: ${seed}, ratio: 0.05 } }
  train:
    with:
      seed: ${seed}
      epochs: 3
      optimizer: { rate: 1e-3, decay: 0.0 }
      name: run-${seed}-${method}
  evaluate:
  compare:
    inputs:
      metrics: { from: evaluate.metrics, over: [seed] }
";

fn read(sets: &[&str]) -> Result<Experiment, SpecErrors> {
    let overrides = sets.iter().map(|set| Override::parse(set)).collect::<Result<Vec<_>, _>>()?;
    parse(TEXT, Path::new("e.yaml"), &Changes { overrides, ..Changes::default() })
}

fn at(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn variables(experiment: &Experiment, node: &str) -> Vec<String> {
    experiment.direct_variables(node).into_iter().collect()
}

fn messages(error: &SpecErrors) -> Vec<String> {
    error.diagnostics.iter().map(ToString::to_string).collect()
}

#[test]
fn reads_every_section() {
    let experiment = read(&[]).unwrap();
    assert_eq!(experiment.name, "quick_start-1");
    assert_eq!(experiment.description.as_deref(), Some("three methods on a phantom"));
    let nodes: Vec<&String> = experiment.nodes.keys().collect();
    assert_eq!(nodes, ["phantom", "cases", "partition", "train", "evaluate", "compare"]);
    assert_eq!(experiment.nodes["phantom"].uses, "phantom");
    let cases = &experiment.nodes["cases"];
    assert_eq!(cases.uses, "ingest");
    assert_eq!(cases.with, json!({"manifest": "acdc"}));
    let dataset = InputSpec {
        node: "phantom".to_owned(),
        port: Some("dataset".to_owned()),
        over: None,
        labels: BTreeMap::new(),
    };
    assert_eq!(cases.inputs["dataset"], [dataset]);
    let resources = ResourcesSpec { cpus: Some(2), memory_mib: Some(4096), gpus: Some(Gpus::NONE) };
    assert_eq!(cases.resources, resources);
    assert_eq!(
        experiment.nodes["compare"].inputs["metrics"][0].over,
        Some(vec!["seed".to_owned()])
    );
    assert_eq!(experiment.labels("seed"), ["8", "9"]);
    assert_eq!(experiment.labels("method"), ["partial", "full", "ours"]);
    assert!(matches!(experiment.matrix["seed"], MatrixVariable::Values(_)));
}

#[test]
fn a_node_uses_the_variables_it_mentions_and_the_bundles_that_name_it() {
    let experiment = read(&[]).unwrap();
    assert_eq!(variables(&experiment, "cases"), [""; 0]);
    assert_eq!(variables(&experiment, "partition"), ["method", "seed"]);
    assert_eq!(variables(&experiment, "train"), ["method", "seed"]);
    assert_eq!(variables(&experiment, "evaluate"), [""; 0]);
}

#[test]
fn bundles_are_laid_over_the_parameters_of_a_node() {
    let experiment = read(&[]).unwrap();
    assert_eq!(
        experiment.params("train", &at(&[("seed", "9"), ("method", "ours")])),
        json!({
            "seed": 9,
            "epochs": 3,
            "optimizer": {"rate": 0.5, "decay": 0.0},
            "name": "run-9-ours",
            "regularizers": [
                {"consistency": {"divergence": "kl", "weight": 0.1}},
                {"local_mi": {"weight": 0.2}},
            ],
        })
    );
    assert_eq!(
        experiment.params("partition", &at(&[("seed", "8"), ("method", "full")])),
        json!({"seed": 8, "ratio": 1.0})
    );
    assert_eq!(
        experiment.params("partition", &at(&[("seed", "8"), ("method", "partial")])),
        json!({"seed": 8, "ratio": 0.05})
    );
}

#[test]
fn set_wins_over_bundles_and_the_file() {
    let experiment = read(&[
        "train.optimizer.rate=0.25",
        "stages.train.with.epochs=7",
        "train.regularizers.1.local_mi.weight=0.9",
    ])
    .unwrap();
    let ours = experiment.params("train", &at(&[("seed", "8"), ("method", "ours")]));
    assert_eq!(ours["optimizer"], json!({"rate": 0.25, "decay": 0.0}));
    assert_eq!(ours["epochs"], json!(7));
    assert_eq!(ours["regularizers"][1], json!({"local_mi": {"weight": 0.9}}));
}

#[test]
fn set_changes_the_matrix() {
    let experiment =
        read(&["matrix.seed=[1, 2, 3]", "matrix.method.ours.train.epochs=30"]).unwrap();
    assert_eq!(experiment.labels("seed"), ["1", "2", "3"]);
    let epochs = |method| {
        experiment.params("train", &at(&[("seed", "1"), ("method", method)]))["epochs"].clone()
    };
    assert_eq!(epochs("ours"), json!(30));
    assert_eq!(epochs("full"), json!(3));
    assert_eq!(read(&["matrix.seed=5"]).unwrap().labels("seed"), ["5"]);
}

#[test]
fn choosing_bundles_does_not_change_which_nodes_they_multiply() {
    let experiment = read(&["matrix.method=[full, partial]"]).unwrap();
    assert_eq!(experiment.labels("method"), ["full", "partial"]);
    let only_partial = read(&["matrix.method=[partial]"]).unwrap();
    assert_eq!(variables(&only_partial, "partition"), ["method", "seed"]);
}

#[test]
fn what_set_replaces_is_no_longer_mentioned() {
    let experiment = read(&["train.seed=4", "train.name=x"]).unwrap();
    assert_eq!(variables(&experiment, "train"), ["method"]);
    let experiment = read(&["partition.seed=${seed}"]).unwrap();
    assert_eq!(variables(&experiment, "partition"), ["method", "seed"]);
}

#[test]
fn set_reaches_the_other_fields_of_a_node() {
    let experiment = read(&[
        "stages.cases.resources.cpus=8",
        "stages.train.uses=fancy_train",
        "stages.train.inputs.slices=cases",
        "experiment=other",
    ])
    .unwrap();
    assert_eq!(experiment.nodes["cases"].resources.cpus, Some(8));
    assert_eq!(experiment.nodes["cases"].resources.memory_mib, Some(4096));
    assert_eq!(experiment.nodes["train"].uses, "fancy_train");
    assert_eq!(experiment.nodes["train"].inputs["slices"][0].node, "cases");
    assert_eq!(experiment.name, "other");
}

#[test]
fn refuses_set_of_what_is_not_there() {
    let cases = [
        ("trian.epochs=5", "the experiment has no node `trian`"),
        ("matrix.sed=[1]", "the experiment has no matrix variable `sed`"),
        ("matrix.method=[parital]", "the experiment has no bundle of `method` `parital`"),
        ("matrix.method.our.train.epochs=5", "the experiment has no bundle of `method` `our`"),
        ("matrix.method.ours.trai.epochs=5", "the experiment has no node `trai`"),
        ("train=5", "`train` is a node; name one of its parameters"),
        ("stages.train.wit.epochs=5", "the experiment has no node field `wit`"),
        ("train.regularizers.7.weight=1", "there is no list item at `regularizers.7`"),
        ("matrix.seed=[]", "`matrix.seed` has no values, so nothing would run"),
    ];
    for (set, expected) in cases {
        let error = read(&[set]).unwrap_err();
        assert_eq!(messages(&error), [expected], "{set}");
        assert_eq!(error.diagnostics[0].place.as_ref().unwrap().name, "--set", "{set}");
        assert!(error.diagnostics[0].help.is_some(), "{set}");
    }
}

#[test]
fn a_parameter_is_found_where_it_was_written() {
    let experiment = read(&["train.epochs=9"]).unwrap();
    let ours = at(&[("seed", "8"), ("method", "ours")]);
    let place = |param: &str| {
        let origin = experiment.origin("train", &ours, &FieldPath::parse(param));
        (origin.to_string(), experiment.source.place(&origin).to_string())
    };
    assert_eq!(
        place("optimizer.decay"),
        ("stages.train.with.optimizer.decay".to_owned(), "e.yaml:28:39".to_owned())
    );
    assert_eq!(
        place("optimizer.rate"),
        ("matrix.method.ours.train.optimizer.rate".to_owned(), "e.yaml:12:28".to_owned())
    );
    assert_eq!(
        place("regularizers[1].local_mi.weight").0,
        "matrix.method.ours.train.regularizers[1].local_mi.weight"
    );
    // From the command line: the value starts after `train.epochs=`, in column 14.
    let origin = experiment.origin("train", &ours, &FieldPath::parse("epochs"));
    assert_eq!(experiment.source.place(&origin).column, 14);
    assert_eq!(place("epochs").1, "--set");
    // Written nowhere: the nearest ancestor, the key `with`.
    assert_eq!(place("batch").1, "e.yaml:25:5");
}

#[test]
fn anchors_aliases_and_merge_keys_work() {
    let text = "
experiment: e
stages:
  a: { with: &base { rate: 1, epochs: 2 } }
  b:
    with:
      <<: *base
      epochs: 5
  c: { with: *base }
";
    let experiment = parse(text, Path::new("e.yaml"), &Changes::default()).unwrap();
    assert_eq!(experiment.nodes["b"].with, json!({"rate": 1, "epochs": 5}));
    assert_eq!(experiment.nodes["c"].with, json!({"rate": 1, "epochs": 2}));
}

#[test]
fn text_that_other_readers_of_yaml_change_stays_text() {
    let text = "
experiment: e
stages:
  a: { with: { country: no, switch: on, id: 007, mode: 010, big: 1_000, time: 12:30:45, hex: 0x10 } }
";
    let experiment = parse(text, Path::new("e.yaml"), &Changes::default()).unwrap();
    assert_eq!(
        experiment.nodes["a"].with,
        json!({
            "country": "no", "switch": "on", "id": "007", "mode": "010",
            "big": "1_000", "time": "12:30:45", "hex": 16,
        })
    );
}

#[test]
fn every_combination_of_an_unknown_node_is_harmless() {
    let experiment = read(&[]).unwrap();
    assert_eq!(experiment.params("nobody", &at(&[])), json!({}));
    assert_eq!(experiment.direct_variables("nobody"), BTreeSet::new());
    assert_eq!(experiment.labels("nothing"), [""; 0]);
}
