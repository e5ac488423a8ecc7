//! What the command line lays over an experiment: `--param-file`, `--set` and `--sweep`.

use std::collections::BTreeMap;
use std::path::Path;

use pipeline_spec::{Changes, Experiment, Override, SpecErrors, Sweep, parse};
use serde_json::{Value, json};

const TEXT: &str = "
experiment: e
matrix:
  seed: [1, 2]
  method: { small: {}, large: { train: { lr: 1.0 } } }
stages:
  data:
  train:
    with: { seed: ${seed}, lr: 0.5, optimizer: { decay: 0.0, lr: 1 }, layers: [{ size: 3 }] }
";

fn read(sets: &[&str], sweeps: &[&str]) -> Result<Experiment, SpecErrors> {
    let changes = Changes {
        overrides: sets.iter().map(|set| Override::parse(set)).collect::<Result<_, _>>()?,
        sweeps: sweeps.iter().map(|sweep| Sweep::parse(sweep)).collect::<Result<_, _>>()?,
    };
    parse(TEXT, Path::new("e.yaml"), &changes)
}

fn at(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn variables(experiment: &Experiment) -> Vec<&str> {
    experiment.matrix.keys().map(String::as_str).collect()
}

#[test]
fn a_sweep_is_a_variable_and_the_parameter_its_placeholder() {
    let experiment = read(&[], &["train.lr=1e-3,1e-4"]).unwrap();
    assert_eq!(variables(&experiment), ["seed", "method", "lr"]);
    assert_eq!(experiment.labels("lr"), ["0.001", "0.0001"]);
    let used: Vec<String> = experiment.direct_variables("train").into_iter().collect();
    assert_eq!(used, ["lr", "method", "seed"]);
    assert!(experiment.direct_variables("data").is_empty());
    // It wins over the bundle, too.
    let point = at(&[("seed", "1"), ("method", "large"), ("lr", "0.0001")]);
    assert_eq!(experiment.params("train", &point)["lr"], json!(1e-4));
}

#[test]
fn sweeps_multiply_and_keep_their_names_apart() {
    let sweeps = ["train.lr=[0.1, 0.2]", "train.optimizer.lr=1,2,3", "train.layers.0.size=4,5"];
    let experiment = read(&[], &sweeps).unwrap();
    assert_eq!(variables(&experiment), ["seed", "method", "lr", "train_optimizer_lr", "size"]);
    let point = at(&[
        ("seed", "2"),
        ("method", "small"),
        ("lr", "0.2"),
        ("train_optimizer_lr", "3"),
        ("size", "5"),
    ]);
    assert_eq!(
        experiment.params("train", &point),
        json!({
            "seed": 2, "lr": 0.2, "optimizer": { "decay": 0.0, "lr": 3 }, "layers": [{ "size": 5 }],
        })
    );
    // The name of a variable in the file is taken.
    let taken = read(&[], &["stages.train.with.seed=7,8"]).unwrap();
    assert_eq!(variables(&taken), ["seed", "method", "train_seed"]);
    let whole_item = read(&[], &["train.layers[0]=5,6"]).unwrap();
    assert_eq!(variables(&whole_item).last(), Some(&"train_layers_0"));
}

#[test]
fn a_sweep_works_without_a_matrix() {
    let text = "experiment: e\nstages: { a: { with: { x: 1 } } }\n";
    for text in [text.to_owned(), format!("{text}matrix:\n")] {
        let sweeps = vec![Sweep::parse("a.x=no,true,3").unwrap()];
        let changes = Changes { sweeps, ..Changes::default() };
        let experiment = parse(&text, Path::new("e.yaml"), &changes).unwrap();
        let values: Vec<Value> = experiment
            .labels("x")
            .iter()
            .map(|label| experiment.params("a", &at(&[("x", label)]))["x"].clone())
            .collect();
        assert_eq!(values, [json!("no"), json!(true), json!(3)]);
    }
}

/// The place, the message and the help of the only mistake.
fn mistake(sets: &[&str], sweeps: &[&str]) -> String {
    let error = read(sets, sweeps).expect_err(sweeps[0]);
    assert_eq!(error.diagnostics.len(), 1, "{error:?}");
    let one = &error.diagnostics[0];
    let place = one.place.as_ref().expect("it has a place");
    assert!(one.help.is_some(), "{one}");
    format!("{place} `{}`: {one}", place.text())
}

#[test]
fn refuses_sweeps_that_make_no_sense() {
    let cases = [
        ("train.lr", "--sweep `train.lr`: `--sweep train.lr` has no `=`"),
        ("train.lr=", "--sweep `train.lr`: `--sweep train.lr=` has no values"),
        ("=1,2", "--sweep ``: `--sweep =1,2` has no path before the `=`"),
        ("train.lr=[]", "--sweep `[]`: `--sweep train.lr` has no values, so nothing would run"),
        ("train.lr=1,2,1.0,1", "--sweep `1`: `--sweep train.lr`: the value `1` is there twice"),
        (
            "train.lr=1,{a: 2}",
            "--sweep `{a: 2}`: `--sweep train.lr`: found a map, expected a number, a boolean or text",
        ),
        (
            "train.lr=1,[2]",
            "--sweep `[2]`: `--sweep train.lr`: found a list, expected a number, a boolean or text",
        ),
        (
            "train.lr=a b,c",
            "--sweep `a b`: `--sweep train.lr`: the text `a b` cannot be a matrix value",
        ),
        ("trian.lr=1,2", "--sweep `trian.lr`: the experiment has no node `trian`"),
        ("train=1,2", "--sweep `train`: `train` is a node; name one of its parameters"),
        (
            "stages.train=1,2",
            "--sweep `stages.train`: `train` is a node; name one of its parameters",
        ),
        ("matrix.seed=1,2", "--sweep `matrix.seed`: a variable of the matrix cannot be swept"),
        ("experiment=a,b", "--sweep `experiment`: `experiment` cannot be swept"),
        (
            "stages.train.uses=a,b",
            "--sweep `stages.train.uses`: `uses` of a node cannot be swept, only its parameters",
        ),
        (
            "train.layers.4.size=1,2",
            "--sweep `train.layers.4.size`: there is no list item at `layers.4`",
        ),
    ];
    for (sweep, expected) in cases {
        assert_eq!(mistake(&[], &[sweep]), expected);
    }
    assert_eq!(
        mistake(&[], &["train.lr=1,2", "stages.train.with.lr=3,4"]),
        "--sweep `stages.train.with.lr`: `stages.train.with.lr` is swept twice"
    );
    assert_eq!(
        mistake(&["train.lr=5"], &["train.lr=1,2"]),
        "--sweep `train.lr`: `train.lr` is swept, and `--set` gives it one value"
    );
    let matrix = read(&[], &["matrix.seed=1,2"]).unwrap_err();
    let help = matrix.diagnostics[0].help.as_deref();
    assert_eq!(help, Some("to choose its values, write `--set matrix.seed=[…]`"));
}

#[test]
fn syntax_mistakes_of_a_sweep_are_shown_in_the_argument() {
    let error = Sweep::parse("train.lr=1,\"2").unwrap_err();
    let place = error.diagnostics[0].place.as_ref().unwrap();
    assert_eq!((place.name.as_str(), place.line_text()), ("--sweep", "train.lr=1,\"2"));
    assert!(place.span.start >= 9, "{place:?}");
}

#[test]
fn a_file_of_parameters_comes_before_set() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("small.yaml");
    fs_err::write(
        &file,
        "# small\ntrain.lr: 0.1\ntrain.optimizer: { decay: 2.0 }\nmatrix.seed: [5]\n",
    )
    .unwrap();
    let mut overrides = Override::read_file(&file).unwrap();
    overrides.push(Override::parse("train.lr=0.2").unwrap());
    let changes = Changes { overrides, ..Changes::default() };
    let experiment = parse(TEXT, Path::new("e.yaml"), &changes).unwrap();
    assert_eq!(experiment.labels("seed"), ["5"]);
    let params = experiment.params("train", &at(&[("seed", "5"), ("method", "large")]));
    assert_eq!(params["lr"], json!(0.2));
    assert_eq!(params["optimizer"], json!({ "decay": 2.0 }));
}

#[test]
fn mistakes_of_a_file_of_parameters_have_its_lines() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bad.yaml");
    let text = "train.lr: ${sede}\ntrian.lr: 2\ntrain: { lr: 3 }\nmatrix.seed: [1, 1]\n";
    fs_err::write(&file, text).unwrap();
    let overrides = Override::read_file(&file).unwrap();
    let changes = Changes { overrides, ..Changes::default() };
    let error = parse(TEXT, Path::new("e.yaml"), &changes).unwrap_err();
    let found: Vec<String> = error
        .diagnostics
        .iter()
        .map(|one| {
            let place = one.place.as_ref().unwrap();
            assert_eq!(place.name, file.display().to_string());
            format!("{}:{} {one}", place.line, place.column)
        })
        .collect();
    assert_eq!(
        found,
        [
            "1:11 `stages.train.with.lr`: there is no matrix variable `sede`",
            "2:1 the experiment has no node `trian`",
            "3:1 `train` is a node; name one of its parameters",
            "4:18 `matrix.seed[1]`: the value `1` is there twice",
        ]
    );
    let help = error.diagnostics[2].help.as_deref();
    assert_eq!(help, Some("write `train.PARAMETER: VALUE`"));
    let missing = Override::read_file(&folder.path().join("bda.yaml")).unwrap_err();
    assert!(missing.diagnostics[0].help.as_deref().unwrap().ends_with("bad.yaml`?"));
}
