//! What an action's key is made of.
//!
//! The same structure is hashed, stored beside the result and compared by `explain`, so that the
//! explanation can never drift from the key. What is **not** in it: times, absolute paths, host
//! names, thread counts, devices, the node's name, and the keys of upstream actions. Inputs enter
//! by content, so an upstream rerun that gives the same bytes stops there.

use std::collections::BTreeMap;
use std::fmt::Write;

use pipeline_store::{ActionKey, Digest};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Bumped when the meaning of a field changes; every key changes with it.
const FORMAT: u32 = 1;

/// The domain that separates action keys from content digests.
const DOMAIN: &str = "orchestrate action key v1";

/// Everything that can change an action's result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Version of this structure.
    pub format: u32,
    /// The stage's name.
    pub stage: String,
    /// The stage's version: another one means other output for the same inputs.
    pub version: u32,
    /// All parameters with defaults filled in, without absent options and without those that only
    /// say where something lies.
    pub params: Value,
    /// The artifacts read, by port; a gathering port lists several, ordered by coordinates.
    pub inputs: BTreeMap<String, Vec<FingerprintInput>>,
    /// Content of the declared files outside the store, by their stable names.
    pub sources: BTreeMap<String, Digest>,
}

/// One artifact read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FingerprintInput {
    /// On a gathering port, the matrix values it was made under: the stage sees them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub coordinates: BTreeMap<String, String>,
    /// The artifact.
    pub artifact: Digest,
}

/// The ingredients of a key, borrowed from where they are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ingredients<'a> {
    pub(crate) stage: &'a str,
    pub(crate) version: u32,
    pub(crate) params: &'a Value,
    /// Names of parameters that only say where something lies.
    pub(crate) locations: &'a [&'a str],
    pub(crate) inputs: &'a BTreeMap<&'a str, Vec<FingerprintInput>>,
    pub(crate) sources: &'a BTreeMap<String, Digest>,
}

impl Ingredients<'_> {
    /// One JSON text per meaning: keys sorted, no spaces, shortest form of every number, no absent
    /// options. This text is hashed, and it is what the record keeps.
    pub(crate) fn canonical(&self) -> String {
        let mut text = String::with_capacity(256 + self.sources.len() * 160);
        let _ = write!(text, "{{\"format\":{FORMAT},\"inputs\":{{");
        for (i, (port, list)) in self.inputs.iter().enumerate() {
            separate(&mut text, i);
            write_text(port, &mut text);
            text.push_str(":[");
            for (i, input) in list.iter().enumerate() {
                separate(&mut text, i);
                let _ = write!(text, "{{\"artifact\":\"{}\"", input.artifact);
                if !input.coordinates.is_empty() {
                    text.push_str(",\"coordinates\":{");
                    for (i, (name, label)) in input.coordinates.iter().enumerate() {
                        separate(&mut text, i);
                        write_text(name, &mut text);
                        text.push(':');
                        write_text(label, &mut text);
                    }
                    text.push('}');
                }
                text.push('}');
            }
            text.push(']');
        }
        text.push_str("},\"params\":");
        write_canonical(self.params, self.locations, &mut text);
        text.push_str(",\"sources\":{");
        for (i, (name, digest)) in self.sources.iter().enumerate() {
            separate(&mut text, i);
            write_text(name, &mut text);
            let _ = write!(text, ":\"{digest}\"");
        }
        text.push_str("},\"stage\":");
        write_text(self.stage, &mut text);
        let _ = write!(text, ",\"version\":{}}}", self.version);
        text
    }
}

/// The key: the digest of the canonical text.
pub(crate) fn key_of(canonical: &str) -> ActionKey {
    ActionKey(Digest::keyed(DOMAIN, canonical.as_bytes()))
}

impl Fingerprint {
    /// From the canonical text.
    pub(crate) fn parse(canonical: &str) -> Option<Self> {
        serde_json::from_str(canonical).ok()
    }

    /// Back from a record; none if the record is of another format.
    pub fn from_json(value: &Value) -> Option<Self> {
        let fingerprint: Self = serde_json::from_value(value.clone()).ok()?;
        (fingerprint.format == FORMAT).then_some(fingerprint)
    }
}

fn separate(text: &mut String, position: usize) {
    if position > 0 {
        text.push(',');
    }
}

/// A JSON string; nearly all need no escapes.
fn write_text(string: &str, text: &mut String) {
    if string.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        text.push('"');
        text.push_str(string);
        text.push('"');
    } else {
        text.push_str(&Value::from(string).to_string());
    }
}

/// Without object fields that are null, because adding an optional parameter must not change old
/// keys, and without the named fields of the outermost object.
fn write_canonical(value: &Value, without: &[&str], text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut sorted: Vec<(&String, &Value)> = fields
                .iter()
                .filter(|(name, field)| !field.is_null() && !without.contains(&name.as_str()))
                .collect();
            sorted.sort_unstable_by_key(|(name, _)| *name);
            text.push('{');
            for (i, (name, field)) in sorted.into_iter().enumerate() {
                separate(text, i);
                write_text(name, text);
                text.push(':');
                write_canonical(field, &[], text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (i, item) in items.iter().enumerate() {
                separate(text, i);
                write_canonical(item, &[], text);
            }
            text.push(']');
        }
        Value::String(string) => write_text(string, text),
        // serde_json writes floats in their shortest form.
        other => {
            let _ = write!(text, "{other}");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn text(params: &Value) -> String {
        with(params, &BTreeMap::new(), &BTreeMap::new(), 1, "toy")
    }

    fn with(
        params: &Value,
        inputs: &BTreeMap<&str, Vec<FingerprintInput>>,
        sources: &BTreeMap<String, Digest>,
        version: u32,
        stage: &str,
    ) -> String {
        Ingredients { stage, version, params, locations: &["path"], inputs, sources }.canonical()
    }

    fn key(params: &Value) -> ActionKey {
        key_of(&text(params))
    }

    fn input(coordinates: &[(&str, &str)]) -> BTreeMap<&'static str, Vec<FingerprintInput>> {
        let coordinates =
            coordinates.iter().map(|(name, label)| ((*name).into(), (*label).into())).collect();
        BTreeMap::from([(
            "in",
            vec![FingerprintInput { coordinates, artifact: Digest::of_bytes(b"x") }],
        )])
    }

    #[test]
    fn the_key_of_a_known_fingerprint_is_pinned() {
        let params = json!({"rate": 1e-3, "name": "a"});
        let canonical = with(&params, &input(&[]), &BTreeMap::new(), 3, "toy");
        insta::assert_snapshot!("canonical", canonical);
        insta::assert_snapshot!("key", key_of(&canonical));
    }

    #[test]
    fn map_order_does_not_matter_and_list_order_does() {
        let forwards: Value = serde_json::from_str(r#"{"a":1,"b":[1,2]}"#).unwrap();
        let backwards: Value = serde_json::from_str(r#"{"b":[1,2],"a":1}"#).unwrap();
        assert_eq!(key(&forwards), key(&backwards));
        assert_ne!(key(&json!({"b": [1, 2]})), key(&json!({"b": [2, 1]})));
    }

    #[test]
    fn an_absent_option_and_a_null_are_the_same() {
        assert_eq!(key(&json!({"a": {"b": null}})), key(&json!({"a": {}})));
    }

    #[test]
    fn where_something_lies_does_not_matter() {
        assert_eq!(key(&json!({"path": "/here"})), key(&json!({})));
        assert_ne!(key(&json!({"a": {"path": "/here"}})), key(&json!({"a": {}})), "only outermost");
    }

    #[test]
    fn every_ingredient_matters() {
        let none = BTreeMap::new();
        let a = json!({"a": 1});
        let source = BTreeMap::from([("file".to_owned(), Digest::of_bytes(b"x"))]);
        let texts = [
            text(&a),
            text(&json!({"a": 2})),
            text(&json!({"b": 1})),
            with(&a, &BTreeMap::new(), &none, 1, "other"),
            with(&a, &BTreeMap::new(), &none, 2, "toy"),
            with(&a, &input(&[]), &none, 1, "toy"),
            with(&a, &input(&[("seed", "8")]), &none, 1, "toy"),
            with(&a, &BTreeMap::new(), &source, 1, "toy"),
        ];
        let mut keys: Vec<_> = texts.iter().map(|text| key_of(text)).collect();
        let count = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }

    proptest! {
        #[test]
        fn the_text_is_the_json_of_the_fingerprint(
            rate in any::<f64>().prop_filter("JSON has no such number", |x| x.is_finite()),
            name in ".*",
            label in ".*",
        ) {
            let params = json!({"rate": rate, "name": name, "list": [name, null, true]});
            let sources = BTreeMap::from([(name.clone(), Digest::of_bytes(b"y"))]);
            let text = with(&params, &input(&[(&name, &label)]), &sources, 7, "toy");
            let fingerprint = Fingerprint::parse(&text).unwrap();
            let json = serde_json::to_value(&fingerprint).unwrap();
            prop_assert_eq!(&json, &serde_json::from_str::<Value>(&text).unwrap());
            prop_assert_eq!(Fingerprint::from_json(&json).unwrap(), fingerprint);
            let mut again = String::new();
            write_canonical(&json, &[], &mut again);
            prop_assert_eq!(again, text);
        }
    }
}
