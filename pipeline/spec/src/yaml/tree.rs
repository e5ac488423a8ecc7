//! A document as plain data, with maps in the order of the file.

use serde_json::Value;

use super::Fields;

/// A value whose maps keep the order in which they were written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tree {
    /// Null, a boolean, a number or text.
    Scalar(Value),
    /// A list.
    List(Vec<Tree>),
    /// A map.
    Map(Fields),
}

impl Tree {
    /// The same value without an order of map keys.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Scalar(value) => value.clone(),
            Self::List(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            Self::Map(fields) => Value::Object(
                fields.iter().map(|(key, value)| (key.clone(), value.to_json())).collect(),
            ),
        }
    }

    /// As [`Self::to_json`], without copies.
    pub(crate) fn into_json(self) -> Value {
        match self {
            Self::Scalar(value) => value,
            Self::List(items) => Value::Array(items.into_iter().map(Self::into_json).collect()),
            Self::Map(fields) => Value::Object(
                fields.into_pairs().map(|(key, value)| (key, value.into_json())).collect(),
            ),
        }
    }

    /// A tree with map keys in the order that the value gives them.
    pub(crate) fn from_json(value: &Value) -> Self {
        match value {
            Value::Array(items) => Self::List(items.iter().map(Self::from_json).collect()),
            Value::Object(values) => {
                let mut fields = Fields::new();
                for (key, value) in values {
                    fields.insert(key.clone(), Self::from_json(value));
                }
                Self::Map(fields)
            }
            scalar => Self::Scalar(scalar.clone()),
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Scalar(Value::Null))
    }

    pub(crate) fn as_map(&self) -> Option<&Fields> {
        match self {
            Self::Map(fields) => Some(fields),
            _ => None,
        }
    }

    pub(crate) fn as_map_mut(&mut self) -> Option<&mut Fields> {
        match self {
            Self::Map(fields) => Some(fields),
            _ => None,
        }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Scalar(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// What the value is, for messages: "the text `x`", "a list".
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::List(_) => "a list".to_owned(),
            Self::Map(_) => "a map".to_owned(),
            Self::Scalar(Value::Null) => "nothing".to_owned(),
            Self::Scalar(Value::Bool(value)) => format!("the boolean `{value}`"),
            Self::Scalar(Value::Number(value)) => format!("the number `{value}`"),
            Self::Scalar(value) => {
                format!("the text `{}`", value.as_str().unwrap_or_default())
            }
        }
    }
}
