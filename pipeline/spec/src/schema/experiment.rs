//! The schema of a whole file.

use serde_json::{Map, Value, json};

use super::params::embed;

/// Names of experiments, nodes and variables.
const NAME: &str = "^[A-Za-z0-9_-]+$";
/// A node, or an output of one.
const REFERENCE: &str = "^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)?$";
const MEMORY: &str = "^\\s*[0-9.]+\\s*[mMgGtT]([iI]?[bB]|[iI])?\\s*$";
const TIME: &str = "^\\s*(?=[0-9])([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?\\s*$";

/// The JSON Schema (draft 7) of experiment files, for a program with these stages: the name of
/// each, what it does, and the schema of its parameters.
///
/// It accepts every file that the program accepts, and refuses most mistakes: what depends on other
/// parts of the file, such as the nodes that `inputs:` name, only the program knows. Parameters that
/// a stage requires are not required here, because a bundle or the command line may give them.
pub fn schema(stages: &[(&str, &str, Value)]) -> Value {
    let mut definitions = Map::new();
    for (name, _, params) in stages {
        let embedded = embed(&params_name(name), params, &mut definitions);
        definitions.insert(params_name(name), json!({ "anyOf": [embedded, { "type": "null" }] }));
    }
    definitions.insert("node".to_owned(), node(stages));
    definitions.insert("source".to_owned(), source());
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "An experiment",
        "type": "object",
        "required": ["experiment", "stages"],
        "additionalProperties": false,
        "properties": {
            "experiment": {
                "description": "The name of the experiment and of its folder of results.",
                "type": "string",
                "pattern": NAME,
            },
            "description": {
                "description": "What the experiment is about.",
                "type": ["string", "null"],
            },
            "matrix": matrix(),
            "stages": nodes(stages),
        },
        "definitions": definitions,
    })
}

fn params_name(stage: &str) -> String {
    format!("stage.{stage}")
}

fn reference(definition: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{definition}") })
}

fn matrix() -> Value {
    json!({
        "description": "Variables: every node that uses one runs once for each of its values.",
        "type": ["object", "null"],
        "propertyNames": { "pattern": NAME },
        "additionalProperties": {
            "anyOf": [
                {
                    "description": "Plain values, used as `${name}`.",
                    "type": "array",
                    "minItems": 1,
                    "uniqueItems": true,
                    "items": { "type": ["string", "number", "boolean", "null"] },
                },
                {
                    "description": "Named bundles: the parameters that each lays over which node.",
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": {
                        "type": ["object", "null"],
                        "additionalProperties": { "type": ["object", "null"] },
                    },
                },
            ],
        },
    })
}

/// The nodes. One that has the name of a stage uses it, unless it says otherwise.
fn nodes(stages: &[(&str, &str, Value)]) -> Value {
    let named = stages.iter().map(|(name, summary, _)| {
        let own = json!({
            "description": summary,
            "allOf": [
                reference("node"),
                {
                    "if": { "not": { "required": ["uses"] } },
                    "then": { "properties": { "with": reference(&params_name(name)) } },
                },
            ],
        });
        ((*name).to_owned(), own)
    });
    json!({
        "description": "The steps, each with a name of its own.",
        "type": "object",
        "minProperties": 1,
        "propertyNames": {
            "pattern": NAME,
            "not": { "enum": ["experiment", "description", "matrix", "stages"] },
        },
        "properties": Value::Object(named.collect()),
        "additionalProperties": {
            "allOf": [reference("node"), { "type": "object", "required": ["uses"] }],
        },
    })
}

fn node(stages: &[(&str, &str, Value)]) -> Value {
    let names: Vec<Value> = stages
        .iter()
        .map(|(name, summary, _)| json!({ "const": name, "description": summary }))
        .collect();
    let chosen: Vec<Value> = stages
        .iter()
        .map(|(name, ..)| {
            json!({
                "if": { "properties": { "uses": { "const": name } }, "required": ["uses"] },
                "then": { "properties": { "with": reference(&params_name(name)) } },
            })
        })
        .collect();
    let mut node = json!({
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": {
            "uses": { "description": "The stage; by default the one of the node's name." },
            "with": { "description": "Its parameters.", "type": ["object", "null"] },
            "inputs": inputs(),
            "resources": resources(),
            "limits": limits(),
            "retries": {
                "description": "How often a failed action is tried again.",
                "type": ["integer", "null"],
                "minimum": 0,
                "maximum": 100,
            },
        },
    });
    // An empty list of choices is no schema.
    if !stages.is_empty() {
        node["properties"]["uses"]["anyOf"] = Value::Array(names);
        node["allOf"] = Value::Array(chosen);
    }
    node
}

fn inputs() -> Value {
    json!({
        "description": "Ports that are connected by hand.",
        "type": ["object", "null"],
        "additionalProperties": {
            "anyOf": [
                reference("source"),
                { "type": "array", "minItems": 1, "items": reference("source") },
            ],
        },
    })
}

fn source() -> Value {
    json!({
        "anyOf": [
            {
                "description": "A node, or `node.output`.",
                "type": "string",
                "pattern": REFERENCE,
            },
            {
                "type": "object",
                "required": ["from"],
                "additionalProperties": false,
                "properties": {
                    "from": {
                        "description": "A node, or `node.output`.",
                        "type": "string",
                        "pattern": REFERENCE,
                    },
                    "over": {
                        "description": "The variables to gather over; all if absent.",
                        "type": "array",
                        "items": { "type": "string" },
                    },
                    "as": {
                        "description": "Coordinates given to what comes from there.",
                        "type": ["object", "null"],
                        "propertyNames": { "pattern": NAME },
                        "additionalProperties": { "type": ["string", "number", "boolean"] },
                    },
                },
            },
        ],
    })
}

fn resources() -> Value {
    json!({
        "description": "What the actions may use, where that differs from what the stage asks for.",
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": {
            "cpus": { "description": "CPU slots.", "type": "integer", "minimum": 1 },
            "memory": memory("Memory, such as `4GiB`."),
            "gpus": gpus(),
        },
    })
}

fn gpus() -> Value {
    json!({
        "description": "Whole GPUs, 0 for none; or a share of one, such as 0.25: then several actions use a device together, as many as their shares allow. Default: what the stage asks for.",
        "anyOf": [
            { "type": "integer", "minimum": 0 },
            { "type": "number", "minimum": 0.001, "exclusiveMaximum": 1 },
        ],
    })
}

fn limits() -> Value {
    json!({
        "description": "What ends an action that takes too much.",
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": {
            "time": {
                "description": "How long it may take, such as `90s`, `2h` or `1h30m`.",
                "type": "string",
                "pattern": TIME,
            },
            "memory": memory("How much memory it may take, such as `8GiB`."),
        },
    })
}

fn memory(description: &str) -> Value {
    json!({ "description": description, "type": "string", "pattern": MEMORY })
}
