//! The least that a schema accepts.

use serde_json::{Map, Value, json};

/// References are followed this often.
const MAX_DEPTH: usize = 8;

/// A value with every required field and nothing else: the first of several choices, 1 or the
/// least allowed for numbers, a word for text.
pub(crate) fn sample(schema: &Value) -> Value {
    fill(schema, schema, MAX_DEPTH)
}

fn fill(root: &Value, schema: &Value, depth: usize) -> Value {
    if depth == 0 {
        return Value::Null;
    }
    let inner = |schema: &Value| fill(root, schema, depth - 1);
    if let Some(default) = schema.get("default") {
        return default.clone();
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|r| r.strip_prefix("#/$defs/")) {
        return inner(&root["$defs"][name]);
    }
    if let Some(value) = schema.get("const").or_else(|| schema["enum"].get(0)) {
        return value.clone();
    }
    if let Some(choice) = schema["oneOf"].get(0).or_else(|| schema["anyOf"].get(0)) {
        return inner(choice);
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or_default();
    match kind {
        "object" => {
            let required = schema["required"].as_array().into_iter().flatten();
            let fields = required.filter_map(Value::as_str);
            let filled = fields.map(|name| (name.to_owned(), inner(&schema["properties"][name])));
            Value::Object(filled.collect::<Map<_, _>>())
        }
        "array" => {
            let least = schema["minItems"].as_u64().unwrap_or_default() as usize;
            Value::Array(vec![inner(&schema["items"]); least])
        }
        "string" => json!("x"),
        "integer" => json!(schema["minimum"].as_i64().unwrap_or(1).max(1)),
        "number" => json!(schema["minimum"].as_f64().unwrap_or(1.0).max(1.0)),
        "boolean" => json!(false),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_required_is_filled_in() {
        let schema = json!({
            "type": "object",
            "required": ["word", "shape", "pair", "count"],
            "properties": {
                "word": {"type": "string"},
                "shape": {"$ref": "#/$defs/Shape"},
                "pair": {"type": "array", "items": {"type": "number"}, "minItems": 2},
                "count": {"type": "integer", "minimum": 0},
                "other": {"type": "integer"},
            },
            "$defs": {"Shape": {"oneOf": [{"type": "string", "const": "round"}, {"type": "object"}]}},
        });
        let expected = json!({"word": "x", "shape": "round", "pair": [1.0, 1.0], "count": 1});
        assert_eq!(sample(&schema), expected);
    }
}
