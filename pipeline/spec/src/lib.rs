//! Experiment files: YAML to plain data, with errors that name the field, the place in the file,
//! what was found and what would be accepted.
//!
//! [`load`] reads an experiment file and the [`Changes`] of the command line; [`read_yaml`] reads
//! any other YAML file, such as a data manifest, into a typed value. No YAML type leaves this
//! crate: values are [`serde_json::Value`], and places are found through [`FieldPath`]s.

mod changes;
mod diagnostic;
mod duration;
mod experiment;
mod gpus;
mod memory;
mod origin;
mod overrides;
mod path;
mod placeholder;
mod read;
mod render;
mod schema;
mod sentence;
mod set;
mod source;
mod suggest;
mod sweep;
mod text;
mod typed;
mod wording;
mod yaml;

pub use changes::Changes;
pub use diagnostic::{Diagnostic, Place, SpecErrors};
pub use duration::{DurationError, parse_duration};
pub use experiment::{Experiment, InputSpec, LimitsSpec, MatrixVariable, NodeSpec, ResourcesSpec};
pub use gpus::{GpuError, GpuShare, Gpus};
pub use memory::{MemoryError, format_memory, parse_memory};
pub use overrides::Override;
pub use path::{FieldPath, Segment};
pub use read::{load, parse};
pub use render::Paint;
pub use schema::schema;
pub use sentence::sentence;
pub use source::SourceMap;
pub use suggest::{quoted_list, suggest};
pub use sweep::Sweep;
pub use typed::{FieldProblem, read_value, read_yaml};
