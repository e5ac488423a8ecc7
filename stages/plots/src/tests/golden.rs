//! Bytes that may not change unnoticed.

use std::fmt::Write;

use pipeline_engine::Stage;
use serde_json::json;

use super::toy::{Toy, files};
use crate::Figures;

#[test]
fn the_bytes_do_not_depend_on_the_order_of_the_inputs() {
    let outputs = [Toy::example(), Toy::example().reversed(), Toy::example()].map(|toy| {
        toy.draw(&json!({})).unwrap();
        files(&toy.output())
    });
    assert_eq!(outputs[0].len(), 3 * 6 + 1);
    assert!(outputs[0] == outputs[1] && outputs[0] == outputs[2]);
}

/// When this fails, the same inputs give other bytes: bump the stage's version.
#[test]
fn the_bytes_of_known_figures_are_pinned_with_the_version() {
    let toy = Toy::example();
    toy.draw(&json!({})).unwrap();
    let mut pinned = format!("version {}\n", Figures.info().version);
    for (name, bytes) in files(&toy.output()) {
        writeln!(pinned, "{name} {}", &blake3::hash(&bytes).to_hex()[..16]).unwrap();
    }
    insta::assert_snapshot!(pinned);
}

#[test]
fn the_list_says_what_every_figure_shows() {
    let toy = Toy::example();
    toy.draw(&json!({"only": ["distribution", "panels"]})).unwrap();
    let index = fs_err::read_to_string(toy.output().join("figures.json")).unwrap();
    insta::assert_snapshot!(index);
}
