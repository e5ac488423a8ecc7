//! The second reader: values.

use serde_json::Value;
use serde_yaml::Value as Yaml;

use super::shield::Shield;
use super::{Fields, Tree};
use crate::FieldPath;

/// A value that this program does not take.
pub(super) struct ValueError {
    pub(super) path: FieldPath,
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) help: &'static str,
}

/// Reads the values of a document whose syntax the first reader accepted.
pub(super) fn read_values(text: &str, shield: Shield) -> Result<Tree, Vec<ValueError>> {
    let whole = |error: &serde_yaml::Error| {
        let sentence = error.to_string();
        // The first reader accepts everything else that is written twice.
        if sentence.contains("duplicate entry with key \"<<\"") {
            return vec![ValueError {
                path: merged_in(&sentence),
                code: "spec::duplicate_key",
                message: "`<<` is written twice in one map".to_owned(),
                help: "write one `<<` with a list: `<<: [*first, *second]`",
            }];
        }
        vec![ValueError {
            path: FieldPath::root(),
            code: "spec::syntax",
            message: format!("this is not valid YAML: {sentence}"),
            help: "check the indentation and the quotes around here",
        }]
    };
    let mut yaml: Yaml = serde_yaml::from_str(text).map_err(|error| whole(&error))?;
    yaml.apply_merge().map_err(|error| whole(&error))?;
    let mut errors = Vec::new();
    let tree = convert(yaml, &FieldPath::root(), shield, &mut errors);
    if errors.is_empty() { Ok(tree) } else { Err(errors) }
}

/// The map that a sentence of the reader begins with: "stages.a.with: duplicate entry …".
fn merged_in(sentence: &str) -> FieldPath {
    sentence.split_once(": ").map_or_else(FieldPath::root, |(path, _)| FieldPath::parse(path))
}

fn convert(yaml: Yaml, path: &FieldPath, shield: Shield, errors: &mut Vec<ValueError>) -> Tree {
    match yaml {
        Yaml::Null => Tree::Scalar(Value::Null),
        Yaml::Bool(value) => Tree::Scalar(Value::Bool(value)),
        Yaml::String(text) => Tree::Scalar(Value::String(shield.uncover(&text).into_owned())),
        Yaml::Number(number) => Tree::Scalar(convert_number(&number, path, errors)),
        Yaml::Sequence(items) => Tree::List(
            items
                .into_iter()
                .enumerate()
                .map(|(index, item)| convert(item, &path.index(index), shield, errors))
                .collect(),
        ),
        Yaml::Mapping(fields) => convert_map(fields, path, shield, errors),
        Yaml::Tagged(tagged) => {
            errors.push(ValueError {
                path: path.clone(),
                code: "spec::tag",
                message: format!("found the YAML tag `{}`, which has no meaning here", tagged.tag),
                help: "write the plain value; text that starts with `!` needs quotes",
            });
            Tree::Scalar(Value::Null)
        }
    }
}

fn convert_number(
    number: &serde_yaml::Number,
    path: &FieldPath,
    errors: &mut Vec<ValueError>,
) -> Value {
    finite(number).unwrap_or_else(|| {
        errors.push(ValueError {
            path: path.clone(),
            code: "spec::not_finite",
            message: format!("found `{number}`, which is not a finite number"),
            help: "write a finite number; leave the field out where it is optional",
        });
        Value::Null
    })
}

/// A number that JSON has.
pub(super) fn finite(number: &serde_yaml::Number) -> Option<Value> {
    let whole = number.as_u64().map(Value::from).or_else(|| number.as_i64().map(Value::from));
    whole.or_else(|| number.as_f64().and_then(serde_json::Number::from_f64).map(Value::Number))
}

fn convert_map(
    fields: serde_yaml::Mapping,
    path: &FieldPath,
    shield: Shield,
    errors: &mut Vec<ValueError>,
) -> Tree {
    let mut map = Fields::new();
    for (key, value) in fields {
        let name = match key {
            Yaml::String(text) => shield.uncover(&text).into_owned(),
            // A class number is a fine key; maps of numbers read their keys from text.
            Yaml::Number(number) => number.to_string(),
            other => {
                let found = match other {
                    Yaml::Null => "nothing (or `~`)".to_owned(),
                    Yaml::Bool(value) => format!("the boolean `{value}`"),
                    _ => "a list, a map or a tag".to_owned(),
                };
                errors.push(ValueError {
                    path: path.clone(),
                    code: "spec::key",
                    message: format!("a key of this map is {found}"),
                    help: "keys are text; put them in quotes if they look like something else",
                });
                continue;
            }
        };
        let at = path.key(name.clone());
        let converted = convert(value, &at, shield, errors);
        if map.insert(name, converted).is_some() {
            errors.push(ValueError {
                path: at,
                code: "spec::duplicate_key",
                message: "this key is written twice in one map, as text and as a number".to_owned(),
                help: "remove one of the two",
            });
        }
    }
    Tree::Map(map)
}
