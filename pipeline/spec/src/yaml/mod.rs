//! The two readers behind every YAML document.
//!
//! The first ([`spans`]) checks syntax, duplicate keys and size, and notes where every field was
//! written. The second ([`values`]) gives the values. Only this module knows a YAML type.

mod document;
mod shield;
mod spans;
mod tree;
mod values;

pub(crate) use document::Document;
pub(crate) use tree::Tree;
