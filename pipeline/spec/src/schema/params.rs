//! The schema of a stage's parameters, as a part of the schema of a file.

use serde_json::{Map, Value, json};

/// A placeholder that is a whole text, and so becomes a value of any type.
const WHOLE: &str = "^\\$\\{[A-Za-z0-9_-]+\\}$";
/// A placeholder anywhere in a text.
const INSIDE: &str = "\\$\\{[A-Za-z0-9_-]+\\}";

/// Words whose value is one schema.
const ONE: [&str; 8] =
    ["items", "additionalItems", "additionalProperties", "contains", "not", "if", "then", "else"];
/// Words whose value is a list of schemas.
const LISTS: [&str; 3] = ["anyOf", "oneOf", "allOf"];

/// The schema of parameters in draft 7, with placeholders accepted wherever a text can become a
/// value. Its own definitions are moved to `definitions`, under a name of the stage.
pub(super) fn embed(owner: &str, schema: &Value, definitions: &mut Map<String, Value>) -> Value {
    for words in ["$defs", "definitions"] {
        for (name, definition) in schema.get(words).and_then(Value::as_object).into_iter().flatten()
        {
            definitions.insert(format!("{owner}.{name}"), convert(owner, definition));
        }
    }
    convert(owner, schema)
}

fn convert(owner: &str, schema: &Value) -> Value {
    // `true` and `false` are schemas too.
    let Value::Object(words) = schema else { return schema.clone() };
    let mut converted = Map::new();
    let mut target = None;
    for (word, value) in words {
        match word.as_str() {
            // What is missing may come from a bundle or from the command line. Draft 7 does not
            // know the last two, and ignores them; the others belong to the root.
            "required"
            | "$defs"
            | "definitions"
            | "$schema"
            | "$id"
            | "title"
            | "unevaluatedProperties"
            | "dependentRequired" => {}
            "$ref" => target = value.as_str().map(|target| moved(owner, target)),
            "prefixItems" => {
                converted.insert("items".to_owned(), list(owner, value));
            }
            // A placeholder fits every branch, so that exactly one is too much to ask.
            "oneOf" => {
                converted.insert("anyOf".to_owned(), list(owner, value));
            }
            "properties" | "patternProperties" => {
                let fields = value.as_object().into_iter().flatten();
                let fields = fields.map(|(name, field)| (name.clone(), convert(owner, field)));
                converted.insert(word.clone(), Value::Object(fields.collect()));
            }
            one if ONE.contains(&one) && !(one == "items" && words.contains_key("prefixItems")) => {
                converted.insert(word.clone(), convert(owner, value));
            }
            many if LISTS.contains(&many) => {
                converted.insert(word.clone(), list(owner, value));
            }
            "items" => {
                converted.insert("additionalItems".to_owned(), convert(owner, value));
            }
            _ => {
                converted.insert(word.clone(), value.clone());
            }
        }
    }
    if let Some(target) = target {
        // Draft 7 ignores everything beside a reference.
        let reference = json!({ "$ref": target });
        if converted.is_empty() {
            return reference;
        }
        converted.insert("allOf".to_owned(), json!([reference]));
    }
    with_placeholder(converted)
}

fn list(owner: &str, value: &Value) -> Value {
    value.as_array().into_iter().flatten().map(|schema| convert(owner, schema)).collect()
}

/// A reference into the stage's own schema, as one into the whole.
fn moved(owner: &str, target: &str) -> String {
    let name = target.strip_prefix("#/$defs/").or_else(|| target.strip_prefix("#/definitions/"));
    match name {
        Some(name) => format!("#/definitions/{owner}.{name}"),
        None => target.to_owned(),
    }
}

/// Accepts a placeholder too, if the schema takes values that a placeholder can become but no
/// free text.
fn with_placeholder(schema: Map<String, Value>) -> Value {
    let types = match schema.get("type") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let scalar = types.iter().any(|one| ["integer", "number", "boolean"].contains(one));
    let chosen = schema.contains_key("enum") || schema.contains_key("const");
    let limited = ["pattern", "format", "minLength", "maxLength"]
        .iter()
        .any(|word| schema.contains_key(*word));
    let text = types.contains(&"string");
    let pattern = if chosen || (text && limited) {
        INSIDE
    } else if scalar && !text {
        WHOLE
    } else {
        return Value::Object(schema);
    };
    let mut outer = Map::new();
    let mut inner = schema;
    // Editors show what stands outside.
    for word in ["description", "default", "examples", "deprecated"] {
        if let Some(value) = inner.remove(word) {
            outer.insert(word.to_owned(), value);
        }
    }
    let placeholder = json!({ "type": "string", "pattern": pattern });
    outer.insert("anyOf".to_owned(), json!([inner, placeholder]));
    Value::Object(outer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embedded(schema: &Value) -> (Value, Map<String, Value>) {
        let mut definitions = Map::new();
        (embed("train", schema, &mut definitions), definitions)
    }

    #[test]
    fn numbers_may_be_placeholders_and_text_may_be_anything() {
        let (schema, _) = embedded(&json!({
            "type": "object",
            "required": ["epochs"],
            "properties": {
                "epochs": { "description": "How many.", "type": "integer", "minimum": 1 },
                "name": { "type": "string" },
            },
            "additionalProperties": false,
        }));
        assert_eq!(
            schema,
            json!({
                "type": "object",
                "properties": {
                    "epochs": {
                        "description": "How many.",
                        "anyOf": [
                            { "type": "integer", "minimum": 1 },
                            { "type": "string", "pattern": WHOLE },
                        ],
                    },
                    "name": { "type": "string" },
                },
                "additionalProperties": false,
            })
        );
    }

    #[test]
    fn definitions_move_under_the_name_of_the_stage() {
        let (schema, definitions) = embedded(&json!({
            "properties": { "rate": { "description": "How fast.", "$ref": "#/$defs/Rate" } },
            "$defs": { "Rate": { "oneOf": [{ "const": "slow" }, { "$ref": "#/$defs/Rate" }] } },
        }));
        assert_eq!(
            schema["properties"]["rate"],
            json!({ "description": "How fast.", "allOf": [{ "$ref": "#/definitions/train.Rate" }] })
        );
        assert_eq!(
            definitions["train.Rate"]["anyOf"],
            json!([
                { "anyOf": [{ "const": "slow" }, { "type": "string", "pattern": INSIDE }] },
                { "$ref": "#/definitions/train.Rate" },
            ])
        );
    }

    #[test]
    fn tuples_are_written_as_draft_7_wants_them() {
        let tuple =
            json!({ "type": "array", "prefixItems": [{ "type": "string" }], "items": false });
        let (schema, _) = embedded(&tuple);
        let expected =
            json!({ "type": "array", "items": [{ "type": "string" }], "additionalItems": false });
        assert_eq!(schema, expected);
    }
}
