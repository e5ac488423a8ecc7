//! Inputs and parameters that make no comparison.

use pipeline_engine::Registry;
use serde_json::{Value, json};
use stages_tables::Grid;

use super::toy::{Toy, dataset, example, rows};
use crate::{Compare, CompareParams};

fn one_run(coordinates: &[(&str, &str)]) -> Toy {
    let heart = dataset("heart", &["RV"]);
    Toy::new().run(coordinates, &heart, rows(&heart, Grid::Network, "best", &[&[Some(0.5)]]))
}

#[test]
fn a_run_without_a_row_names_the_variables_there_are() {
    let toy = one_run(&[("seed", "8")]);
    let error = toy.compare(&json!({})).unwrap_err();
    assert_eq!(
        error.message,
        "the metrics of seed = 8 were not made under the matrix variable `method`, which should \
         give the rows of the table"
    );
    assert_eq!(error.help.unwrap(), "set `rows` to one of the matrix variables: seed");
}

#[test]
fn the_same_run_twice_is_refused() {
    let heart = dataset("heart", &["RV"]);
    let values = rows(&heart, Grid::Network, "best", &[&[Some(0.5)]]);
    let toy = one_run(&[("method", "a")]).run(&[("method", "a")], &heart, values);
    let error = toy.compare(&json!({})).unwrap_err();
    assert_eq!(error.message, "two metrics tables of dataset `heart` were made under method = a");
}

#[test]
fn one_dataset_cannot_have_two_lists_of_classes() {
    let other = dataset("heart", &["LV"]);
    let values = rows(&other, Grid::Network, "best", &[&[Some(0.5)]]);
    let toy = one_run(&[("method", "a")]).run(&[("method", "b")], &other, values);
    let error = toy.compare(&json!({})).unwrap_err();
    assert_eq!(
        error.message,
        "dataset `heart` has classes 0 background, 1 LV in the metrics of method = b, but \
         0 background, 1 RV before"
    );
}

#[test]
fn one_metric_cannot_have_two_units() {
    let heart = dataset("heart", &["RV"]);
    let mut values = rows(&heart, Grid::Network, "best", &[&[Some(0.5)]]);
    values[0].unit = "mm".to_owned();
    values[0].higher_is_better = Some(false);
    let toy = one_run(&[("method", "a")]).run(&[("method", "b")], &heart, values);
    let error = toy.compare(&json!({})).unwrap_err();
    assert_eq!(
        error.message,
        "metric `dice` is in `mm` with lower better in the metrics of method = b, but in `1` with \
         higher better before"
    );
}

#[test]
fn a_setting_nobody_evaluated_lists_those_there_are() {
    let toy = one_run(&[("method", "a")]);
    for (params, wanted) in [
        (json!({"grid": "native"}), "metric `dice`, grid `native`, checkpoint `best`"),
        (json!({"checkpoint": "last"}), "metric `dice`, grid `network`, checkpoint `last`"),
        (json!({"metric": "hd95"}), "metric `hd95`, grid `network`, checkpoint `best`"),
    ] {
        let error = toy.compare(&params).unwrap_err();
        assert_eq!(error.message, format!("no metrics table has values of {wanted}"));
        assert_eq!(
            error.help.unwrap(),
            "there are: metric `dice`, grid `network`, checkpoint `best`"
        );
    }
}

#[test]
fn empty_metrics_are_no_comparison() {
    let toy = Toy::new().run(&[("method", "a")], &dataset("heart", &["RV"]), Vec::new());
    let error = toy.compare(&json!({})).unwrap_err();
    assert_eq!(error.help.unwrap(), "the metrics tables are empty; was any scan predicted?");
}

#[test]
fn names_that_no_run_has_are_warned_of_after_the_work_is_done() {
    let warnings = example()
        .compare(&json!({"order": ["fulll"], "names": {"x": "X"}, "over": ["seed", "draw"]}))
        .unwrap();
    assert_eq!(
        warnings,
        [
            "no run has `method` `fulll`, `x`, which the layout of the table names",
            "`over` names `draw`, but no run has such a matrix variable",
        ]
    );
}

#[test]
fn parameters_are_checked_together() {
    let registry = Registry::new().with(Compare);
    let stage = registry.get("compare").unwrap();
    let problems = |params: Value| stage.configure(&params).err().unwrap();
    let found = problems(json!({"over": ["method", "seed", "seed"], "decimals": 7}));
    let paths: Vec<_> = found.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["over", "over[2]", "decimals"]);
    assert_eq!(found[2].help.as_deref(), Some("accepted: 0 to 6"));
    let unknown = problems(json!({"rowss": "method"}));
    assert!(unknown[0].message.contains("unknown field `rowss`"), "{}", unknown[0].message);

    let defaults = stage.configure(&json!({})).unwrap();
    let expected = serde_json::to_value(CompareParams::default()).unwrap();
    assert_eq!(defaults.params(), &expected);
    // Absent options are not part of the key.
    assert_eq!(expected.get("order"), None);
}
