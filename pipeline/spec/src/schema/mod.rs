//! The JSON Schema of experiment files, by which editors complete and check them.

mod experiment;
mod params;

pub use experiment::schema;
