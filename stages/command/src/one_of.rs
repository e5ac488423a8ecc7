//! Values with a short form and a long one, told apart by what is found.
//!
//! The two forms are read by hand because of the messages: they say what is accepted, and keep the
//! place of a mistake inside the long form.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A text, or something longer.
pub(crate) enum OneOf<Long> {
    Text(String),
    Long(Long),
}

/// Reads a text, or a `Long` that is written as a map or as a list.
pub(crate) fn read<'de, D, Long>(
    deserializer: D,
    expected: &'static str,
) -> Result<OneOf<Long>, D::Error>
where
    D: Deserializer<'de>,
    Long: Deserialize<'de>,
{
    deserializer.deserialize_any(Reader { expected, long: PhantomData })
}

struct Reader<Long> {
    expected: &'static str,
    long: PhantomData<Long>,
}

impl<'de, Long: Deserialize<'de>> Visitor<'de> for Reader<Long> {
    type Value = OneOf<Long>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(OneOf::Text(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Long::deserialize(MapAccessDeserializer::new(map)).map(OneOf::Long)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        Long::deserialize(SeqAccessDeserializer::new(seq)).map(OneOf::Long)
    }
}
