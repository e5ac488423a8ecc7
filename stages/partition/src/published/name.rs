//! The name of a published list as a parameter.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::LazyLock;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::json;

use super::registry::lists;
use super::{Part, Split, SplitList};

/// A kind of published list: a type for each [`Part`], so that a parameter that wants a test list
/// accepts, and offers in editors, the names of test lists only.
pub trait ListOf: Copy + fmt::Debug + PartialEq + Eq + 'static {
    /// The part.
    const PART: Part;
    /// What its type is called in schemas.
    const SCHEMA: &'static str;
    /// The names of its lists.
    fn names() -> &'static [&'static str];
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $schema:literal;)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $kind;

        impl ListOf for $kind {
            const PART: Part = Part::$kind;
            const SCHEMA: &'static str = $schema;

            fn names() -> &'static [&'static str] {
                static NAMES: LazyLock<Vec<&str>> =
                    LazyLock::new(|| lists(Part::$kind).map(|(_, list)| list.name).collect());
                &NAMES
            }
        }
    )* };
}

kinds! {
    /// Training lists.
    Train = "PublishedTrain";
    /// Labelled sets.
    Labelled = "PublishedLabelled";
    /// Unlabelled sets.
    Unlabelled = "PublishedUnlabelled";
    /// Validation lists.
    Validation = "PublishedValidation";
    /// Test lists.
    Test = "PublishedTest";
}

/// A published list by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Published<K> {
    split: &'static Split,
    list: &'static SplitList,
    kind: PhantomData<K>,
}

impl<K: ListOf> Published<K> {
    /// The list of this name, where there is one.
    pub fn named(name: &str) -> Option<Self> {
        let (split, list) = lists(K::PART).find(|(_, list)| list.name == name)?;
        Some(Self { split, list, kind: PhantomData })
    }

    /// The name that experiments use.
    pub fn name(self) -> &'static str {
        self.list.name
    }

    /// The entries in the published order.
    pub fn entries(self) -> &'static [&'static str] {
        &self.list.entries
    }

    /// The split that it belongs to.
    pub fn split(self) -> &'static Split {
        self.split
    }
}

impl<K> fmt::Debug for Published<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Published({})", self.list.name)
    }
}

impl<K> Serialize for Published<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.list.name)
    }
}

impl<'de, K: ListOf> Deserialize<'de> for Published<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name<K>(PhantomData<K>);
        impl<K: ListOf> Visitor<'_> for Name<K> {
            type Value = Published<K>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "the name of a published {} list", K::PART.as_str())
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
                Published::named(name).ok_or_else(|| E::unknown_variant(name, K::names()))
            }
        }
        deserializer.deserialize_str(Name(PhantomData))
    }
}

impl<K: ListOf> JsonSchema for Published<K> {
    fn schema_name() -> Cow<'static, str> {
        K::SCHEMA.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let choices: Vec<_> = lists(K::PART)
            .map(|(split, list)| {
                let count = list.entries.len();
                let description = format!("{count} entries. {}.", split.title);
                json!({ "type": "string", "const": list.name, "description": description })
            })
            .collect();
        json_schema!({ "description": "A published list.", "oneOf": choices })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_and_written_as_it_is() {
        let list: Published<Labelled> = serde_json::from_str("\"published4\"").unwrap();
        assert_eq!((list.name(), list.entries().len()), ("published4", 4));
        assert_eq!(list.split().dataset, "acdc");
        assert_eq!(serde_json::to_string(&list).unwrap(), "\"published4\"");
    }

    #[test]
    fn a_name_of_another_part_is_refused_with_those_that_there_are() {
        let error = serde_json::from_str::<Published<Validation>>("\"acdc_all_legacy\"");
        let error = error.unwrap_err().to_string();
        assert!(error.starts_with("unknown variant `acdc_all_legacy`"), "{error}");
        assert!(error.contains("`ssl4mis`") && !error.contains("`published8`"), "{error}");
    }

    #[test]
    fn schemas_offer_every_name_of_the_part() {
        let schema = schemars::schema_for!(Published<Test>);
        let offered: Vec<&str> = schema.as_value()["oneOf"]
            .as_array()
            .unwrap()
            .iter()
            .map(|choice| choice["const"].as_str().unwrap())
            .collect();
        assert_eq!(offered, Test::names());
        assert!(offered.contains(&"nnunet_spleen_fold4") && !offered.contains(&"published8"));
    }
}
