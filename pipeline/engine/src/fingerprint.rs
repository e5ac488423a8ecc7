//! What an action's key is made of.
//!
//! The same structure is hashed, stored beside the result and compared by `explain`, so that the
//! explanation can never drift from the key. What is **not** in it: times, absolute paths, host
//! names, thread counts, devices, the node's name, and the keys of upstream actions. Inputs enter
//! by content, so an upstream rerun that gives the same bytes stops there.

use std::collections::BTreeMap;

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

impl Fingerprint {
    /// Puts the ingredients together; `params` may hold nulls, which stand for absent options.
    pub fn new(
        stage: &str,
        version: u32,
        params: &Value,
        inputs: BTreeMap<String, Vec<FingerprintInput>>,
        sources: BTreeMap<String, Digest>,
    ) -> Self {
        let params = without_nulls(params);
        Self { format: FORMAT, stage: stage.to_owned(), version, params, inputs, sources }
    }

    /// The key: the digest of the canonical form.
    pub fn key(&self) -> ActionKey {
        ActionKey(Digest::keyed(DOMAIN, self.canonical().as_bytes()))
    }

    /// One JSON text per meaning: keys sorted, no spaces, shortest form of every number.
    pub fn canonical(&self) -> String {
        let mut text = String::new();
        write_canonical(&self.to_json(), &mut text);
        text
    }

    /// As JSON, for the action's record.
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).expect("a fingerprint is plain data")
    }

    /// Back from a record; none if the record is of another format.
    pub fn from_json(value: &Value) -> Option<Self> {
        let fingerprint: Self = serde_json::from_value(value.clone()).ok()?;
        (fingerprint.format == FORMAT).then_some(fingerprint)
    }
}

/// Drops object fields that are null: adding an optional parameter must not change old keys.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(_, field)| !field.is_null())
            .map(|(name, field)| (name.clone(), without_nulls(field)))
            .collect(),
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let sorted: BTreeMap<_, _> = fields.iter().collect();
            text.push('{');
            for (i, (name, field)) in sorted.into_iter().enumerate() {
                if i > 0 {
                    text.push(',');
                }
                write_canonical(&Value::String(name.clone()), text);
                text.push(':');
                write_canonical(field, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    text.push(',');
                }
                write_canonical(item, text);
            }
            text.push(']');
        }
        // serde_json writes floats in their shortest form and escapes strings in one way only.
        other => text.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn with_params(params: &Value) -> Fingerprint {
        Fingerprint::new("toy", 1, params, BTreeMap::new(), BTreeMap::new())
    }

    fn key(params: &Value) -> ActionKey {
        with_params(params).key()
    }

    #[test]
    fn the_key_of_a_known_fingerprint_is_pinned() {
        let input =
            FingerprintInput { coordinates: BTreeMap::new(), artifact: Digest::of_bytes(b"x") };
        let fingerprint = Fingerprint::new(
            "toy",
            3,
            &json!({"rate": 1e-3, "name": "a"}),
            BTreeMap::from([("in".to_owned(), vec![input])]),
            BTreeMap::new(),
        );
        insta::assert_snapshot!("canonical", fingerprint.canonical());
        insta::assert_snapshot!("key", fingerprint.key());
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
    fn every_ingredient_matters() {
        let base = with_params(&json!({"a": 1}));
        let digest = Digest::of_bytes(b"x");
        let mut others = Vec::new();
        others.push(Fingerprint { stage: "other".to_owned(), ..base.clone() });
        others.push(Fingerprint { version: 2, ..base.clone() });
        others.push(with_params(&json!({"a": 2})));
        others.push(with_params(&json!({"b": 1})));
        let mut with_input = base.clone();
        let input = FingerprintInput { coordinates: BTreeMap::new(), artifact: digest };
        with_input.inputs.insert("in".to_owned(), vec![input]);
        others.push(with_input.clone());
        let mut gathered = with_input;
        gathered.inputs.get_mut("in").unwrap()[0]
            .coordinates
            .insert("seed".to_owned(), "8".to_owned());
        others.push(gathered);
        let mut with_source = base.clone();
        with_source.sources.insert("file".to_owned(), digest);
        others.push(with_source);
        let mut keys: Vec<_> = others.iter().map(Fingerprint::key).collect();
        keys.push(base.key());
        let count = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }

    proptest! {
        #[test]
        fn survives_the_record(rate in any::<f64>().prop_filter("JSON has no such number", |x| x.is_finite()), name in ".*") {
            let fingerprint = with_params(&json!({"rate": rate, "name": name}));
            let text = serde_json::to_string(&fingerprint.to_json()).unwrap();
            let back = Fingerprint::from_json(&serde_json::from_str(&text).unwrap()).unwrap();
            prop_assert_eq!(back.key(), fingerprint.key());
        }
    }
}
