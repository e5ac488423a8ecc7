//! The readers behind every YAML document.
//!
//! Most files are plain, and the fast reader ([`plain`]) gives their values. All others are read
//! twice: the first full reader ([`spans`]) checks syntax, duplicate keys and size, and notes where
//! every field was written; the second ([`values`]) gives the values. Of a plain file, places are
//! looked up only when a mistake is to be shown. Only this module knows a YAML type.

mod document;
mod fields;
mod flow;
mod line;
mod plain;
mod scalar;
mod shield;
mod spans;
mod spots;
mod tree;
mod values;

pub(crate) use document::Document;
pub(crate) use fields::Fields;
pub(crate) use spots::Spots;
pub(crate) use tree::Tree;
