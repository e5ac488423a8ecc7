//! The page about data manifests: every field is on it, every example is valid.

use std::collections::BTreeSet;
use std::path::Path;

use pipeline_spec::read_yaml;
use serde_json::Value;
use stages_ingest::{IngestParams, Manifest, manifest_schema};

const PAGE: &str = include_str!("../../../../docs/data-manifests.md");

/// The names of fields and variants in a schema.
fn names(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get("properties") {
                found.extend(properties.keys().cloned());
            }
            let variants = map.get("enum").and_then(Value::as_array).into_iter().flatten();
            found.extend(
                variants.chain(map.get("const")).filter_map(Value::as_str).map(str::to_owned),
            );
            map.values().for_each(|value| names(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| names(value, found)),
        _ => {}
    }
}

#[test]
fn every_field_and_choice_is_on_the_page() {
    let mut found = BTreeSet::new();
    names(&serde_json::to_value(manifest_schema()).unwrap(), &mut found);
    assert!(found.len() > 40, "{found:?}");
    for name in ["label_required", "key_value", "decathlon", "fill", "separator"] {
        assert!(found.contains(name), "{name} of {found:?}");
    }
    let missing: Vec<_> =
        found.iter().filter(|name| !PAGE.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/data-manifests.md does not mention {missing:?}");
}

/// Puts fields over others, map by map.
fn merge(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (key, value) in over {
                merge(base.entry(key).or_insert(Value::Null), value);
            }
        }
        (base, over) => *base = over,
    }
}

#[test]
fn every_example_is_valid() {
    let blocks: Vec<(&str, &str)> = PAGE
        .split("```yaml")
        .skip(1)
        .map(|rest| rest.split_once('\n').unwrap())
        .map(|(kind, rest)| (kind.trim(), rest.split("```").next().unwrap()))
        .collect();
    assert!(blocks.len() >= 15, "{}", blocks.len());
    let whole = blocks.iter().find(|(_, text)| text.starts_with("name:")).unwrap().1;
    let page = Path::new("docs/data-manifests.md");
    for (kind, text) in &blocks {
        let example: Value = read_yaml(text, page).unwrap();
        if *kind == "ingest" {
            let with = example["cases"]["with"].clone();
            assert!(serde_json::from_value::<IngestParams>(with).is_ok(), "{text}");
            continue;
        }
        // Examples of one field are put over the whole one.
        let mut manifest: Value = read_yaml(whole, page).unwrap();
        merge(&mut manifest, example);
        // JSON is YAML.
        let manifest = Manifest::parse(&manifest.to_string(), Path::new("mine.yaml"));
        assert!(manifest.is_ok(), "{text}{:?}", manifest.unwrap_err());
    }
}
