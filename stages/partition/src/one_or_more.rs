//! A parameter that is a text or a list of texts.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// One value or several: `D`, `3` and `[A, B]` are all accepted, and written as a list of texts, so
/// that `D` and `[D]` are the same parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct OneOrMore(pub Vec<String>);

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Several).map(Self)
    }
}

/// A value as text, as an attribute would hold it.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(One).map(Self)
    }
}

struct One;

impl Visitor<'_> for One {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a number")
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<String, E> {
        Ok(value.to_owned())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<String, E> {
        // With the point: `184.0` is what was written, and what the attribute holds.
        Ok(format!("{value:?}"))
    }
}

struct Several;

impl<'de> Visitor<'de> for Several {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, or a list of them")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<String>, A::Error> {
        let mut values = Vec::new();
        while let Some(Text(value)) = items.next_element()? {
            values.push(value);
        }
        Ok(values)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Vec<String>, E> {
        One.visit_str(value).map(|value| vec![value])
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Vec<String>, E> {
        One.visit_bool(value).map(|value| vec![value])
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Vec<String>, E> {
        One.visit_i64(value).map(|value| vec![value])
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Vec<String>, E> {
        One.visit_u64(value).map(|value| vec![value])
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Vec<String>, E> {
        One.visit_f64(value).map(|value| vec![value])
    }
}

impl JsonSchema for OneOrMore {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "OneOrMore".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "number", "boolean", "array"],
            "items": { "type": ["string", "number", "boolean"] },
            "minItems": 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_is_a_list_of_one() {
        for (text, values) in [
            ("\"D\"", vec!["D"]),
            ("[\"A\", \"B\"]", vec!["A", "B"]),
            ("3", vec!["3"]),
            ("[1, 2.5, true, -4]", vec!["1", "2.5", "true", "-4"]),
            ("[]", vec![]),
        ] {
            let read: OneOrMore = serde_json::from_str(text).unwrap();
            assert_eq!(read.0, values, "{text}");
        }
        let one: OneOrMore = serde_json::from_str("\"D\"").unwrap();
        assert_eq!(serde_json::to_string(&one).unwrap(), "[\"D\"]");
    }

    #[test]
    fn other_things_are_refused_in_words() {
        let error = |text: &str| serde_json::from_str::<OneOrMore>(text).unwrap_err().to_string();
        assert!(error("{}").contains("expected a text, a number, or a list of them"));
        assert!(error("[[\"A\"]]").contains("expected a text or a number"));
        assert!(error("null").contains("expected a text, a number, or a list of them"));
    }
}
