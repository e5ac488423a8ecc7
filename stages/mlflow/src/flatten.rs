//! Nested parameters as a flat list, which is all that MLflow knows.

use serde_json::Value;

/// Every leaf of some parameters with its path: `optimizer.adam.lr`, `regularizers.0.local_mi.window`.
///
/// A list without nested parameters stays together as one value, `[1,2,4]`. Absent options are left
/// out. Text is written as it is, everything else as JSON.
pub fn flatten(prefix: &str, params: &Value) -> Vec<(String, String)> {
    let mut flat = Vec::new();
    descend(prefix, params, &mut flat);
    flat
}

fn descend(path: &str, value: &Value, flat: &mut Vec<(String, String)>) {
    let below =
        |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Null => {}
        Value::Object(fields) if !fields.is_empty() => {
            for (name, field) in fields {
                descend(&below(name), field, flat);
            }
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for (i, item) in items.iter().enumerate() {
                descend(&below(&i.to_string()), item, flat);
            }
        }
        Value::String(text) => flat.push((path.to_owned(), text.clone())),
        other => flat.push((path.to_owned(), other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn leaves_have_paths() {
        let params = json!({
            "seed": 8,
            "network": {"widths": [8, 16], "dropout": null},
            "regularizers": ["entropy", {"local_mi": {"window": 1}}],
            "augment": {},
            "name": "a b",
        });
        let pair = |path: &str, value: &str| (path.to_owned(), value.to_owned());
        assert_eq!(
            flatten("train", &params),
            [
                pair("train.augment", "{}"),
                pair("train.name", "a b"),
                pair("train.network.widths", "[8,16]"),
                pair("train.regularizers.0", "entropy"),
                pair("train.regularizers.1.local_mi.window", "1"),
                pair("train.seed", "8"),
            ]
        );
        assert_eq!(flatten("", &json!({"a": true})), [pair("a", "true")]);
    }
}
