//! The page about this stage says what there is.

use std::collections::BTreeSet;

use serde_json::Value;
use stages_extract::ExtractParams;

const PAGE: &str = include_str!("../../../../docs/extraction.md");

/// The names of all fields and choices of a schema.
fn names(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("properties", Value::Object(fields)) => found.extend(fields.keys().cloned()),
                    ("const", Value::String(choice)) => drop(found.insert(choice.clone())),
                    ("enum", Value::Array(choices)) => {
                        found.extend(choices.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    _ => {}
                }
                names(value, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| names(value, found)),
        _ => {}
    }
}

#[test]
fn every_field_and_choice_is_on_the_page() {
    let schema = serde_json::to_value(schemars::schema_for!(ExtractParams)).unwrap();
    let mut all = BTreeSet::new();
    names(&schema, &mut all);
    for known in ["linear_antialiased", "one_hot", "voxels", "first_centre", "width"] {
        assert!(all.contains(known), "{known} is not among {all:?}");
    }
    let missing: Vec<_> = all.iter().filter(|name| !PAGE.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "docs/extraction.md does not say {missing:?}");
}
