//! `${variable}` in parameters.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::Value;

/// A stretch of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text as it is.
    Text(String),
    /// The variable of a `${variable}`.
    Variable(String),
}

/// A `${` that is not closed, or does not hold a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadPlaceholder {
    /// The text from `${` on.
    pub(crate) found: String,
}

/// Whether a text can name an experiment, a node, a variable or a bundle.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// Splits a text at its placeholders; `$${` stands for a plain `${`.
pub(crate) fn pieces(text: &str) -> Result<Vec<Piece>, BadPlaceholder> {
    let mut found = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(Range { start, end }) = rest.find("${").map(|at| at..at + 2) {
        if let Some(before) = rest[..start].strip_suffix('$') {
            plain.push_str(before);
            plain.push_str("${");
            rest = &rest[end..];
            continue;
        }
        plain.push_str(&rest[..start]);
        let name = rest[end..]
            .split_once('}')
            .filter(|(name, _)| is_name(name))
            .ok_or_else(|| BadPlaceholder { found: rest[start..].to_owned() })?;
        if !plain.is_empty() {
            found.push(Piece::Text(std::mem::take(&mut plain)));
        }
        found.push(Piece::Variable(name.0.to_owned()));
        rest = name.1;
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        found.push(Piece::Text(plain));
    }
    Ok(found)
}

/// Adds every variable that the texts in a value mention.
pub(crate) fn mentions(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            for piece in pieces(text).unwrap_or_default() {
                if let Piece::Variable(name) = piece {
                    found.insert(name);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| mentions(item, found)),
        Value::Object(fields) => fields.values().for_each(|item| mentions(item, found)),
        _ => {}
    }
}

/// Replaces every placeholder: one that is the whole text by the variable's typed value, one
/// inside a longer text by the value's label. A variable without a value stays as it is.
pub(crate) fn substitute(value: &mut Value, lookup: &dyn Fn(&str) -> Option<Value>) {
    match value {
        Value::String(text) => {
            let Ok(pieces) = pieces(text) else { return };
            if let [Piece::Variable(name)] = pieces.as_slice() {
                if let Some(typed) = lookup(name) {
                    *value = typed;
                }
                return;
            }
            *text = pieces
                .into_iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text,
                    Piece::Variable(name) => {
                        lookup(&name).map_or_else(|| format!("${{{name}}}"), |value| label(&value))
                    }
                })
                .collect();
        }
        Value::Array(items) => items.iter_mut().for_each(|item| substitute(item, lookup)),
        Value::Object(fields) => fields.values_mut().for_each(|item| substitute(item, lookup)),
        _ => {}
    }
}

/// The text of a scalar: what a matrix value is called.
pub(crate) fn label(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn lookup(name: &str) -> Option<Value> {
        match name {
            "seed" => Some(json!(8)),
            "rate" => Some(json!(0.001)),
            "method" => Some(json!("full")),
            _ => None,
        }
    }

    fn substituted(mut value: Value) -> Value {
        substitute(&mut value, &lookup);
        value
    }

    #[test]
    fn keeps_the_type_of_a_placeholder_that_is_the_whole_text() {
        assert_eq!(substituted(json!({"seed": "${seed}"})), json!({"seed": 8}));
        assert_eq!(substituted(json!(["${rate}", "x"])), json!([0.001, "x"]));
    }

    #[test]
    fn writes_text_inside_a_longer_text() {
        assert_eq!(substituted(json!("run-${seed}-${method}")), json!("run-8-full"));
        assert_eq!(substituted(json!(" ${seed}")), json!(" 8"));
    }

    #[test]
    fn two_dollars_escape() {
        assert_eq!(substituted(json!("$${seed} costs $5")), json!("${seed} costs $5"));
        let mut found = BTreeSet::new();
        mentions(&json!("$${seed} ${rate}"), &mut found);
        assert_eq!(found, BTreeSet::from(["rate".to_owned()]));
    }

    #[test]
    fn refuses_open_and_nameless_placeholders() {
        assert_eq!(pieces("a ${seed").unwrap_err().found, "${seed");
        assert_eq!(pieces("${}").unwrap_err().found, "${}");
        assert_eq!(pieces("${a b}").unwrap_err().found, "${a b}");
        assert_eq!(pieces("$5 {x}").unwrap(), [Piece::Text("$5 {x}".to_owned())]);
    }

    proptest! {
        #[test]
        fn text_without_a_dollar_is_unchanged(text in "[^$]*") {
            prop_assert_eq!(substituted(json!(text.clone())), json!(text));
        }
    }
}
