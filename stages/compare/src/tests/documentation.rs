//! The examples of `docs/paper-tables.md` and of the experiments.

use std::path::Path;

use serde_json::Value;

use crate::{CompareParams, LayoutParams};

const PAGE: &str = include_str!("../../../../docs/paper-tables.md");

/// The blocks of the page in YAML.
fn blocks() -> Vec<&'static str> {
    let after = PAGE.split("```yaml\n").skip(1);
    after.map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn every_example_of_the_page_is_a_layout_without_mistakes() {
    let mut layouts = 0;
    for block in blocks() {
        let value: Value = pipeline_spec::read_yaml(block, Path::new("page")).unwrap();
        let problems = match value.pointer("/compare/with") {
            Some(params) => {
                let params: CompareParams = serde_json::from_value(params.clone()).unwrap();
                assert!(!params.tables.is_empty(), "{block}");
                params.problems()
            }
            None => serde_json::from_value::<LayoutParams>(value).unwrap().problems(),
        };
        let found: Vec<_> =
            problems.iter().map(|problem| (&problem.path, &problem.message)).collect();
        assert!(found.is_empty(), "{found:?} in {block}");
        layouts += 1;
    }
    assert_eq!(layouts, 8);
}

#[test]
fn the_page_names_every_field_of_a_layout() {
    let all = schemars::schema_for!(LayoutParams);
    let fields = all.as_value()["properties"].as_object().unwrap();
    assert!(fields.len() > 15);
    let (_, table) = PAGE.split_once("| Field of a layout |").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    for field in fields.keys() {
        assert!(table.contains(&format!("`{field}`")), "`{field}` is not in the page's table");
    }
}
