//! From the JSON Schema of a stage's parameters to a list of parameters.

use serde_json::Value;

/// Schemas nested deeper than this are not followed; parameters are a few levels deep.
const MAX_DEPTH: usize = 8;

/// One parameter, or one variant of a parameter that is a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parameter {
    /// Dotted path, with `[]` after a list.
    pub(crate) path: String,
    /// Last part of the path.
    pub(crate) name: String,
    /// How many levels above it.
    pub(crate) depth: usize,
    /// What kind of value it takes.
    pub(crate) kind: String,
    /// Whether it must be given.
    pub(crate) required: bool,
    /// Its default as JSON, where there is one.
    pub(crate) default: Option<String>,
    /// What it means.
    pub(crate) doc: String,
    /// Whether it is one of several names to choose from.
    pub(crate) variant: bool,
}

/// Every parameter of a schema, each followed by those inside it.
pub(crate) fn parameters(schema: &Value) -> Vec<Parameter> {
    let mut walk = Walk { root: schema, found: Vec::new() };
    walk.inside(schema, "", 0);
    walk.found
}

struct Walk<'a> {
    root: &'a Value,
    found: Vec<Parameter>,
}

impl<'a> Walk<'a> {
    /// Adds what is inside a schema: the fields of an object, the variants of a choice, or what is
    /// inside the items of a list.
    fn inside(&mut self, schema: &'a Value, path: &str, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let schema = self.resolved(schema);
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let required =
                schema["required"].as_array().is_some_and(|list| list.iter().any(|r| r == name));
            self.field(name, field, path, depth, required);
        }
        for choice in choices(schema) {
            self.variant(choice, path, depth);
        }
        if schema["items"].is_object() {
            self.inside(&schema["items"], &format!("{path}[]"), depth);
        }
    }

    fn field(&mut self, name: &str, schema: &'a Value, path: &str, depth: usize, required: bool) {
        let resolved = self.resolved(schema);
        let doc = schema["description"].as_str().or(resolved["description"].as_str());
        let default = schema.get("default").or_else(|| resolved.get("default"));
        let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        self.found.push(Parameter {
            path: path.clone(),
            name: name.to_owned(),
            depth,
            kind: self.kind(schema),
            required: required && default.is_none(),
            default: default.filter(|value| !value.is_null()).map(ToString::to_string),
            doc: doc.unwrap_or_default().to_owned(),
            variant: false,
        });
        self.inside(schema, &path, depth + 1);
    }

    /// A choice that is a name, or a name with fields of its own.
    fn variant(&mut self, choice: &'a Value, path: &str, depth: usize) {
        let resolved = self.resolved(choice);
        let names: Vec<&str> = names_of(resolved).collect();
        let described = |name: &str| Parameter {
            path: format!("{path}.{name}"),
            name: name.to_owned(),
            depth,
            kind: String::new(),
            required: false,
            default: None,
            doc: resolved["description"].as_str().unwrap_or_default().to_owned(),
            variant: true,
        };
        // Plain names without a description are listed in the kind already.
        if resolved["description"].is_string() {
            self.found.extend(names.iter().map(|name| described(name)));
        }
        if names.is_empty() {
            for (name, fields) in resolved["properties"].as_object().into_iter().flatten() {
                self.found.push(described(name));
                self.inside(fields, &format!("{path}.{name}"), depth + 1);
            }
        }
    }

    /// Follows a reference, and looks through "this or nothing".
    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let mut at = schema;
        for _ in 0..MAX_DEPTH {
            if let Some(name) = at["$ref"].as_str().and_then(|r| r.strip_prefix("#/$defs/")) {
                at = &self.root["$defs"][name];
                continue;
            }
            match or_nothing(at) {
                Some(something) => at = something,
                None => return at,
            }
        }
        at
    }

    /// What a value may be, in words.
    fn kind(&self, schema: &'a Value) -> String {
        let schema = self.resolved(schema);
        let variants: Vec<String> = choices(schema)
            .flat_map(|choice| {
                let choice = self.resolved(choice);
                let plain = names_of(choice).map(|name| format!("`{name}`"));
                let fields = choice["properties"].as_object().into_iter().flatten();
                plain.chain(fields.map(|(name, _)| format!("`{name}: …`"))).collect::<Vec<_>>()
            })
            .chain(names_of(schema).map(|name| format!("`{name}`")))
            .collect();
        if !variants.is_empty() {
            return variants.join(" or ");
        }
        let type_name = match &schema["type"] {
            Value::String(name) => name.as_str(),
            Value::Array(names) => {
                names.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap_or("any")
            }
            _ => "any",
        };
        match type_name {
            "integer" => "whole number".to_owned(),
            "number" => "number".to_owned(),
            "boolean" => "`true` or `false`".to_owned(),
            "string" => "text".to_owned(),
            "array" if schema["prefixItems"].is_array() => {
                let count = schema["prefixItems"].as_array().map_or(0, Vec::len);
                format!("list of {count} values")
            }
            "array" => {
                let item = self.kind(&schema["items"]);
                match (schema["minItems"].as_u64(), schema["maxItems"].as_u64()) {
                    (Some(least), Some(most)) if least == most => {
                        format!("list of {least}: {item}")
                    }
                    _ => format!("list of: {item}"),
                }
            }
            "object" if schema["properties"].is_object() => "map".to_owned(),
            "object" => match &schema["additionalProperties"] {
                Value::Object(_) => {
                    format!("map of: {}", self.kind(&schema["additionalProperties"]))
                }
                _ => "map".to_owned(),
            },
            _ => "any value".to_owned(),
        }
    }
}

/// The other one of two alternatives of which one is null.
fn or_nothing(schema: &Value) -> Option<&Value> {
    match schema["anyOf"].as_array()?.as_slice() {
        [something, null] | [null, something] if null["type"] == "null" => Some(something),
        _ => None,
    }
}

fn choices(schema: &Value) -> impl Iterator<Item = &Value> {
    ["oneOf", "anyOf"].into_iter().flat_map(|key| schema[key].as_array().into_iter().flatten())
}

/// The names of a choice among plain names.
fn names_of(schema: &Value) -> impl Iterator<Item = &str> {
    let single = schema["const"].as_str();
    single
        .into_iter()
        .chain(schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str))
}
