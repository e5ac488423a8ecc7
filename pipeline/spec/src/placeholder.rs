//! `${variable}` in parameters.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;

/// A stretch of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'t> {
    /// Text as it is.
    Text(&'t str),
    /// The variable of a `${variable}`.
    Variable(&'t str),
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

/// Whether a text can be part of a node's name.
pub(crate) fn is_label(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "_-+.:/".contains(c))
}

/// Whether a text can hold a placeholder at all.
pub(crate) fn may_mention(text: &str) -> bool {
    text.as_bytes().windows(2).any(|pair| pair == b"${")
}

/// Splits a text at its placeholders; `$${` stands for a plain `${`.
pub(crate) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, BadPlaceholder> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let after = &rest[start + 2..];
        if let Some(before) = rest[..start].strip_suffix('$') {
            found.extend([Piece::Text(before), Piece::Text("${")]);
            rest = after;
            continue;
        }
        if start > 0 {
            found.push(Piece::Text(&rest[..start]));
        }
        let name = after.split_once('}').filter(|(name, _)| is_name(name));
        let Some((name, tail)) = name else {
            return Err(BadPlaceholder { found: rest[start..].to_owned() });
        };
        found.push(Piece::Variable(name));
        rest = tail;
    }
    if !rest.is_empty() {
        found.push(Piece::Text(rest));
    }
    Ok(found)
}

/// Adds every variable that the texts in a value mention.
pub(crate) fn mentions(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if may_mention(text) => {
            for piece in pieces(text).unwrap_or_default() {
                if let Piece::Variable(name) = piece {
                    found.insert(name.to_owned());
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
pub(crate) fn substitute<'v>(value: &mut Value, lookup: &dyn Fn(&str) -> Option<Cow<'v, Value>>) {
    match value {
        Value::String(text) if may_mention(text) => {
            let Ok(pieces) = pieces(text) else { return };
            if let [Piece::Variable(name)] = pieces.as_slice() {
                if let Some(typed) = lookup(name) {
                    *value = typed.into_owned();
                }
                return;
            }
            let mut written = String::with_capacity(text.len());
            for piece in pieces {
                match piece {
                    Piece::Text(text) => written.push_str(text),
                    Piece::Variable(name) => match lookup(name).as_deref() {
                        Some(Value::String(text)) => written.push_str(text),
                        Some(value) => written.push_str(&label(value)),
                        None => written.extend(["${", name, "}"]),
                    },
                }
            }
            *text = written;
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

    fn lookup(name: &str) -> Option<Cow<'static, Value>> {
        match name {
            "seed" => Some(Cow::Owned(json!(8))),
            "rate" => Some(Cow::Owned(json!(0.001))),
            "method" => Some(Cow::Owned(json!("full"))),
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
        assert_eq!(pieces("$5 {x}").unwrap(), [Piece::Text("$5 {x}")]);
    }

    proptest! {
        #[test]
        fn text_without_a_dollar_is_unchanged(text in "[^$]*") {
            prop_assert_eq!(substituted(json!(text.clone())), json!(text));
        }
    }
}
