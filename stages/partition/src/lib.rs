//! Stage `partition`: gives every scan one role, labelled, unlabelled, validation or test.
//!
//! Splits are made by subject. [`assign`] is the whole decision, a pure function of the scans and
//! the parameters; [`Partition`] reads and writes the tables around it.

mod assign;
mod draw;
mod entry;
mod error;
mod params;
mod published;
mod stage;

pub use assign::{Assignment, assign};
pub use error::PartitionError;
pub use params::{LabelledChoice, PartitionParams, TestChoice, ValidationParams, ValidationSource};
pub use published::{PublishedLabelled, PublishedSplit};
pub use stage::Partition;
