//! What people read, and bytes that may not change unnoticed.

use std::fmt::Write;

use pipeline_engine::Stage;
use serde_json::json;

use super::toy::{Toy, dataset, example, read, rows};
use crate::Compare;
use stages_tables::Grid;

const FILES: [&str; 6] = [
    "comparison.arrow",
    "comparison.md",
    "comparison.csv",
    "comparison.tex",
    "comparison.html",
    "comparison.typ",
];

fn params() -> serde_json::Value {
    json!({
        "order": ["full", "partial"],
        "names": {"full": "Full supervision", "partial": "Partial supervision", "ours_kl": "Ours (KL)"},
        "unranked": ["full"],
    })
}

#[test]
fn the_markdown_reads_as_plain_text() {
    insta::assert_snapshot!(example().text(&params(), "comparison.md"));
}

#[test]
fn the_latex_is_a_booktabs_table() {
    insta::assert_snapshot!(example().text(&params(), "comparison.tex"));
}

#[test]
fn siunitx_is_asked_for_and_left_out_of_the_parameters_otherwise() {
    let text = example().text(&json!({"siunitx": true}), "comparison.tex");
    assert!(text.starts_with("% Needs \\usepackage{booktabs} and \\usepackage{siunitx}"), "{text}");
    assert!(text.contains("lS[table-format=2.2]@{~}lS[table-format=2.2]@{~}l"), "{text}");
    assert!(text.contains("\\bfseries 93.00 & \\textbf{(1.00)}"), "{text}");
    // Results of experiments that do not ask for it keep their keys.
    let params = serde_json::to_value(crate::CompareParams::default()).unwrap();
    assert_eq!(params.get("siunitx"), None);
}

#[test]
fn the_csv_holds_every_number() {
    insta::assert_snapshot!(example().text(&params(), "comparison.csv"));
}

#[test]
fn one_class_and_one_seed_make_a_plain_table() {
    let spleen = dataset("spleen", &["spleen"]);
    let values = |dice| rows(&spleen, Grid::Network, "best", &[&[Some(dice)]]);
    let toy = Toy::new().run(&[("method", "full"), ("seed", "8")], &spleen, values(0.9352)).run(
        &[("method", "partial"), ("seed", "8")],
        &spleen,
        values(0.8738),
    );
    insta::assert_snapshot!(toy.text(&json!({}), "comparison.md"));
}

#[test]
fn hostile_names_stay_text() {
    let hostile = dataset("a|b_c & 50%", &["*x*", "y_1"]);
    let values = |dice| rows(&hostile, Grid::Network, "best", &[&[Some(dice), Some(dice)]]);
    let toy = Toy::new().run(&[("method", "[2mm] $\\x$, \"q\"\n|")], &hostile, values(0.5)).run(
        &[("method", "<b>_{~^#}")],
        &hostile,
        values(0.25),
    );
    toy.compare(&json!({"over": []})).unwrap();
    let files = ["comparison.md", "comparison.tex", "comparison.csv"];
    insta::assert_snapshot!(files.map(|file| read(&toy.output(), file)).join("\n======\n"));
}

#[test]
fn the_bytes_do_not_depend_on_the_order_of_the_inputs() {
    let outputs = [example(), example().reversed()].map(|toy| {
        assert_eq!(toy.compare(&params()).unwrap(), [""; 0]);
        FILES.map(|file| fs_err::read(toy.output().join(file)).unwrap())
    });
    assert_eq!(outputs[0], outputs[1]);
    assert!(outputs[0].iter().all(|bytes| bytes.len() > 100));
}

/// When this fails, the same inputs give other bytes: bump the stage's version.
#[test]
fn the_bytes_of_a_known_comparison_are_pinned_with_the_version() {
    let toy = example();
    toy.compare(&params()).unwrap();
    let mut pinned = format!("version {}\n", Compare.info().version);
    for file in FILES {
        let digest = blake3::hash(&fs_err::read(toy.output().join(file)).unwrap()).to_hex();
        writeln!(pinned, "{file} {}", &digest[..16]).unwrap();
    }
    insta::assert_snapshot!(pinned);
}
