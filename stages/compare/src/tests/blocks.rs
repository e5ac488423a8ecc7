//! Which tables there are, and who is best in them.

use serde_json::json;
use stages_tables::Grid;

use super::toy::{Toy, dataset, example, rows};

/// Method, another variable, its value, and the score of every class of the only scan.
fn runs(variable: &str, runs: &[(&str, &str, f64)]) -> Toy {
    let heart = dataset("heart", &["RV", "LV"]);
    runs.iter().fold(Toy::new(), |toy, (method, value, dice)| {
        let values = rows(&heart, Grid::Network, "best", &[&[Some(*dice), Some(*dice)]]);
        toy.run(&[("method", method), (variable, value)], &heart, values)
    })
}

fn titles(markdown: &str) -> Vec<&str> {
    markdown.lines().filter(|line| line.starts_with("# ")).collect()
}

#[test]
fn every_value_of_another_variable_has_a_table_of_its_own() {
    let toy = runs("draw", &[("a", "10", 0.5), ("a", "9", 0.6), ("b", "10", 0.7)]);
    let markdown = toy.text(&json!({}), "comparison.md");
    assert_eq!(
        titles(&markdown),
        ["# Dice in % on heart, draw 9", "# Dice in % on heart, draw 10"]
    );
    let (nine, ten) = markdown.split_once("# Dice in % on heart, draw 10").unwrap();
    assert!(nine.contains("| a      | 60.00 | 60.00 | 60.00 |"), "{nine}");
    assert!(!nine.contains("| b "), "{nine}");
    assert!(ten.contains("| b      | **70.00** |"), "{ten}");
    let latex = toy.text(&json!({}), "comparison.tex");
    assert!(latex.contains("\\label{tab:comparison-heart-9}"), "{latex}");
}

#[test]
fn any_variables_can_be_averaged_over() {
    let toy = runs("draw", &[("a", "1", 0.5), ("a", "2", 0.7)]);
    let markdown = toy.text(&json!({"over": ["draw"]}), "comparison.md");
    assert!(markdown.contains("over 2 runs (draw 1, 2)."), "{markdown}");
    // Mean 0.6, squared differences 0.01 + 0.01, over 1: 0.1414.
    assert!(markdown.contains("60.00 (14.14)"), "{markdown}");
}

#[test]
fn another_variable_can_be_the_rows() {
    let toy = runs("width", &[("a", "16", 0.5), ("a", "8", 0.7)]);
    let markdown = toy.text(&json!({"rows": "width", "over": ["seed", "method"]}), "comparison.md");
    let first_cells: Vec<_> =
        markdown.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next()).collect();
    assert_eq!(first_cells, ["width", "-----", "8", "16"]);
}

#[test]
fn two_datasets_never_share_a_table() {
    let values = |dataset: &_, dice| rows(dataset, Grid::Network, "best", &[&[Some(dice)]]);
    let (spleen, prostate) = (dataset("spleen", &["spleen"]), dataset("prostate", &["prostate"]));
    let toy = Toy::new().run(&[("method", "a"), ("data", "x")], &spleen, values(&spleen, 0.5)).run(
        &[("method", "a"), ("data", "y")],
        &prostate,
        values(&prostate, 0.6),
    );
    let markdown = toy.text(&json!({}), "comparison.md");
    assert_eq!(
        titles(&markdown),
        ["# Dice in % on prostate, data y", "# Dice in % on spleen, data x"]
    );
}

#[test]
fn rows_with_other_seeds_say_how_many_runs_they_rest_on() {
    let markdown = example().text(&json!({}), "comparison.md");
    assert!(
        markdown.contains("- Runs: full: seed 8, 9, 10; ours_kl: seed 8, 9, 10; partial: seed 8.")
    );
    let partial = markdown.lines().find(|line| line.starts_with("| partial")).unwrap();
    assert!(partial.ends_with("|    1 |"), "{partial}");
}

#[test]
fn a_matrix_variable_may_be_called_like_a_column() {
    let heart = dataset("heart", &["RV"]);
    let values = rows(&heart, Grid::Network, "best", &[&[Some(0.5)]]);
    let toy = Toy::new().run(&[("dataset", "mine")], &heart, values);
    let csv = toy.text(&json!({"rows": "dataset", "over": []}), "comparison.csv");
    assert!(csv.starts_with("dataset,matrix.dataset,metric,"), "{csv}");
    let row = "\nheart,mine,dice,network,best,1,RV,1,0.5,,0.5,,,0.5,,1,1,1,1,0,0,0,0,0\n";
    assert!(csv.contains(row), "{csv}");
}

#[test]
fn ratios_can_be_printed_as_they_are() {
    let toy = runs("seed", &[("a", "1", 0.5)]);
    let markdown = toy.text(&json!({"percent": false, "decimals": 4}), "comparison.md");
    assert_eq!(titles(&markdown), ["# Dice on heart"]);
    assert!(markdown.contains("0.5000"), "{markdown}");
}

#[test]
fn a_matrix_variable_may_be_called_like_an_intermediate_result() {
    let heart = dataset("heart", &["RV"]);
    let values = |dice| rows(&heart, Grid::Network, "best", &[&[Some(dice)]]);
    let coordinates = |scans| [("method", "a"), ("scans", scans), ("score", "1"), ("values", "1")];
    let toy = Toy::new().run(&coordinates("1"), &heart, values(0.5)).run(
        &coordinates("2"),
        &heart,
        values(0.7),
    );
    let markdown = toy.text(&json!({"over": ["scans"]}), "comparison.md");
    assert!(markdown.contains("60.00 (14.14)"), "{markdown}");
}
