//! Experiment files: YAML to plain data, with errors that name the field, the place in the file,
//! what was found and what would be accepted.
//!
//! [`load`] reads an experiment file and the `--set` arguments that change it; [`read_yaml`] reads
//! any other YAML file, such as a data manifest, into a typed value. No YAML type leaves this
//! crate: values are [`serde_json::Value`], and places are found through [`FieldPath`]s.

mod diagnostic;
mod experiment;
mod memory;
mod overrides;
mod path;
mod placeholder;
mod read;
mod render;
mod set;
mod source;
mod suggest;
mod typed;
mod wording;
mod yaml;

pub use diagnostic::{Diagnostic, Place, SpecErrors};
pub use experiment::{Experiment, InputSpec, MatrixVariable, NodeSpec, ResourcesSpec};
pub use memory::{MemoryError, format_memory, parse_memory};
pub use overrides::Override;
pub use path::{FieldPath, Segment};
pub use read::{load, parse};
pub use render::Paint;
pub use source::SourceMap;
pub use suggest::{quoted_list, suggest};
pub use typed::{FieldProblem, read_value, read_yaml};
