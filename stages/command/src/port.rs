//! The inputs and outputs of a program, as they are written.

use std::borrow::Cow;

use pipeline_engine::{Arity, OutputPort};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

use crate::one_of::{self, OneOf};

/// What a program reads on one port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputParams {
    /// The artifact kind that it takes, such as `slices`.
    pub kind: String,
    /// Take every artifact of the kind, one for each combination of the matrix. Default: false.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub many: bool,
    /// The port may stay unconnected. Default: false.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

/// What a program writes on one port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutputParams {
    /// The artifact kind that it makes, such as `predictions`.
    pub kind: String,
    /// Copy its files into the run's folder when the run ends. Default: false.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub exported: bool,
    /// A text file in it to print at the end of a run; it is exported too. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<String>,
}

/// The long form of [`InputParams`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct InputFields {
    /// The artifact kind that it takes, such as `slices`.
    kind: String,
    /// Take every artifact of the kind, one for each combination of the matrix. Default: false.
    #[serde(default)]
    many: bool,
    /// The port may stay unconnected. Default: false.
    #[serde(default)]
    optional: bool,
}

/// The long form of [`OutputParams`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OutputFields {
    /// The artifact kind that it makes, such as `predictions`.
    kind: String,
    /// Copy its files into the run's folder when the run ends. Default: false.
    #[serde(default)]
    exported: bool,
    /// A text file in it to print at the end of a run; it is exported too. Default: none.
    #[serde(default)]
    shown: Option<String>,
}

impl InputParams {
    /// How many artifacts the port takes.
    pub(crate) fn arity(&self) -> Arity {
        match (self.many, self.optional) {
            (true, _) => Arity::Many,
            (false, true) => Arity::Optional,
            (false, false) => Arity::One,
        }
    }
}

impl OutputParams {
    /// The port of this name.
    pub(crate) fn port(&self, name: &str) -> OutputPort {
        OutputPort {
            exported: self.exported || self.shown.is_some(),
            shown: self.shown.clone().map(Into::into),
            ..OutputPort::new(name.to_owned(), self.kind.clone())
        }
    }
}

impl<'de> Deserialize<'de> for InputParams {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "an artifact kind such as `slices`, or `{kind: slices, many: true}`";
        Ok(match one_of::read(deserializer, expected)? {
            OneOf::Text(kind) => Self { kind, many: false, optional: false },
            OneOf::Long(InputFields { kind, many, optional }) => Self { kind, many, optional },
        })
    }
}

impl<'de> Deserialize<'de> for OutputParams {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected =
            "an artifact kind such as `predictions`, or `{kind: predictions, exported: true}`";
        Ok(match one_of::read(deserializer, expected)? {
            OneOf::Text(kind) => Self { kind, exported: false, shown: None },
            OneOf::Long(OutputFields { kind, exported, shown }) => Self { kind, exported, shown },
        })
    }
}

impl JsonSchema for InputParams {
    fn schema_name() -> Cow<'static, str> {
        "InputParams".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        text_or(&InputFields::json_schema(generator), "What a program reads on one port.")
    }
}

impl JsonSchema for OutputParams {
    fn schema_name() -> Cow<'static, str> {
        "OutputParams".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        text_or(&OutputFields::json_schema(generator), "What a program writes on one port.")
    }
}

fn text_or(fields: &Schema, description: &str) -> Schema {
    json_schema!({
        "description": description,
        "oneOf": [{ "type": "string", "minLength": 1 }, fields],
    })
}
