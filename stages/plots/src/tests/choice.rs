//! The rule by which subjects are shown.

use serde_json::json;

use super::toy::Toy;

#[test]
fn further_subjects_are_shown_by_name() {
    let toy = Toy::example();
    let warnings =
        toy.draw(&json!({"only": ["panels"], "panels": {"also": ["bert", "dora"]}})).unwrap();
    assert_eq!(warnings, ["`panels.also` names `dora`, which was not scored"]);
    let alt = toy.listed()[0]["alt"].to_string();
    assert_eq!(alt.matches("bert").count(), 1, "{alt}");
}

#[test]
fn errors_and_areas_can_be_chosen() {
    let toy = Toy::example();
    let svg = |params| {
        toy.draw(&params).unwrap();
        fs_err::read_to_string(toy.output().join("panels.svg")).unwrap()
    };
    let plain = svg(json!({"only": ["panels"]}));
    assert!(plain.contains("its errors"));
    let hidden = svg(json!({"only": ["panels"], "panels": {"error_maps": "hidden"}}));
    assert!(!hidden.contains("its errors") && hidden.len() < plain.len());
    let filled = svg(json!({"only": ["panels"], "panels": {"overlay": "fill"}}));
    assert_ne!(filled, plain);
}
