//! Stage `partition`: gives every scan one role, labelled, unlabelled, validation or test.
//!
//! Splits are made by subject. [`assign`] is the whole decision, a pure function of the scans and
//! the parameters; [`Partition`] reads and writes the tables around it. Splits of the literature
//! are text files in `lists/`, listed by [`splits`].

mod apportion;
mod assign;
mod attribute;
mod division;
mod draw;
mod entry;
mod error;
mod legacy_random;
mod one_or_more;
mod params;
mod published;
mod stage;

pub use assign::{Assignment, assign};
pub use error::PartitionError;
pub use one_or_more::OneOrMore;
pub use params::{
    FoldParams, LabelledChoice, NnunetFoldParams, PartitionParams, TestChoice, UnlabelledChoice,
    ValidationParams, ValidationSource,
};
pub use published::{
    Labelled, ListOf, Part, Published, Split, SplitList, Test, Train, Unlabelled, Validation,
    splits,
};
pub use stage::Partition;
